import type { PersonId } from "../ids.ts";
import { demandedEpoch } from "./frozen.ts";
import type { WorkspaceState } from "./state.ts";

/** `unknown`: the chain does not know the person, who may have asked to join. `removed`: in peace or not. */
export type Standing = "member" | "unknown" | "removed";

export function standingOf(state: Pick<WorkspaceState, "persons">, person: PersonId): Standing {
  const known = state.persons.get(person);
  if (known === undefined) return "unknown";
  return known.state === "living" ? "member" : "removed";
}

/** What a lane of one's own waits for before anything can be published in it. */
export type LaneWait = "admission" | "certificate" | "renewal" | "reissue" | "removed";

/**
 * Why a header that names the newest statement of this chain cannot be signed for a lane; null: it can.
 * `admission`: by an administrator. `certificate`, `renewal`: by the person, who need only unlock their identity. `reissue`: the lane is
 * that of a capture-only key, which nothing certifies anew: the person issues another one.
 */
export function laneWait(state: WorkspaceState, lane: { readonly person: PersonId; readonly certificate?: { readonly epoch: number }; readonly carried?: true }): LaneWait | null {
  const standing = standingOf(state, lane.person);
  const isDemanded = lane.certificate === undefined || lane.certificate.epoch < demandedEpoch(state, state.head.n);
  if (!isDemanded) return null;
  if (standing !== "member") return standing === "removed" ? "removed" : "admission";
  if (lane.certificate === undefined) return "certificate";
  return lane.carried === true ? "reissue" : "renewal";
}
