import type { Json } from "./record.ts";
import { textOf } from "./record.ts";

/**
 * Which turns a person went back from. Records form a tree by `parentUuid`; a prompt whose nearest earlier
 * prompt is not the last one starts a new branch, and the turns between are abandoned. Only whole turns are
 * judged, since parallel tool calls branch the tree as well. Where the chain is broken nothing is judged.
 */
export interface Branches {
  /** Takes each record. */
  enter(record: Json): void;
  /** Takes the handle of the turn that a record begins. @returns handles of turns that this prompt abandons */
  prompt(record: Json, handle: number): readonly number[];
}

interface Live {
  readonly uuid: string;
  readonly handle: number;
  readonly root: string | undefined;
}

export function branches(): Branches {
  const parents = new Map<string, string | undefined>();
  const prompts = new Set<string>();
  let live: Live[] = [];
  return {
    enter(record) {
      const uuid = textOf(record, "uuid");
      if (uuid !== undefined) parents.set(uuid, textOf(record, "parentUuid") ?? textOf(record, "logicalParentUuid"));
    },
    prompt(record, handle) {
      const uuid = textOf(record, "uuid");
      if (uuid === undefined) return [];
      const { prompt, root } = nearest(uuid, parents, prompts);
      const position = prompt === undefined ? -1 : live.findIndex((turn) => turn.uuid === prompt);
      const known = position >= 0 ? live[position]?.root : root;
      const sameTree = position >= 0 || (prompt === undefined && root !== undefined && root !== uuid && live.some((turn) => turn.root === root));
      const dropped = sameTree ? live.slice(position + 1).filter((turn) => turn.root === known) : [];
      live = [...live.filter((turn) => !dropped.includes(turn)), { uuid, handle, root: known }];
      prompts.add(uuid);
      return dropped.map((turn) => turn.handle);
    },
  };
}

/** The nearest prompt above a record, or the root of its tree; neither when the chain is broken or goes round. */
function nearest(
  uuid: string,
  parents: ReadonlyMap<string, string | undefined>,
  prompts: ReadonlySet<string>,
): { readonly prompt?: string; readonly root?: string } {
  const seen = new Set<string>([uuid]);
  for (let at = uuid; ; ) {
    const parent = parents.get(at);
    if (parent === undefined) return parents.has(at) ? { root: at } : {};
    if (prompts.has(parent)) return { prompt: parent };
    if (seen.has(parent)) return {};
    seen.add(parent);
    at = parent;
  }
}
