import type { Oid } from "../../domain/ids.ts";
import type { TreeEntry } from "../../ports/git.ts";

/** Entries that are kept, over all trees: some 20 MB. Root and fan-out of a large lane fit. */
const MOST_ENTRIES = 100_000;

/** Trees as they were decoded. An object never changes, so neither does what was read of it. */
export interface TreeCache {
  get(oid: Oid, read: () => Promise<readonly TreeEntry[]>): Promise<readonly TreeEntry[]>;
}

/** Going through a lane reads the trees above every session once for each session, hence a cache. The oldest goes first. */
export function treeCache(): TreeCache {
  const known = new Map<Oid, readonly TreeEntry[]>();
  let entries = 0;
  return {
    async get(oid, read) {
      const there = known.get(oid);
      if (there !== undefined) return there;
      const tree = await read();
      if (!known.has(oid)) entries += tree.length + 1;
      known.set(oid, tree);
      for (const [oldest, old] of known) {
        if (entries <= MOST_ENTRIES) break;
        known.delete(oldest);
        entries -= old.length + 1;
      }
      return tree;
    },
  };
}
