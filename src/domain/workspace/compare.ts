import { equal } from "../bytes.ts";
import { HxError } from "../errors.ts";

/** How one chain stands to another, by the hashes of their statements. */
export type ChainRelation =
  | { readonly kind: "equal" }
  /** Ours is a prefix of theirs: `by` statements are missing here. */
  | { readonly kind: "behind"; readonly by: number }
  /** Theirs is a prefix of ours. */
  | { readonly kind: "ahead"; readonly by: number }
  /** Two statements with number `at`, that differ. */
  | { readonly kind: "fork"; readonly at: number };

export function compareChains(ours: readonly Uint8Array[], theirs: readonly Uint8Array[]): ChainRelation {
  const shared = Math.min(ours.length, theirs.length);
  for (let at = 0; at < shared; at++) {
    const a = ours[at];
    const b = theirs[at];
    if (a === undefined || b === undefined || !equal(a, b)) return { kind: "fork", at };
  }
  if (ours.length === theirs.length) return { kind: "equal" };
  return ours.length < theirs.length ? { kind: "behind", by: theirs.length - ours.length } : { kind: "ahead", by: ours.length - theirs.length };
}

/** Two successors of one statement: reading and writing stop until it is resolved. */
export function forkError(at: number): HxError {
  const message = at === 0 ? "two different workspaces claim this repository" : `the workspace chain has two statements with number ${at}`;
  return new HxError("workspace-fork", message, { data: { statement: at }, hints: ["hx doctor"] });
}
