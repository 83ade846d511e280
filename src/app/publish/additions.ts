import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { parseCommit } from "../../format/commit.ts";
import { itemIdOf } from "../../format/ids.ts";
import { ITEM_LENGTH } from "../../format/item.ts";
import { itemPath, keysRef, parseKeysPath, parseLanePath, tombstonePath } from "../../format/paths.ts";
import { checkTombstone } from "../lane/keys.ts";
import type { LaneHead } from "../lane/own-head.ts";
import { entryAt } from "../lane/tree.ts";
import type { WritableLedger } from "../ledger.ts";

/** A wrap that goes away, with the tombstone that permits it (`tombstoneFor`). */
export interface RemovedWrap {
  readonly path: string;
  readonly tombstone: Uint8Array;
}

/** What one says besides captured sessions. It all lands in one commit of the lane and one replacement of its keys ref. */
export interface Additions {
  /** Sealed items, for the lane of this clone. */
  readonly items: readonly Uint8Array[];
  /** New wraps by path, `w/<xx>/<id>`. An id is never used twice. */
  readonly wraps: ReadonlyMap<string, Uint8Array>;
  readonly removed: readonly RemovedWrap[];
  /** Manifest, part records and segments of whole sessions that were made elsewhere (redacted copies), by path below `s/`. */
  readonly sessions?: ReadonlyMap<string, Uint8Array>;
}

export const NO_ADDITIONS: Additions = { items: [], wraps: new Map(), removed: [] };

/** What the lane and its keys ref lack of some additions. */
export interface Adding {
  /** By path in the lane. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** By path in the keys ref; null: removed. */
  readonly keys: ReadonlyMap<string, Uint8Array | null>;
}

export const isEmpty = ({ files, keys }: Adding): boolean => files.size === 0 && keys.size === 0;

/**
 * What of the additions is still to be written, so that saying the same twice (another round, a second try) adds nothing.
 * Everything is checked before anything is written: a lane cannot take back what its readers refuse.
 * @param head null: the lane is new
 * @throws HxError `item-invalid`, `keys-invalid`, `lane-invalid` for what may not lie in a lane; `exists` for a wrap or a session
 * in the place of another
 */
export async function toAdd(ledger: WritableLedger, head: LaneHead | null, additions: Additions = NO_ADDITIONS): Promise<Adding> {
  return { files: await newFiles(ledger, head, additions), keys: await newKeys(ledger, additions) };
}

async function newFiles(ledger: WritableLedger, head: LaneHead | null, additions: Additions): Promise<ReadonlyMap<string, Uint8Array>> {
  const { store } = ledger.repository;
  const files = new Map<string, Uint8Array>();
  for (const item of additions.items) {
    if (item.length !== ITEM_LENGTH) throw new HxError("item-invalid", `no item has ${item.length} bytes`);
    const path = itemPath(itemIdOf(ledger.crypto.hashes, item));
    if (head === null || (await entryAt(store, head.commit.tree, path)) === null) files.set(path, item);
  }
  for (const [path, bytes] of additions.sessions ?? []) {
    const kind = parseLanePath(path)?.kind;
    if (kind !== "manifest" && kind !== "part" && kind !== "segment") throw new HxError("lane-invalid", `'${path}' is no file of a session`);
    const there = head === null ? null : await entryAt(store, head.commit.tree, path);
    if (there === null) files.set(path, bytes);
    else if (!(await holds(ledger, there.oid, bytes))) throw new HxError("exists", `'${path}' is another already`);
  }
  return files;
}

async function newKeys(ledger: WritableLedger, { wraps, removed }: Additions): Promise<ReadonlyMap<string, Uint8Array | null>> {
  const { store } = ledger.repository;
  const keys = new Map<string, Uint8Array | null>();
  const ref = await store.read(keysRef(ledger.lane.id));
  const tree = ref === null ? null : parseCommit(await store.readCommit(ref)).tree;
  for (const { path, tombstone } of removed) {
    const id = idOf(path);
    const there = tree === null ? null : await entryAt(store, tree, path);
    if (there === null) continue;
    const hash = toHex(ledger.crypto.hashes.h(await store.readBlob(there.oid)));
    checkTombstone({ crypto: ledger.crypto, repo: ledger.repo, lane: ledger.lane.publicKey, eraser: ledger.lane.eraser }, id, hash, tombstone);
    keys.set(path, null).set(tombstonePath(id), tombstone);
  }
  for (const [path, bytes] of wraps) {
    const id = idOf(path);
    if (bytes.length >= 4096) throw new HxError("keys-invalid", `'${path}' has ${bytes.length} bytes`);
    const there = tree === null ? null : await entryAt(store, tree, path);
    if (there !== null && !keys.has(path) && (await holds(ledger, there.oid, bytes))) continue;
    // A reader that missed a replacement could not tell it from a removal.
    const buried = there !== null || (tree !== null && (await entryAt(store, tree, tombstonePath(id))) !== null);
    if (buried) throw new HxError("exists", `'${path}' was another wrap already`);
    keys.set(path, bytes);
  }
  return keys;
}

async function holds(ledger: WritableLedger, oid: Oid, bytes: Uint8Array): Promise<boolean> {
  return equal(await ledger.repository.store.readBlob(oid), bytes);
}

function idOf(path: string): string {
  const place = parseKeysPath(path);
  if (place?.kind !== "wrap") throw new HxError("keys-invalid", `'${path}' is no path of a wrap`);
  return place.id;
}

/** Several additions as one, for one commit. */
export function joinAdditions(all: readonly Additions[]): Additions {
  return {
    items: all.flatMap(({ items }) => items),
    wraps: new Map(all.flatMap(({ wraps }) => [...wraps])),
    removed: all.flatMap(({ removed }) => removed),
    sessions: new Map(all.flatMap(({ sessions }) => [...(sessions ?? [])])),
  };
}

export function addsNothing({ items, wraps, removed, sessions }: Additions): boolean {
  return items.length + wraps.size + removed.length + (sessions?.size ?? 0) === 0;
}
