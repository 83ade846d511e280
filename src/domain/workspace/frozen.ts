import { equal } from "../bytes.ts";
import type { LaneId, RepoId } from "../ids.ts";
import type { WorkspaceState } from "./state.ts";

/** What a chain says of removals, as far as lanes are concerned: docs/spec/lane.md, "Frozen". */
export type Removals = Pick<WorkspaceState, "demands" | "freezes">;

/** What a freeze looks at in the newest header of a lane. */
export interface FrozenHeader {
  readonly seq: number;
  /** Membership epoch of its certificate. */
  readonly epoch: number;
  /** Number of the statement that it names as its `head`. */
  readonly headN: number;
}

/** Why a lane counts no further than `counted`. */
export interface FrozenProblem {
  /** `beyond`: not certified anew. `unlisted`: so is a lane that the freeze does not know. `contradicted`: another header was frozen. */
  readonly kind: "beyond" | "unlisted" | "contradicted";
  /** Seq of the newest header that counts; -1: none does. */
  readonly counted: number;
}

/** The lowest membership epoch that may certify a header whose `head` is statement `headN`. */
export function demandedEpoch({ demands }: Pick<Removals, "demands">, headN: number): number {
  return demands.reduce((least, { since, epoch }) => (since <= headN ? Math.max(least, epoch) : least), 0);
}

/**
 * Holds a lane against what was frozen of its repository.
 * @param head its newest header
 * @param hashAt `H` of the envelope of its header `seq`; asked only for one that the lane has
 */
export function frozenProblem(
  { freezes }: Pick<Removals, "freezes">,
  repo: RepoId,
  lane: LaneId,
  head: FrozenHeader,
  hashAt: (seq: number) => Uint8Array | undefined,
): FrozenProblem | null {
  const freeze = freezes.get(repo);
  if (freeze === undefined) return null;
  const entry = freeze.lanes.get(lane);
  if (entry !== undefined && head.seq >= entry.seq) {
    const hash = hashAt(entry.seq);
    if (hash === undefined || !equal(hash, entry.hash)) return { kind: "contradicted", counted: entry.seq - 1 };
  }
  if (entry !== undefined && head.seq <= entry.seq) return null;
  if (head.epoch >= freeze.epoch && head.headN >= freeze.since) return null;
  return entry === undefined ? { kind: "unlisted", counted: -1 } : { kind: "beyond", counted: entry.seq };
}
