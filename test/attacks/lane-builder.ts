import { execFileSync } from "node:child_process";
import { treeState } from "../../src/format/state.ts";
import { compare, concat, toHex, utf8 } from "../../src/domain/bytes.ts";
import { oid as parseOid, sessionId, type Oid, type RefName, type SessionId } from "../../src/domain/ids.ts";
import type { OwnLane } from "../../src/app/ledger.ts";
import { filesOf } from "../../src/app/lane/tree.ts";
import { encodeCbor, type CborInput } from "../../src/format/cbor.ts";
import { parseCommit } from "../../src/format/commit.ts";
import { decodeEnvelope, encodeEnvelope, signedMessage, type EnvelopeType } from "../../src/format/envelope.ts";
import { bodyDigest, decodeHeader, headerPayload, type BatchEntry, type Header, type LaneHead } from "../../src/format/header.ts";
import { SUITE } from "../../src/format/fields.ts";
import { itemIdOf } from "../../src/format/ids.ts";
import { ITEM_LENGTH } from "../../src/format/item.ts";
import { manifestPayload, type Manifest } from "../../src/format/manifest.ts";
import { bodyPath, itemPath, laneRef, manifestPath, parseLanePath, partPath, segmentPath } from "../../src/format/paths.ts";
import { chainOf, encodePartRecord, type PartRecord } from "../../src/format/part-record.ts";
import { PRIVATE_BLOCK_LENGTHS } from "../../src/format/private-block.ts";
import { cutPieces } from "../../src/format/pieces.ts";
import { segmentLength } from "../../src/format/segment.ts";
import type { Store } from "../../src/ports/git.ts";
import type { Scene } from "./scene.ts";

export type Files = Map<string, Uint8Array>;

/** Everything about the next commit of a lane that an adversary with its key can choose. What is absent is honest. */
export interface Tamper {
  /** Added (or, with null, removed) in the tree; what the header says follows, unless told otherwise. */
  readonly files?: ReadonlyMap<string, Uint8Array | null>;
  /** What the header says is in the tree: for its batch and state. */
  readonly said?: (files: Files) => void;
  readonly batch?: (batch: BatchEntry[]) => BatchEntry[];
  readonly heads?: readonly LaneHead[];
  readonly header?: (header: Header) => Header;
  /** The body's CBOR. */
  readonly body?: (bytes: Uint8Array) => Uint8Array;
  readonly pieces?: (pieces: Uint8Array[]) => Uint8Array[];
  /** The header's payload before it is signed. */
  readonly payload?: (bytes: Uint8Array) => Uint8Array;
  readonly seed?: Uint8Array;
  readonly envelope?: (bytes: Uint8Array) => Uint8Array;
  /** The root tree, after everything else. */
  readonly tree?: (tree: Oid, forge: Forge) => Promise<Oid>;
  /** The text of the commit. */
  readonly commit?: (text: string) => string;
  readonly parents?: readonly Oid[];
  /** Header of the commit before; by default that of the head. */
  readonly after?: Oid;
}

/** The adversary at one lane on the host, with its key. */
export interface Forge {
  readonly scene: Scene;
  readonly store: Store;
  readonly lane: OwnLane;
  readonly head: Oid;
  /** Writes the commit; moves no ref. */
  commit(tamper?: Tamper): Promise<Oid>;
  /** Writes the commit and moves the lane there. */
  push(tamper?: Tamper): Promise<Oid>;
  move(ref: RefName, to: Oid | null): Promise<void>;
  object(type: "blob" | "tree" | "commit" | "tag", bytes: Uint8Array | string): Oid;
  /** A tree of rows `mode name`, in this order, as they are. */
  tree(rows: readonly (readonly [mode: string, name: string, oid: Oid])[]): Oid;
  files(commit: Oid): Promise<Files>;
  header(commit: Oid): Promise<{ header: Header; envelope: Uint8Array }>;
  sign(type: EnvelopeType, payload: Uint8Array, seed?: Uint8Array): Uint8Array;
}

export async function forgeAt(scene: Scene, store: Store, lane: OwnLane): Promise<Forge> {
  const { crypto } = scene;
  const { h } = crypto.hashes;
  const head = await store.read(laneRef(lane.id));
  if (head === null) throw new Error("no lane");
  const object: Forge["object"] = (type, bytes) => {
    const input = typeof bytes === "string" ? utf8(bytes) : bytes;
    return parseOid(execFileSync("git", ["hash-object", "-t", type, "-w", "--stdin", "--literally"], { cwd: store.directory, env: scene.box.env, input }).toString().trim());
  };
  const forge: Forge = {
    scene,
    store,
    lane,
    head,
    object,
    tree: (rows) => object("tree", concat(...rows.map(([mode, name, oid]) => concat(utf8(`${mode} ${name}\0`), Buffer.from(oid, "hex"))))),
    async files(commit) {
      const files: Files = new Map();
      for await (const { path, oid } of filesOf(store, parseCommit(await store.readCommit(commit)).tree)) files.set(path, await store.readBlob(oid));
      return files;
    },
    async header(commit) {
      const envelope = (await forge.files(commit)).get("h") ?? new Uint8Array();
      return { header: decodeHeader(decodeEnvelope(envelope, "hx/header/v1").payload), envelope };
    },
    sign: (type, payload, seed = lane.seed) => encodeEnvelope({ type, payload, signature: crypto.signer.sign(seed, signedMessage(type, payload)) }),
    async commit(tamper = {}) {
      const before = tamper.after ?? head;
      const former = await forge.header(before);
      const real = without(await forge.files(before), isTop);
      const old = new Map(real);
      for (const [path, bytes] of tamper.files ?? [anItem(scene)]) {
        if (bytes === null) real.delete(path);
        else real.set(path, bytes);
      }
      const said: Files = new Map(real);
      tamper.said?.(said);
      const fresh = [...said].filter(([path, bytes]) => old.get(path) === undefined || toHex(h(old.get(path) ?? bytes)) !== toHex(h(bytes)));
      const sorted = fresh.map(([path, bytes]) => ({ path, hash: h(bytes) })).sort((a, b) => compare(utf8(a.path), utf8(b.path)));
      const batch = tamper.batch?.(sorted) ?? sorted;
      const plain = encodeCbor({ batch: batch.map(({ path, hash }) => [path, hash]), heads: (tamper.heads ?? []).map(({ lane: id, seq, hash }) => [idOf(id), seq, hash]) });
      const pieces = cutPieces(tamper.body?.(plain) ?? plain);
      const honest: Header = {
        ...former.header,
        seq: former.header.seq + 1,
        previous: h(former.envelope),
        body: bodyDigest(h, pieces),
        state: treeState(h, new Map([...said].map(([path, bytes]) => [path, h(bytes)]))),
      };
      const payload = encodeCbor(headerPayload(tamper.header?.(honest) ?? honest));
      const envelope = forge.sign("hx/header/v1", tamper.payload?.(payload) ?? payload, tamper.seed);
      real.set("h", tamper.envelope?.(envelope) ?? envelope);
      (tamper.pieces?.(pieces) ?? pieces).forEach((piece, i) => real.set(bodyPath(i), piece));
      const written = await writeFiles(store, real);
      const tree = (await tamper.tree?.(written, forge)) ?? written;
      const { day } = parseCommit(await store.readCommit(before));
      const who = `hx <hx@invalid> ${day} +0000`;
      const parents = (tamper.parents ?? [before]).map((parent) => `parent ${parent}\n`).join("");
      const text = `tree ${tree}\n${parents}author ${who}\ncommitter ${who}\n\n`;
      return object("commit", tamper.commit?.(text) ?? text);
    },
    async push(tamper) {
      const to = await forge.commit(tamper);
      await forge.move(laneRef(lane.id), to);
      return to;
    },
    async move(ref, to) {
      const from = await store.read(ref);
      if (!(await store.update([{ ref, from, to }]))) throw new Error(`'${ref}' did not move`);
    },
  };
  return forge;
}

const isTop = (path: string): boolean => path === "h" || path.startsWith("b/");

function without(files: Files, drop: (path: string) => boolean): Files {
  return new Map([...files].filter(([path]) => !drop(path)));
}

function idOf(lane: LaneHead["lane"]): Uint8Array {
  const bits = [...lane].map((c) => "abcdefghijklmnopqrstuvwxyz234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2));
}

/** A tree of these files, whatever their names. */
export async function writeFiles(store: Store, files: ReadonlyMap<string, Uint8Array>): Promise<Oid> {
  const inner = new Map<string, Files>();
  const entries: { name: string; mode: "100644" | "40000"; oid: Oid }[] = [];
  for (const [path, bytes] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) entries.push({ name: path, mode: "100644", oid: await store.writeBlob(bytes) });
    else inner.set(path.slice(0, slash), (inner.get(path.slice(0, slash)) ?? new Map()).set(path.slice(slash + 1), bytes));
  }
  for (const [name, below] of inner) entries.push({ name, mode: "40000", oid: await writeFiles(store, below) });
  return store.writeTree(entries);
}

/** A sealed item as far as anybody without its key can see. */
export function anItem(scene: Scene): [string, Uint8Array] {
  const bytes = scene.crypto.random.bytes(ITEM_LENGTH);
  return [itemPath(itemIdOf(scene.crypto.hashes, bytes)), bytes];
}

export interface Part {
  readonly record: PartRecord;
  readonly segments: ReadonlyMap<number, Uint8Array>;
}

/** A part with segments of these numbers, as far as anybody without its key can see. */
export function aPart(scene: Scene, n: number, numbers: readonly number[], change: Partial<PartRecord> = {}): Part {
  const { random, hashes } = scene.crypto;
  const segments = new Map(numbers.map((number) => [number, random.bytes(segmentLength(4096)).fill(SUITE, 0, 1)]));
  const listed = [...segments].map(([number, bytes]) => ({ number, length: bytes.length, hash: hashes.h(bytes) }));
  return { segments, record: { n, chain: n, commitment: random.bytes(32), segments: listed, private: random.bytes(PRIVATE_BLOCK_LENGTHS[0] ?? 0), ...change } };
}

/** The files of a session with these parts. `record` encodes a part record: replace it to lie. */
export function aSession(
  forge: Forge,
  parts: readonly Part[],
  lie: { readonly session?: SessionId; readonly manifest?: (manifest: Manifest) => CborInput; readonly payload?: (bytes: Uint8Array) => Uint8Array; readonly seed?: Uint8Array; readonly record?: (record: PartRecord) => Uint8Array } = {},
): Files {
  const { crypto, repo } = forge.scene;
  const session = lie.session ?? sessionId(toHex(crypto.random.bytes(16)));
  const records = parts.map(({ record }) => (lie.record ?? encodePartRecord)(record));
  const manifest: Manifest = { suite: 1, repo, lane: forge.lane.publicKey, session, kind: "original", parts: { count: records.length, hash: chainOf(crypto.hashes.h, records) } };
  const payload = encodeCbor(lie.manifest?.(manifest) ?? manifestPayload(manifest));
  const files: Files = new Map([[manifestPath(session), forge.sign("hx/manifest/v1", lie.payload?.(payload) ?? payload, lie.seed)]]);
  records.forEach((bytes, i) => files.set(partPath(session, i), bytes));
  for (const { segments } of parts) for (const [number, bytes] of segments) files.set(segmentPath(session, number), bytes);
  return files;
}

/** Paths of one kind in a lane. */
export function pathsOf(files: Files, kind: "manifest" | "part" | "segment" | "item"): string[] {
  return [...files.keys()].filter((path) => parseLanePath(path)?.kind === kind).sort();
}
