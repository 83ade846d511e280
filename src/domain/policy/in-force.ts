import type { WorkspaceState } from "../workspace/state.ts";
import { UNWRITTEN, tightenTerms } from "./terms.ts";
import type { EnforcedTerms, PolicyTerms, RepositoryTerms } from "./terms.ts";
import type { PolicyVersion } from "./version.ts";

type Policies = Pick<WorkspaceState, "policies">;

/** The version in force on a day, or null before the first. Days since 1970, UTC. */
export function policyInForce({ policies }: Policies, day: number): PolicyVersion | null {
  return policies.findLast(({ effective }) => effective <= day) ?? null;
}

/** The version that will be in force next, or null. One that a later version with the same day replaced never is. */
export function comingPolicy({ policies }: Policies, day: number): PolicyVersion | null {
  const next = policies.find(({ effective }) => effective > day);
  return next === undefined ? null : policyInForce({ policies }, next.effective);
}

/** `coming`: not in force yet. `replaced`: never was or will be, because a later version took its day. */
export type PolicyStanding = "in force" | "coming" | "past" | "replaced";

export function standingOfPolicy({ policies }: Policies, version: PolicyVersion, day: number): PolicyStanding {
  if (policyInForce({ policies }, version.effective) !== version) return "replaced";
  if (version.effective > day) return "coming";
  return policyInForce({ policies }, day) === version ? "in force" : "past";
}

/**
 * Days that must lie between the publishing of the next version and its effect: those of the version in force on that day; while none is,
 * those of the version before; of the first version, its own.
 */
export function noticeFor(state: Policies, published: number, own: PolicyTerms): number {
  return (policyInForce(state, published) ?? state.policies.at(-1))?.terms.notice ?? own.notice;
}

/** The earliest day on which a version that is published on a day can take effect. */
export function earliestEffect(state: Policies, published: number, own: PolicyTerms): number {
  return Math.max(published + noticeFor(state, published, own), state.policies.at(-1)?.effective ?? 0);
}

/**
 * What holds in a repository on a day: the policy in force, made tighter by what the repository's connection file says, never looser.
 * @param day since 1970, UTC
 */
export function effectiveTerms(state: Policies, connection: { readonly terms?: RepositoryTerms }, day: number): EnforcedTerms {
  return tightenTerms(policyInForce(state, day)?.terms ?? UNWRITTEN, connection.terms ?? {});
}
