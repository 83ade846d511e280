import { equal } from "../../bytes.ts";
import type { LaneId, PersonId } from "../../ids.ts";
import { demand } from "../checks.ts";
import type { FrozenHead, FrozenRepository, RemovalClaim } from "../removal-bodies.ts";
import type { Freeze, FrozenLane, WorkspaceState } from "../state.ts";
import { newMembership } from "./membership.ts";

/** What every removal does: it begins a membership epoch for those who remain, and freezes what was written before. */
export function beginEpoch(state: WorkspaceState, claim: RemovalClaim, remaining: readonly PersonId[], n: number): Pick<WorkspaceState, "membership" | "freezes" | "demands"> {
  const membership = newMembership(claim.membership, state.membership.length, remaining, n);
  const freezes = new Map(state.freezes);
  for (const repository of claim.frozen) freezes.set(repository.repo, freeze(state.freezes.get(repository.repo), repository, membership.epoch, n));
  return { membership: [...state.membership, membership], freezes, demands: [...state.demands, { since: n, epoch: membership.epoch }] };
}

function freeze(before: Freeze | undefined, { lanes }: FrozenRepository, epoch: number, n: number): Freeze {
  const all = new Map<LaneId, FrozenLane>(before?.lanes);
  for (const head of lanes) {
    demand(goesOn(all.get(head.lane), head), n, `it freezes lane '${head.lane}' at header ${head.seq}, against what was frozen before`);
    all.set(head.lane, { seq: head.seq, hash: head.hash });
  }
  return { since: n, epoch, lanes: all };
}

/** What is frozen is not taken back. */
function goesOn(before: FrozenLane | undefined, { seq, hash }: FrozenHead): boolean {
  return before === undefined || seq > before.seq || (seq === before.seq && equal(hash, before.hash));
}
