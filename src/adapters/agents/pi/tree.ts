import type { Json } from "../shared/record.ts";
import { textOf } from "../shared/record.ts";

/**
 * Which turns a person went back from. Entries form a tree by `parentId`; the conversation that went on is the path from
 * the last entry to the root, and a turn whose prompt is not on it is abandoned. Where the chain is broken nothing is judged.
 */
export interface Tree {
  /** Takes each entry in the order of the file. */
  enter(record: Json): void;
  /** Takes the handle of the turn that the entry begins. */
  prompt(record: Json, handle: number): void;
  /** Handles of the turns that are abandoned. */
  abandoned(): readonly number[];
}

export function tree(): Tree {
  const parents = new Map<string, string | undefined>();
  const prompts = new Map<string, number>();
  let last: string | undefined;
  return {
    enter(record) {
      const id = textOf(record, "id");
      if (id === undefined) return;
      parents.set(id, textOf(record, "parentId"));
      last = id;
    },
    prompt(record, handle) {
      const id = textOf(record, "id");
      if (id !== undefined) prompts.set(id, handle);
    },
    abandoned() {
      const path = pathFrom(last, parents);
      return path === undefined ? [] : [...prompts].flatMap(([id, handle]) => (path.has(id) || pathFrom(id, parents) === undefined ? [] : [handle]));
    },
  };
}

/** The ids from an entry up to its root; undefined when an entry between is missing, or the chain goes round. */
function pathFrom(id: string | undefined, parents: ReadonlyMap<string, string | undefined>): ReadonlySet<string> | undefined {
  const path = new Set<string>();
  for (let at = id; at !== undefined; at = parents.get(at)) {
    if (!parents.has(at) || path.has(at)) return undefined;
    path.add(at);
  }
  return path;
}
