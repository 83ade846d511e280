import { createHash } from "node:crypto";
import { toHex } from "../../../src/domain/bytes.ts";
import { repoId, type RepoId, type SessionId } from "../../../src/domain/ids.ts";
import { decodeCbor, isCborMap, type CborValue } from "../../../src/format/cbor.ts";
import { ITEM_LENGTH } from "../../../src/format/item.ts";
import { decodePartRecord, type PartRecord } from "../../../src/format/part-record.ts";
import { KEM_CIPHERTEXT, WRAP_PUBLIC_KEY, wrapLength } from "../../../src/format/wrap.ts";
import { sessionId } from "../../../src/domain/ids.ts";
import { treeEntries, type Entry, type Objects } from "./objects.ts";
import { words } from "./gather.ts";

/** A key encrypted to a key, wherever it lies. */
export interface Wrap {
  /** Two with the same bytes and purposes have the same. */
  readonly id: string;
  readonly kem: Uint8Array;
  readonly sealed: Uint8Array;
  readonly purposes: readonly string[];
  /** The item of which it is a stanza. */
  readonly item?: string;
}

/** Part keys under a key that a wrap holds. */
export interface Keyed {
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

export interface Part {
  readonly session: SessionId;
  readonly record: PartRecord;
  /** By number. */
  readonly segments: ReadonlyMap<number, Uint8Array>;
}

/** What is sealed in some objects, and what is not. */
export interface Haul {
  readonly repo: RepoId;
  readonly wraps: readonly Wrap[];
  readonly keyed: readonly Keyed[];
  /** By object id. */
  readonly items: ReadonlyMap<string, Uint8Array>;
  readonly parts: readonly Part[];
  /** X-Wing public keys, hex. */
  readonly publicKeys: ReadonlySet<string>;
  /** 32 bytes each, of what is not sealed. */
  readonly open: readonly Uint8Array[];
}

/** Suite, kind and nonce. */
const KEYED_HEAD = 26;
const CHAIN = ["person-key", "person-key-before", "membership", "membership-before", "team", "team-before", "succession", "succession-box", "name"];

/** @param bytes with the version and the suite in front */
export function wrapOf(bytes: Uint8Array, purposes: readonly string[]): Wrap {
  const id = `${createHash("sha256").update(bytes).digest("hex")} ${purposes.join()}`;
  return { id, kem: bytes.slice(2, 2 + KEM_CIPHERTEXT), sealed: bytes.slice(2 + KEM_CIPHERTEXT), purposes };
}

/** Takes objects for what they look like, not for where they lie: what no ref reaches counts as well. */
export function haulOf(objects: Objects): Haul {
  const haul = { repo: "", wraps: new Map<string, Wrap>(), keyed: new Map<string, Keyed>(), items: new Map<string, Uint8Array>(), publicKeys: new Set<string>(), open: new Map<string, Uint8Array>() };
  const addWrap = (bytes: Uint8Array, purposes: readonly string[], item?: string): void => {
    const wrap = { ...wrapOf(bytes, purposes), ...(item === undefined ? {} : { item }) };
    haul.wraps.set(`${toHex(bytes.subarray(2, 34))} ${item ?? ""}`, wrap);
  };
  const crawl = (value: CborValue): void => {
    if (isCborMap(value)) {
      const repo = value.get("repo");
      if (repo instanceof Uint8Array && repo.length === 32) haul.repo = toHex(repo);
      for (const inner of value.values()) crawl(inner);
    } else if (value instanceof Uint8Array) crawlBytes(value);
    else if (Array.isArray(value)) for (const inner of value as readonly CborValue[]) crawl(inner);
  };
  const crawlBytes = (bytes: Uint8Array): void => {
    if (bytes.length === WRAP_PUBLIC_KEY) haul.publicKeys.add(toHex(bytes));
    if (bytes.length >= wrapLength(0) && bytes[0] === 1 && bytes[1] === 1) return addWrap(bytes, CHAIN);
    const inner = bytes.length > 2 ? cborOrNull(bytes) : null;
    if (inner !== null) crawl(inner);
  };
  const trees: (readonly Entry[])[] = [];
  for (const [oid, { type, bytes }] of objects) {
    if (type === "tree") trees.push(treeEntries(bytes));
    if (type !== "blob") continue;
    if (bytes.length === ITEM_LENGTH && bytes[0] === 1) {
      haul.items.set(oid, bytes);
      for (const at of [1, 1 + wrapLength(32)]) addWrap(bytes.slice(at, at + wrapLength(32)), ["item"], oid);
    } else if (bytes.length >= wrapLength(32) && bytes.length < 4096 && bytes[0] === 1 && bytes[1] === 1) {
      addWrap(bytes, bytes.length === wrapLength(32) ? ["share", "author", "share-key"] : ["share"]);
    } else if (bytes[0] === 1 && bytes[1] === 4 && bytes.length < 4096 && bytes.length > KEYED_HEAD) {
      haul.keyed.set(oid, { nonce: bytes.slice(2, KEYED_HEAD), sealed: bytes.slice(KEYED_HEAD) });
    } else if (bytes.length < 4096) {
      crawlBytes(bytes);
      for (const word of words(bytes)) haul.open.set(toHex(word), word);
    }
  }
  for (const pieces of piecesIn(trees)) crawlBytes(Uint8Array.from(Buffer.concat(pieces.map(({ oid }) => objects.get(oid)?.bytes ?? new Uint8Array(0)))));
  return { repo: repoId(haul.repo), wraps: [...haul.wraps.values()], keyed: [...haul.keyed.values()], items: haul.items, parts: partsIn(objects, trees), publicKeys: haul.publicKeys, open: [...haul.open.values()] };
}

/** Statements of the workspace chain and requests to join, which lie in pieces. */
function piecesIn(trees: readonly (readonly Entry[])[]): readonly (readonly Entry[])[] {
  const found = new Map<string, readonly Entry[]>();
  for (const tree of trees) {
    const groups = new Map<string, Entry[]>();
    for (const entry of tree) {
      const [, statement = ""] = /^(?:([0-9a-f]{8})\.)?\d+$/.exec(entry.name) ?? [null, "-"];
      if (statement !== "-") groups.set(statement, [...(groups.get(statement) ?? []), entry]);
    }
    for (const pieces of groups.values()) {
      const sorted = pieces.toSorted((a, b) => Number(a.name.split(".").at(-1)) - Number(b.name.split(".").at(-1)));
      found.set(sorted.map(({ oid }) => oid).join(), sorted);
    }
  }
  return [...found.values()];
}

/** Whole statements of the workspace chain. */
export function chainIn(objects: Objects): readonly Uint8Array[] {
  const trees = [...objects.values()].flatMap(({ type, bytes }) => (type === "tree" ? [treeEntries(bytes)] : []));
  const whole = piecesIn(trees).map((pieces) => Uint8Array.from(Buffer.concat(pieces.map(({ oid }) => objects.get(oid)?.bytes ?? new Uint8Array(0)))));
  return whole.filter((bytes) => {
    const envelope = cborOrNull(bytes);
    return Array.isArray(envelope) && envelope[0] === "hx/statement/v1";
  });
}

function partsIn(objects: Objects, trees: readonly (readonly Entry[])[]): readonly Part[] {
  const parts = new Map<string, Part>();
  for (const tree of trees) {
    const named = new Map(tree.map(({ name, oid }) => [name, objects.get(oid)?.bytes]));
    const manifest = named.get("m");
    const session = manifest === undefined ? null : sessionOf(manifest);
    if (session === null) continue;
    for (const [name, bytes] of named) {
      if (!/^p\d+$/.test(name) || bytes === undefined) continue;
      const record = decodePartRecord(bytes);
      const segments = new Map(record.segments.flatMap(({ number }) => {
        const segment = named.get(String(number));
        return segment === undefined ? [] : [[number, segment] as const];
      }));
      const known = parts.get(`${session} ${record.n}`);
      if (known === undefined || known.segments.size < segments.size) parts.set(`${session} ${record.n}`, { session, record, segments });
    }
  }
  return [...parts.values()];
}

function sessionOf(manifest: Uint8Array): SessionId | null {
  const envelope = cborOrNull(manifest);
  const payload = Array.isArray(envelope) && envelope[0] === "hx/manifest/v1" ? cborOrNull(envelope[1] as Uint8Array) : null;
  const session = isCborMap(payload) ? payload.get("session") : undefined;
  return session instanceof Uint8Array ? sessionId(toHex(session)) : null;
}

export function cborOrNull(bytes: Uint8Array): CborValue | null {
  try {
    return decodeCbor(bytes);
  } catch {
    return null;
  }
}
