import { brotliCompressSync, constants } from "node:zlib";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { concat, toHex, uint32, utf8 } from "../../src/domain/bytes.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { encodeCard } from "../../src/format/card.ts";
import { decodeEnvelope, encodeEnvelope, signEnvelope } from "../../src/format/envelope.ts";
import { encodeBody, headerPayload } from "../../src/format/header.ts";
import { idBytes } from "../../src/format/ids.ts";
import { sealItem } from "../../src/format/item.ts";
import { sealDeviceKey } from "../../src/format/key-file.ts";
import { manifestPayload } from "../../src/format/manifest.ts";
import { authorWrapId, commitment, nextChainKey, partKey, privateKey } from "../../src/format/part-keys.ts";
import { sealPrivate } from "../../src/format/private-block.ts";
import { frameSegment, sealSegment, segmentContext } from "../../src/format/segment.ts";
import { treeState } from "../../src/format/state.ts";
import { tieBody } from "../../src/format/tie.ts";
import { itemContext, wrapAdditional } from "../../src/format/wrap.ts";
import { withTestOnlyFixedRandom } from "./fixed-random.ts";
import { makeLane } from "./make-lane.ts";
import { sealStream } from "./raw-stream.ts";
import { authorPlace, makeWorld } from "./world.ts";
import type { World } from "./world.ts";

export interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly [key: string]: unknown;
}

export interface VectorFile {
  readonly page: string;
  readonly about: string;
  readonly vectors: readonly Vector[];
}

/** All of fixtures/vectors, the same bytes each time: file name without `.json` → content. */
export function makeVectors(): Promise<Record<string, object>> {
  return withTestOnlyFixedRandom("hx vectors", async () => {
    const world = makeWorld(await loadCrypto());
    return {
      cbor: cborVectors(),
      envelope: envelopeVectors(world),
      "key-tree": keyTreeVectors(world),
      paths: pathVectors(),
      state: stateVectors(world),
      header: headerVectors(world),
      body: bodyVectors(world),
      manifest: manifestVectors(world),
      "part-record": partRecordVectors(world),
      "private-block": privateBlockVectors(world),
      "part-stream": partStreamVectors(),
      segment: segmentVectors(world),
      wrap: wrapVectors(world),
      item: itemVectors(world),
      card: cardVectors(world),
      statement: statementVectors(world),
      "device-key": deviceKeyVectors(world),
      lane: await makeLane(world),
    };
  });
}

const ok = "ok";
const invalid = "encoding-invalid";

export function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function cborVectors(): VectorFile {
  const cases: readonly (readonly [string, string, string])[] = [
    ["zero", ok, "00"],
    ["23", ok, "17"],
    ["24", ok, "1818"],
    ["2^53-1", ok, "1b001fffffffffffff"],
    ["empty map", ok, "a0"],
    ["map, keys in bytewise order of their encodings", ok, "a3617a0062616101626262f5"],
    ["the key __proto__ is a key like another", ok, "a1695f5f70726f746f5f5fa0"],
    ["text with a byte-order mark", ok, "63efbbbf"],
    ["23 in two bytes", invalid, "1817"],
    ["0 in nine bytes", invalid, "1b0000000000000000"],
    ["2^53", invalid, "1b0020000000000000"],
    ["negative", invalid, "20"],
    ["float 1.0", invalid, "f93c00"],
    ["float NaN", invalid, "f97e00"],
    ["null", invalid, "f6"],
    ["undefined", invalid, "f7"],
    ["simple value 0", invalid, "e0"],
    ["tag", invalid, "c000"],
    ["bignum tag", invalid, "c24101"],
    ["duplicate key", invalid, "a2616100616101"],
    ["keys out of order", invalid, "a2616200616101"],
    ["longer key before a shorter one", invalid, "a262616100617a00"],
    ["integer key", invalid, "a10000"],
    ["byte string key", invalid, "a1416100"],
    ["indefinite array", invalid, "9fff"],
    ["indefinite map", invalid, "bfff"],
    ["indefinite bytes", invalid, "5f4100ff"],
    ["break alone", invalid, "ff"],
    ["length in more bytes than needed", invalid, "580161"],
    ["invalid UTF-8", invalid, "61ff"],
    ["half a surrogate pair in UTF-8", invalid, "63eda080"],
    ["trailing byte", invalid, "0000"],
    ["empty input", invalid, ""],
    ["bytes cut off", invalid, "4401"],
    ["array of 2^32 items", invalid, "9affffffff"],
    ["map of 2^53 items", invalid, "bb0020000000000000"],
    ["1000 nested arrays", invalid, `${"81".repeat(1000)}00`],
  ];
  return { page: "encoding.md", about: "CBOR that a reader takes or refuses.", vectors: cases.map(([name, expect, cbor]) => ({ name, expect, cbor })) };
}

function envelopeVectors(world: World): VectorFile {
  const { signer } = world.crypto;
  const publicKey = toHex(signer.publicKey(world.laneSeed));
  const payload = encodeCbor({ v: 1, a: "example" });
  const sign = (message: Uint8Array): Uint8Array => signer.sign(world.laneSeed, message);
  const good = signEnvelope("hx/manifest/v1", { v: 1, a: "example" }, sign);
  const type = "hx/manifest/v1";
  const v = (name: string, expect: string, envelope: Uint8Array, more: object = {}): Vector => ({ name, expect, type, public_key: publicKey, envelope: toHex(envelope), ...more });
  const signature = decodeEnvelope(good, type).signature;
  return {
    page: "encoding.md",
    about: "An envelope read as `type` and verified with `public_key`; `seed` made the signature.",
    vectors: [
      v("good", ok, good, { seed: toHex(world.laneSeed), payload: toHex(payload) }),
      v("signed for another type", "signature-invalid", encodeCbor([type, payload, sign(concat(utf8("hx/header/v1"), Uint8Array.of(0), payload))])),
      v("signed without the type", "signature-invalid", encodeCbor([type, payload, sign(payload)])),
      v("another type", invalid, signEnvelope("hx/header/v1", { v: 1, a: "example" }, sign)),
      v("payload changed", "signature-invalid", encodeCbor([type, flip(payload, payload.length - 1), signature])),
      v("signature changed", "signature-invalid", encodeCbor([type, payload, flip(signature, 0)])),
      v("signature too short", invalid, encodeCbor([type, payload, signature.slice(1)])),
      v("four parts", invalid, encodeCbor([type, payload, signature, 0])),
      v("signed payload that is not deterministic", invalid, encodeEnvelope({ type, payload: Uint8Array.of(0x18, 0x01), signature: sign(concat(utf8(type), Uint8Array.of(0, 0x18, 0x01))) })),
      v("trailing byte", invalid, concat(good, Uint8Array.of(0))),
    ],
  };
}

function keyTreeVectors(world: World): VectorFile {
  const { hashes } = world.crypto;
  const vectors: Vector[] = [];
  let chainKey = hashes.h(utf8("test secret chain"));
  for (let i = 0; i < 3; i++) {
    const key = partKey(hashes, chainKey);
    vectors.push({
      name: `part ${i} of the chain of part 0`,
      expect: ok,
      session: world.session,
      n: i,
      chain: 0,
      chain_key: toHex(chainKey),
      part_key: toHex(key),
      next_chain_key: toHex(nextChainKey(hashes, chainKey)),
      commit: toHex(commitment(hashes.h, key, world.session, i)),
      private_key: toHex(privateKey(hashes, key)),
      author_wrap_id: authorWrapId(hashes, world.session, 0),
    });
    chainKey = nextChainKey(hashes, chainKey);
  }
  return { page: "encoding.md", about: "chain_key is C[n]; the author's wrap id is of chain `chain`.", vectors };
}

function pathVectors(): VectorFile {
  const id = "ab".repeat(16);
  const cases: readonly (readonly [string, string, string])[] = [
    ["lane", ok, "h"],
    ["lane", ok, "b/0"],
    ["lane", ok, "b/12"],
    ["lane", ok, `s/ab/${id}/m`],
    ["lane", ok, `s/ab/${id}/p0`],
    ["lane", ok, `s/ab/${id}/4294967295`],
    ["lane", ok, `x/ab/${id}`],
    ["lane", "lane-invalid", ""],
    ["lane", "lane-invalid", "b"],
    ["lane", "lane-invalid", "b/00"],
    ["lane", "lane-invalid", "b/-1"],
    ["lane", "lane-invalid", `s/ac/${id}/m`],
    ["lane", "lane-invalid", `s/ab/${id.toUpperCase()}/m`],
    ["lane", "lane-invalid", `s/ab/${id}`],
    ["lane", "lane-invalid", `s/ab/${id}/p01`],
    ["lane", "lane-invalid", `s/ab/${id}/4294967296`],
    ["lane", "lane-invalid", `s/ab/${id}/m/x`],
    ["lane", "lane-invalid", `s/ab/${id}/m\n`],
    ["lane", "lane-invalid", "../h"],
    ["lane", "lane-invalid", `w/ab/${id}`],
    ["keys", ok, "h"],
    ["keys", ok, `w/ab/${id}`],
    ["keys", ok, `t/ab/${id}`],
    ["keys", "keys-invalid", `x/ab/${id}`],
    ["keys", "keys-invalid", `w/ac/${id}`],
    ["root", ok, "c/00/00000000.0"],
    ["root", ok, "c/ff/000001ff.12"],
    ["root", "workspace-invalid", "c/01/00000000.0"],
    ["root", "workspace-invalid", "c/00/0000000.0"],
    ["root", "workspace-invalid", "c/00/00000000.00"],
  ];
  return { page: "lane.md", about: "Paths in the trees of a lane, a keys ref and the workspace chain.", vectors: cases.map(([tree, expect, path]) => ({ name: `${tree} '${path.replace("\n", "\\n")}'`, expect, tree, path })) };
}

function stateVectors(world: World): VectorFile {
  const { h } = world.crypto.hashes;
  const make = (name: string, paths: readonly string[]): Vector => {
    const files = new Map(paths.map((path) => [path, h(utf8(path))]));
    return { name, expect: ok, files: Object.fromEntries([...files].map(([path, hash]) => [path, toHex(hash)])), state: toHex(treeState(h, files)) };
  };
  const id = "ab".repeat(16);
  return {
    page: "lane.md",
    about: "State of a tree from the H of each blob. A header's state leaves out h and b.",
    vectors: [
      make("empty", []),
      make("one file", [`x/ab/${id}`]),
      make("10 comes before 2 and m, bytewise", [`s/ab/${id}/10`, `s/ab/${id}/2`, `s/ab/${id}/m`, `s/ab/${id}/p0`, `x/ab/${id}`]),
    ],
  };
}

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

function headerVectors(world: World): VectorFile {
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

function bodyVectors(world: World): VectorFile {
  const { h, h16 } = world.crypto.hashes;
  const id = "ab".repeat(16);
  const many = Array.from({ length: 100 }, (_, i) => ({ path: `s/ab/${id}/${i}`, hash: h(uint32(i)) }));
  const good = encodeBody({ batch: many, heads: [{ lane: world.laneId, seq: 4, hash: h(utf8("head")) }] });
  const v = (name: string, expect: string, pieces: readonly Uint8Array[], more: object = {}): Vector => ({ name, expect, pieces: pieces.map(toHex), ...more });
  const raw = (batch: CborInput, heads: CborInput = []): Uint8Array[] => [encodeCbor({ batch, heads })];
  const hash = h(utf8("blob"));
  const lanes = [h16(utf8("a")), h16(utf8("b"))].toSorted((a, b) => Buffer.compare(b, a));
  return {
    page: "lane.md",
    about: "The pieces b/0, b/1, … of a header's body.",
    vectors: [
      v("two pieces", ok, good, { batch: 100, heads: 1 }),
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

function manifestVectors(world: World): VectorFile {
  const base = manifestPayload({ suite: 1, repo: world.repo, lane: world.lane, session: world.session, kind: "original", parts: { count: 2, hash: world.crypto.hashes.h(utf8("parts")) } });
  const v = (name: string, expect: string, more: Record<string, CborInput | undefined> = {}): Vector => ({ name, expect, payload: toHex(encodeCbor({ ...(typeof base === "object" ? base : {}), ...more })) });
  return {
    page: "lane.md",
    about: "Payloads of hx/manifest/v1.",
    vectors: [
      { ...v("good", ok), session: world.session, parts: 2 },
      v("kind redacted is reserved", "too-new", { kind: "redacted" }),
      v("no parts", invalid, { parts: [0, new Uint8Array(32)] }),
      v("session of 15 bytes", invalid, { session: new Uint8Array(15) }),
      v("parts is a map", invalid, { parts: {} }),
    ],
  };
}

function partRecordVectors(world: World): VectorFile {
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

function privateBlockVectors(world: World): VectorFile {
  const { hashes, aead, random } = world.crypto;
  const key = hashes.h(utf8("test secret part"));
  const place = { suite: 1, repo: world.repo, session: world.session, n: 3 };
  const facts = { agent: "example-agent", id: "0001", title: "the sky", models: ["example-1"], turns: 2, bytes: 1000 };
  const context = { repo: world.repo, session: world.session, n: 3, part_key: toHex(key) };
  const v = (name: string, expect: string, block: Uint8Array, more: object = {}): Vector => ({ name, expect, ...context, block: toHex(block), ...more });
  const good = sealPrivate(aead, hashes, random, key, place, facts);
  const raw = (plaintext: Uint8Array): Uint8Array => {
    const nonce = random.bytes(24);
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
      v("nine models", invalid, raw(padded({ agent: "a", id: "b", models: Array.from({ length: 9 }, () => "m") }, 1024))),
    ],
  };
}

function partStreamVectors(): VectorFile {
  const record = (head: CborInput, data: Uint8Array = new Uint8Array(0)): Uint8Array => {
    const bytes = encodeCbor(head);
    return concat(uint32(bytes.length), bytes, data);
  };
  const file = (f: number, p: string, r = "transcript"): Uint8Array => record({ t: "file", f, p, r });
  const data = (f: number, g: number, o: number, text: string): Uint8Array => record({ t: "data", f, g, o, n: utf8(text).length }, utf8(text));
  const v = (name: string, expect: string, records: readonly Uint8Array[], more: object = {}): Vector => ({ name, expect, stream: toHex(concat(...records)), ...more });
  const path = (p: string): Vector => v(`path '${p.slice(0, 20).replace("\0", "\\0")}'`, invalid, [file(0, p)]);
  return {
    page: "segment.md",
    about: "The stream of part 0 of a session, whole.",
    vectors: [
      v("good", ok, [file(0, "a/b.jsonl"), data(0, 0, 0, "hello "), data(0, 0, 6, "world"), record({ t: "end", f: 0, g: 0, n: 11, m: 1700000000000 }), file(1, "c", "subagent"), record({ t: "omit", f: 1, g: 0, o: 0, n: 5 }), record({ t: "gone", f: 1 })], { records: 7 }),
      v("repeated bytes", ok, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 0, 3, "lo!!")], { records: 3 }),
      v("a new generation", ok, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 1, 0, "bye")], { records: 3 }),
      v("a hole", invalid, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 0, 6, "x")]),
      v("a hole at the start of a generation", invalid, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 1, 1, "x")]),
      v("a generation left out", invalid, [file(0, "a"), data(0, 1, 0, "hello")]),
      v("a file that is not declared", invalid, [data(0, 0, 0, "hello")]),
      v("two files with one path", invalid, [file(0, "a"), file(1, "a")]),
      v("a file with two paths", invalid, [file(0, "a"), file(0, "b")]),
      path("/etc/passwd"),
      path("../a"),
      path("a/../b"),
      path("a//b"),
      path("a/./b"),
      path("a\0b"),
      path(""),
      path("x".repeat(1025)),
      v("an unknown role", invalid, [file(0, "a", "other")]),
      v("an unknown record", "too-new", [record({ t: "later", f: 0 })]),
      v("head of length 0", invalid, [uint32(0)]),
      v("head of 65537 bytes", invalid, [uint32(65537), new Uint8Array(10)]),
      v("head that is not deterministic", invalid, [uint32(3), Uint8Array.of(0xa0, 0x00, 0x00)]),
      v("data cut off", invalid, [file(0, "a"), data(0, 0, 0, "hello").slice(0, -1)]),
      v("head cut off", invalid, [file(0, "a").slice(0, -1)]),
    ],
  };
}

function segmentVectors(world: World): VectorFile {
  const { hashes, segments } = world.crypto;
  const key = hashes.h(utf8("test secret part"));
  const place = { repo: world.repo, session: world.session, part: 1, segment: 2 };
  const context = { repo: world.repo, session: world.session, part: 1, segment: 2, part_key: toHex(key), additional: toHex(segmentContext(place)) };
  const raw = utf8("hello ".repeat(1000));
  const compressed = new Uint8Array(brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_LGWIN]: 22 } }));
  const padded = frameSegment(1, compressed, raw.length);
  const good = sealSegment(segments, key, place, padded);
  const v = (name: string, expect: string, blob: Uint8Array, more: object = {}): Vector => ({ name, expect, ...context, blob: toHex(blob), ...more });
  const sealed = (bytes: Uint8Array): Uint8Array => sealSegment(segments, key, place, bytes);
  const chunks = (parts: readonly (readonly [Uint8Array, number])[]): Uint8Array => concat(Uint8Array.of(1), sealStream(world.crypto, key, segmentContext(place), parts));
  const long = frameSegment(0, hashes.h(raw), 32);
  const altered = (at: number, bytes: Uint8Array): Uint8Array => {
    const copy = padded.slice();
    copy.set(bytes, at);
    return copy;
  };
  const bad = "segment-invalid";
  return {
    page: "segment.md",
    about: "Segments. `raw` is what the compressed bytes decode to.",
    vectors: [
      v("brotli", ok, good, { codec: 1, raw: toHex(raw) }),
      v("stored", ok, sealed(long), { codec: 0, raw: toHex(hashes.h(raw)) }),
      v("a changed byte in the stream header", bad, flip(good, 3)),
      v("a changed byte in the chunk", bad, flip(good, 2000)),
      v("another suite", "too-new", concat(Uint8Array.of(2), good.slice(1))),
      v("another part", bad, good, { part: 2 }),
      v("another segment number", bad, good, { segment: 3 }),
      v("another session", bad, good, { session: "00".repeat(16) }),
      v("another repository", bad, good, { repo: "00".repeat(32) }),
      v("another key", bad, good, { part_key: "00".repeat(32) }),
      v("cut off", bad, good.slice(0, -1)),
      v("a byte after the end", bad, concat(good, Uint8Array.of(0))),
      v("a message after FINAL", bad, chunks([[padded, 3], [new Uint8Array(1), 3]])),
      v("FINAL missing", bad, chunks([[padded, 0]])),
      v("tag PUSH for FINAL", bad, chunks([[padded, 1]])),
      v("two short chunks", bad, chunks([[padded.slice(0, 2048), 0], [padded.slice(2048), 3]])),
      v("padding that is not zero", bad, sealed(flip(padded, 4095))),
      v("padded to 5120 without need", bad, sealed(concat(padded, new Uint8Array(1024)))),
      v("padded below 4096", bad, sealed(padded.slice(0, 2048))),
      v("compressed length beyond the blob", bad, sealed(altered(1, uint32(4088)))),
      v("compressed length of 2^32-1", bad, sealed(altered(1, uint32(0xffffffff)))),
      v("raw length of 16 MiB and one", bad, sealed(altered(5, uint32(16777217)))),
      v("raw length one too small", bad, sealed(altered(5, uint32(raw.length - 1)))),
      v("raw length one too large", bad, sealed(altered(5, uint32(raw.length + 1)))),
      v("stored, with another raw length", bad, sealed(altered(0, Uint8Array.of(0)))),
      v("codec 3", "too-new", sealed(altered(0, Uint8Array.of(3)))),
      v("brotli that does not decode", bad, sealed(altered(9, new Uint8Array(Buffer.alloc(compressed.length, 0xff))))),
    ],
  };
}

function wrapVectors(world: World): VectorFile {
  const { wrapper, hashes } = world.crypto;
  const plaintext = hashes.h(utf8("test secret chain"));
  const context = authorPlace(world, hashes.h(utf8("commit")));
  const good = wrapper.wrap(world.personKey, context, plaintext);
  const item = itemContext(world.repo);
  const v = (name: string, expect: string, wrap: Uint8Array, more: object = {}): Vector => ({
    name,
    expect,
    seed: toHex(world.personKeySeed),
    context: Object.fromEntries(Object.entries(context).map(([key, value]) => [key, value instanceof Uint8Array ? toHex(value) : value])),
    additional: toHex(wrapAdditional(context)),
    wrap: toHex(wrap),
    ...more,
  });
  const lowOrder = good.slice();
  lowOrder.fill(0, 2 + 1088, 2 + 1120);
  const bad = "wrap-invalid";
  const lifted = { context: { purpose: "item", suite: 1, repo: world.repo }, additional: toHex(wrapAdditional(item)) };
  return {
    page: "wrap.md",
    about: "Wraps opened with `seed`; in `context` byte strings are hex. `not-recipient`: well formed, and does not open with this seed and context.",
    vectors: [
      v("good", ok, good, { plaintext: toHex(plaintext), public_key: toHex(world.personKey) }),
      v("another seed", "not-recipient", good, { seed: "00".repeat(32) }),
      v("lifted to another purpose", "not-recipient", good, lifted),
      v("a changed byte in the ML-KEM part", "not-recipient", flip(good, 100)),
      v("a changed byte in the X25519 part", "not-recipient", flip(good, 1100)),
      v("a changed byte in the tag", "not-recipient", flip(good, good.length - 1)),
      v("an X25519 part of low order", bad, lowOrder),
      v("cut off", bad, good.slice(0, -1)),
      v("a byte more", bad, concat(good, Uint8Array.of(0))),
      v("empty", bad, new Uint8Array(0)),
      v("suite 2", "too-new", concat(Uint8Array.of(2), good.slice(1))),
      v("suite 0", bad, concat(Uint8Array.of(0), good.slice(1))),
      v("kind 2 is reserved", "too-new", concat(Uint8Array.of(1, 2), good.slice(2))),
      v("kind 0", bad, concat(Uint8Array.of(1, 0), good.slice(2))),
    ],
  };
}

function itemVectors(world: World): VectorFile {
  const { crypto } = world;
  const place = { repo: world.repo, lane: world.lane };
  const other = crypto.wrapper.publicKey(crypto.hashes.h(utf8("other")));
  const body = tieBody({ ...place, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.deviceSeed, message), (message) => crypto.signer.sign(world.laneSeed, message));
  const good = sealItem(crypto, [other, world.personKey], place, body);
  const v = (name: string, expect: string, item: Uint8Array, more: object = {}): Vector => ({
    name,
    expect,
    seed: toHex(world.personKeySeed),
    repo: world.repo,
    lane: toHex(world.lane),
    device_key: toHex(crypto.signer.publicKey(world.deviceSeed)),
    item: toHex(item),
    ...more,
  });
  const forged = tieBody({ ...place, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.laneSeed, message), (message) => crypto.signer.sign(world.laneSeed, message));
  const unsigned = tieBody({ ...place, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.deviceSeed, message), (message) => crypto.signer.sign(world.deviceSeed, message));
  const toSelf: readonly [Uint8Array, Uint8Array] = [world.personKey, world.personKey];
  const bad = "item-invalid";
  return {
    page: "wrap.md",
    about: "Sealed items that hold a tie, opened with `seed` and verified with `device_key`.",
    vectors: [
      v("good, second stanza", ok, good, { person: world.person, device: world.device }),
      v("good, first stanza", ok, sealItem(crypto, [world.personKey, other], place, body)),
      v("another seed", "not-recipient", good, { seed: "00".repeat(32) }),
      v("another repository", "not-recipient", good, { repo: "00".repeat(32) }),
      v("another lane", bad, good, { lane: "00".repeat(32) }),
      v("a changed byte in the body", bad, flip(good, 3000)),
      v("cut off", bad, good.slice(0, -1)),
      v("a byte more", bad, concat(good, Uint8Array.of(0))),
      v("suite 2", "too-new", concat(Uint8Array.of(2), good.slice(1))),
      v("tie not signed by the device", "signature-invalid", sealItem(crypto, toSelf, place, forged)),
      v("tie not signed by the lane", "signature-invalid", sealItem(crypto, toSelf, place, unsigned)),
      v("tie of another lane", bad, sealItem(crypto, toSelf, place, tieBody({ ...place, lane: world.eraser, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.deviceSeed, message), (message) => crypto.signer.sign(world.eraserSeed, message)))),
    ],
  };
}

function cardVectors(world: World): VectorFile {
  const { card } = world;
  const v = (name: string, expect: string, more: object = {}): Vector => ({ name, expect, card: toHex(encodeCard({ ...card, ...more })) });
  const device = card.devices[0] ?? new Uint8Array(0);
  const bySelf = signEnvelope("hx/device/v1", { v: 1, person: idBytes(world.person), sign: world.lane, box: world.personKey }, (message) => world.crypto.signer.sign(world.laneSeed, message));
  const byDevice = signEnvelope("hx/device/v1", { v: 1, person: idBytes(world.person), sign: world.lane, box: world.personKey }, (message) => world.crypto.signer.sign(world.deviceSeed, message));
  return {
    page: "workspace.md",
    about: "Cards, verified whole.",
    vectors: [
      { ...v("good", ok), person: world.person, devices: [world.device], epochs: 1, entropy: toHex(world.root) },
      v("a device signed by a device", ok, { devices: [device, byDevice] }),
      v("a device signed by itself only", "signature-invalid", { devices: [device, bySelf] }),
      v("a device that vouches for the one before it", "signature-invalid", { devices: [byDevice, device] }),
      v("a device twice", invalid, { devices: [device, device] }),
      v("person changed", "signature-invalid", { person: flip(card.person, 500) }),
      v("key epochs that do not begin at 0, or repeat", invalid, { keys: [...card.keys, ...card.keys] }),
      v("no devices: the person's key was signed by an unknown one", "signature-invalid", { devices: [] }),
    ],
  };
}

function statementVectors(world: World): VectorFile {
  const signing = toHex(world.crypto.signer.publicKey(world.deviceSeed));
  const sign = (payload: CborInput): Uint8Array => signEnvelope("hx/statement/v1", payload, (message) => world.crypto.signer.sign(world.deviceSeed, message));
  const v = (name: string, expect: string, envelope: Uint8Array, more: object = {}): Vector => ({ name, expect, device_key: signing, envelope: toHex(envelope), ...more });
  const hash = world.crypto.hashes.h(utf8("statement"));
  const base = { v: 1, ws: idBytes(world.workspace), n: 3, prev: hash, by: idBytes(world.device), type: "disconnect", body: { repo: idBytes(world.repo) } };
  return {
    page: "workspace.md",
    about: "Envelopes hx/statement/v1, one at a time; the right to say them is another matter.",
    vectors: [
      ...world.statements.map((envelope, n) => v(["genesis", "project", "connect"][n] ?? "", ok, envelope, { n, type: ["genesis", "project", "connect"][n], ...(n === 0 ? { workspace: world.workspace } : {}) })),
      v("disconnect", ok, sign(base), { n: 3, type: "disconnect" }),
      v("a type that is not known", "too-new", sign({ ...base, type: "team", body: {} })),
      v("a type named like a property of objects", "too-new", sign({ ...base, type: "__proto__", body: {} })),
      v("version 2", "too-new", sign({ ...base, v: 2 })),
      v("statement 0 that is not genesis", invalid, sign({ ...base, n: 0, prev: undefined, ws: undefined })),
      v("no prev", invalid, sign({ ...base, prev: undefined })),
      v("no workspace", invalid, sign({ ...base, ws: undefined })),
      v("body of another shape", invalid, sign({ ...base, body: { repo: "x" } })),
      v("membership boxes out of order", "encoding-invalid", sign({ ...base, type: "membership", body: { epoch: 1, sign: hash, box: world.personKey, boxes: [2, 1].map((i) => [new Uint8Array(16).fill(i), concat(Uint8Array.of(1, 1), new Uint8Array(1120 + 80))]) } })),
      v("a membership box of a wrong length", "wrap-invalid", sign({ ...base, type: "membership", body: { epoch: 1, sign: hash, box: world.personKey, boxes: [[new Uint8Array(16), new Uint8Array(10)]] } })),
      v("signature changed", "signature-invalid", flip(sign(base), sign(base).length - 1)),
    ],
  };
}

function deviceKeyVectors(world: World): VectorFile {
  const { aead, hashes, random } = world.crypto;
  const key = hashes.h(utf8("test secret file key"));
  const secrets = {
    person: world.person,
    device: world.device,
    sign: world.deviceSeed,
    box: world.deviceBoxSeed,
    keys: [{ epoch: 0, seed: world.personKeySeed }],
    membership: [{ workspace: world.workspace, epoch: 0, seeds: world.membershipSeeds }],
  };
  const good = sealDeviceKey(aead, key, random.bytes(24), { alg: "keyring", id: "example" }, secrets);
  const v = (name: string, expect: string, file: Uint8Array, more: object = {}): Vector => ({ name, expect, key: toHex(key), file: toHex(file), ...more });
  const argon = (ops: number, mem: number): Uint8Array => encodeCbor({ v: 1, kdf: { alg: "argon2id", ops, mem, salt: new Uint8Array(16) }, nonce: new Uint8Array(24), sealed: new Uint8Array(100) });
  const none = { alg: "none", key } as const;
  const refused = "key-parameters";
  return {
    page: "keyfile.md",
    about: "device.key, opened with `key`, which the keyring gave (or the file itself holds).",
    vectors: [
      v("keyring", ok, good, { person: world.person, device: world.device, sign: toHex(secrets.sign), box: toHex(secrets.box) }),
      v("no passphrase", ok, sealDeviceKey(aead, key, random.bytes(24), none, secrets)),
      v("another key", "wrong-passphrase", good, { key: "00".repeat(32) }),
      v("a changed byte", "wrong-passphrase", flip(good, good.length - 1)),
      v("the id of the key was changed", "wrong-passphrase", new Uint8Array(Buffer.from(Buffer.from(good).toString("latin1").replace("example", "exbmple"), "latin1"))),
      v("2 passes", refused, argon(2, 67108864)),
      v("17 passes", refused, argon(17, 67108864)),
      v("one byte under 64 MiB", refused, argon(3, 67108863)),
      v("one byte over 1 GiB", refused, argon(3, 1073741825)),
      v("2^53-1 passes", refused, argon(Number.MAX_SAFE_INTEGER, 67108864)),
      v("another algorithm", "too-new", encodeCbor({ v: 1, kdf: { alg: "md5" }, nonce: new Uint8Array(24), sealed: new Uint8Array(16) })),
      v("salt of 15 bytes", invalid, encodeCbor({ v: 1, kdf: { alg: "argon2id", ops: 3, mem: 67108864, salt: new Uint8Array(15) }, nonce: new Uint8Array(24), sealed: new Uint8Array(16) })),
    ],
  };
}
