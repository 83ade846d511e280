import type { Oid } from "../../domain/ids.ts";
import type { TreeEntry } from "../../ports/git.ts";

/** Entries that are kept, over all trees: some 20 MB. Root and fan-out of a large lane fit. */
const MOST_ENTRIES = 100_000;

/** Bytes of small blobs that are kept: the wraps and items that one command reads, publishes and verifies. */
const MOST_BYTES = 8 << 20;
/** Longer ones are segments, which are read once. */
const SMALL = 4096;

/** What was read of objects. An object never changes, so neither does what was read of it. */
export interface ObjectCache<Value> {
  get(oid: Oid, read: () => Promise<Value>): Promise<Value>;
  keep(oid: Oid, value: Value): void;
}

/** Going through a lane reads the trees above every session once for each session, hence a cache. */
export const treeCache = (): ObjectCache<readonly TreeEntry[]> => objectCache(MOST_ENTRIES, (tree) => tree.length + 1);

/** What is published is verified before it is sent, and wraps are hashed anew with each that joins them in a directory. */
export const blobCache = (): ObjectCache<Uint8Array> => objectCache(MOST_BYTES, (bytes) => (bytes.length < SMALL ? bytes.length + 64 : null));

/** The oldest goes first. @param costOf null: not kept */
function objectCache<Value>(most: number, costOf: (value: Value) => number | null): ObjectCache<Value> {
  const known = new Map<Oid, Value>();
  let total = 0;
  const keep = (oid: Oid, value: Value): void => {
    const cost = costOf(value);
    if (cost === null || known.has(oid)) return;
    total += cost;
    known.set(oid, value);
    for (const [oldest, old] of known) {
      if (total <= most) break;
      known.delete(oldest);
      total -= costOf(old) ?? 0;
    }
  };
  return {
    async get(oid, read) {
      const there = known.get(oid);
      if (there !== undefined) return there;
      const value = await read();
      keep(oid, value);
      return value;
    },
    keep,
  };
}
