import { concat, toHex, uint32, utf8 } from "../../src/domain/bytes.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { encodeBody, headerPayload } from "../../src/format/header.ts";
import { idBytes } from "../../src/format/ids.ts";
import { manifestPayload } from "../../src/format/manifest.ts";
import { privateKey } from "../../src/format/part-keys.ts";
import { sealPrivate } from "../../src/format/private-block.ts";
import { flip, invalid, ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

function headerFields(world: World, more: Record<string, CborInput | undefined> = {}): CborInput {
  const { h } = world.crypto.hashes;
  const hash = h(utf8("hash"));
  const base = headerPayload({
    suite: 1,
    workspace: world.workspace,
    repo: world.repo,
    lane: world.lane,
    eraser: world.eraser,
    certificate: world.certificate,
    seq: 1,
    previous: hash,
    body: { n: 1, hash },
    state: hash,
    keys: 3,
    head: { n: 2, hash },
    level: 1,
  });
  return { ...(typeof base === "object" ? base : {}), ...more };
}

export function headerVectors(world: World): VectorFile {
  const v = (name: string, expect: string, more: Record<string, CborInput | undefined> = {}): Vector => ({ name, expect, payload: toHex(encodeCbor(headerFields(world, more))) });
  const good = v("good", ok);
  return {
    page: "lane.md",
    about: "Payloads of hx/header/v1.",
    vectors: [
      { ...good, seq: 1, level: 1, keys: 3, lane: toHex(world.lane), repo: world.repo, workspace: world.workspace },
      v("good, seq 0", ok, { seq: 0, prev: undefined }),
      v("an unknown key is ignored", ok, { zz: "later" }),
      v("version 2", "too-new", { v: 2 }),
      v("suite 2", "too-new", { suite: 2 }),
      v("suite 0", invalid, { suite: 0 }),
      v("level 2", "too-new", { level: 2 }),
      v("level 0", invalid, { level: 0 }),
      v("seq 1 without prev", invalid, { prev: undefined }),
      v("seq 0 with prev", invalid, { seq: 0 }),
      v("lane key too short", invalid, { lane: world.lane.slice(1) }),
      v("body without a piece", invalid, { body: [0, new Uint8Array(32)] }),
      v("no certificate", invalid, { cert: undefined }),
      v("certificate of another shape", invalid, { cert: [0, new Uint8Array(64)] }),
      v("state is text", invalid, { state: "x".repeat(32) }),
    ],
  };
}

export function bodyVectors(world: World): VectorFile {
  const { h, h16 } = world.crypto.hashes;
  const id = "ab".repeat(16);
  const many = Array.from({ length: 100 }, (_, i) => ({ path: `s/ab/${id}/${i}`, hash: h(uint32(i)) }));
  const good = encodeBody({ batch: many, heads: [{ lane: world.laneId, seq: 4, hash: h(utf8("head")) }] });
  const v = (name: string, expect: string, pieces: readonly Uint8Array[], more: object = {}): Vector => ({ name, expect, pieces: pieces.map(toHex), ...more });
  const raw = (batch: CborInput, heads: CborInput = []): Uint8Array[] => [encodeCbor({ batch, heads })];
  const hash = h(utf8("blob"));
  const full = exactly4000(id, hash);
  const lanes = [h16(utf8("a")), h16(utf8("b"))].toSorted((a, b) => Buffer.compare(b, a));
  return {
    page: "lane.md",
    about: "The pieces b/0, b/1, … of a header's body.",
    vectors: [
      v("two pieces", ok, good, { batch: 100, heads: 1 }),
      v("exactly 4000 bytes", ok, full, { batch: 38, heads: 0 }),
      v("4000 bytes and an empty piece", invalid, [...full, new Uint8Array(0)]),
      v("empty", ok, raw([]), { batch: 0, heads: 0 }),
      v("cut in other places", invalid, [good[0]?.slice(0, 3999) ?? hash, concat(good[0]?.slice(3999) ?? hash, good[1] ?? hash)]),
      v("no pieces", invalid, []),
      v("an empty last piece", invalid, [...raw([]), new Uint8Array(0)]),
      v("paths out of order", invalid, raw([[`x/ab/${id}`, hash], [`s/ab/${id}/m`, hash]])),
      v("a path twice", invalid, raw([[`s/ab/${id}/m`, hash], [`s/ab/${id}/m`, hash]])),
      v("the header in its own batch", invalid, raw([["h", hash]])),
      v("a path outside the grammar", invalid, raw([["../x", hash]])),
      v("heads out of order", invalid, raw([], lanes.map((lane) => [lane, 0, hash]))),
    ],
  };
}

/** A body of one piece of 4000 bytes, by an unknown key of the right length. */
function exactly4000(id: string, hash: Uint8Array): Uint8Array[] {
  const batch = Array.from({ length: 38 }, (_, i) => [`s/ab/${id}/${100 + i}`, hash]);
  for (let length = 0; length < 4000; length++) {
    const bytes = encodeCbor({ batch, heads: [], later: new Uint8Array(length) });
    if (bytes.length === 4000) return [bytes];
  }
  throw new Error("no body of 4000 bytes");
}

export function manifestVectors(world: World): VectorFile {
  const base = manifestPayload({ suite: 1, repo: world.repo, lane: world.lane, session: world.session, kind: "original", parts: { count: 2, hash: world.crypto.hashes.h(utf8("parts")) } });
  const v = (name: string, expect: string, more: Record<string, CborInput | undefined> = {}): Vector => ({ name, expect, payload: toHex(encodeCbor({ ...(typeof base === "object" ? base : {}), ...more })) });
  return {
    page: "lane.md",
    about: "Payloads of hx/manifest/v1.",
    vectors: [
      { ...v("good", ok), session: world.session, parts: 2 },
      v("a redacted copy", ok, { kind: "redacted" }),
      v("a kind that is not known", "too-new", { kind: "summary" }),
      v("no parts", invalid, { parts: [0, new Uint8Array(32)] }),
      v("session of 15 bytes", invalid, { session: new Uint8Array(15) }),
      v("parts is a map", invalid, { parts: {} }),
    ],
  };
}

export function partRecordVectors(world: World): VectorFile {
  const hash = world.crypto.hashes.h(utf8("segment"));
  const segs = [[0, 4138, hash], [2, 4138, hash]];
  const base = { n: 1, chain: 0, commit: hash, segs, priv: new Uint8Array(1064) };
  const v = (name: string, expect: string, more: Record<string, CborInput | undefined> = {}): Vector => ({ name, expect, record: toHex(encodeCbor({ ...base, ...more })) });
  const rising = (count: number): CborInput => Array.from({ length: count }, (_, i) => [i, 4138, hash]);
  return {
    page: "lane.md",
    about: "Part records. Their private blocks are zeros here.",
    vectors: [
      { ...v("good", ok), n: 1, chain: 0, segments: [[0, 4138], [2, 4138]] },
      v("no segments", ok, { segs: [] }),
      v("32 segments, private block of 2048", ok, { segs: rising(32), priv: new Uint8Array(2088) }),
      v("33 segments", invalid, { segs: rising(33) }),
      v("segment numbers fall", invalid, { segs: [segs[1] ?? [], segs[0] ?? []] }),
      v("a segment number twice", invalid, { segs: [segs[0] ?? [], segs[0] ?? []] }),
      v("a length that no segment has", invalid, { segs: [[0, 4139, hash]] }),
      v("chain after the part", invalid, { chain: 2 }),
      v("private block of another length", invalid, { priv: new Uint8Array(1000) }),
      v("part number of 2^32", invalid, { n: 4294967296 }),
    ],
  };
}

export function privateBlockVectors(world: World): VectorFile {
  const { hashes, aead, random } = world.crypto;
  const key = hashes.h(utf8("test secret part"));
  const place = { suite: 1, repo: world.repo, session: world.session, n: 3 };
  const facts = { agent: "example-agent", id: "0001", title: "the sky", models: ["example-1"], turns: 2, bytes: 1000 };
  const context = { repo: world.repo, session: world.session, n: 3, part_key: toHex(key) };
  const v = (name: string, expect: string, block: Uint8Array, more: object = {}): Vector => ({ name, expect, ...context, block: toHex(block), ...more });
  const good = sealPrivate(aead, hashes, random, key, place, facts);
  const raw = (plaintext: Uint8Array, nonce = random.bytes(24)): Uint8Array => {
    const additional = encodeCbor(["hx/private/v1", 1, idBytes(world.repo), idBytes(world.session), 3]);
    return concat(nonce, aead.seal(privateKey(hashes, key), nonce, additional, plaintext));
  };
  const padded = (map: CborInput, size: number): Uint8Array => {
    const body = encodeCbor(map);
    const block = new Uint8Array(size);
    block.set([body.length >> 8, body.length & 255]);
    block.set(body, 2);
    return block;
  };
  const nonce = hashes.h(utf8("nonce of a private block")).slice(0, 24);
  const more = (map: Record<string, CborInput>): Uint8Array => raw(padded({ agent: "a", id: "b", ...map }, 1024), nonce);
  const source = idBytes(world.session);
  const scan = { rules: hashes.h16(utf8("rules")), found: 2, bytes: 1000 };
  const readScan = { ...scan, rules: toHex(scan.rules) };
  return {
    page: "lane.md",
    about: "Private blocks, sealed under R of part_key.",
    vectors: [
      v("good", ok, good, { facts }),
      v("only agent and id", ok, raw(padded({ agent: "a", id: "b" }, 1024)), { facts: { agent: "a", id: "b" } }),
      v("another part", "lane-invalid", good, { n: 4 }),
      v("a changed byte", "lane-invalid", flip(good, 500)),
      v("cut off", "lane-invalid", good.slice(0, 30)),
      v("padded to 2048 without need", invalid, raw(padded(facts, 2048))),
      v("padding that is not zero", invalid, raw(flip(padded(facts, 1024), 1023))),
      v("no agent", invalid, raw(padded({ id: "b" }, 1024))),
      v("a title of 201 bytes", invalid, raw(padded({ agent: "a", id: "b", title: "t".repeat(201) }, 1024))),
      v("a redacted copy, scanned", ok, more({ source, map: [[1, 2], [2, 5]], scan }), { facts: { agent: "a", id: "b", source: world.session, map: [[1, 2], [2, 5]], scan: readScan } }),
      v("a scan with a key that is not known", ok, more({ scan: { ...scan, later: 1 } }), { facts: { agent: "a", id: "b", scan: readScan } }),
      v("a source of 15 bytes", invalid, more({ source: source.slice(1) })),
      v("a map of turns without a source", invalid, more({ map: [[1, 2]] })),
      v("a map that begins with turn 0", invalid, more({ source, map: [[0, 1]] })),
      v("a map whose turns fall", invalid, more({ source, map: [[1, 5], [2, 4]] })),
      v("a map that names a turn of the copy twice", invalid, more({ source, map: [[1, 4], [1, 5]] })),
      v("a map of triples", invalid, more({ source, map: [[1, 2, 3]] })),
      v("a scan with a rule hash of 32 bytes", invalid, more({ scan: { ...scan, rules: hashes.h(utf8("rules")) } })),
      v("a scan that does not say what it found", invalid, more({ scan: { rules: scan.rules, bytes: 1 } })),
      v("a scan that is a byte string", invalid, more({ scan: scan.rules })),
      v("nine models", invalid, raw(padded({ agent: "a", id: "b", models: Array.from({ length: 9 }, () => "m") }, 1024))),
    ],
  };
}
