import { CONNECTION_PATH } from "../../domain/connection.ts";
import type { GuardFinding } from "../../domain/guard/finding.ts";
import { dayText } from "../../domain/policy/day.ts";
import { comingPolicy, policyInForce } from "../../domain/policy/in-force.ts";
import { looserTerms } from "../../domain/policy/terms.ts";
import type { PolicyVersion } from "../../domain/policy/version.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { Claim } from "./claim.ts";
import { refused, warned } from "./refusals.ts";

/** Whether a policy that was published is in force. @param day since 1970, UTC */
export function judgeInForce(ref: string, state: WorkspaceState, day: number): readonly GuardFinding[] {
  const coming = policyInForce(state, day) === null ? comingPolicy(state, day) : null;
  if (coming === null) return [];
  return [warned("policy-coming", ref, `no policy is in force yet: version ${coming.version} takes effect on ${dayText(coming.effective)}`, `hx policy show ${coming.version}`)];
}

/**
 * Holds what a connection file says of the policy against the chain: the version that it names, and its terms against those that are in
 * force, and against those that are coming. A looser term counts for nothing, so whoever reads the file is misled by it.
 */
export function judgeTerms(ref: string, { connection }: Claim, state: WorkspaceState, day: number): readonly GuardFinding[] {
  const newest = state.policies.length;
  const unknown = connection.policy > newest ? [refused("policy-unknown", ref, `'${CONNECTION_PATH}' names version ${connection.policy} of the policy, and ${newest === 0 ? "none was published" : `the newest is version ${newest}`}`)] : [];
  const now = looser(connection, policyInForce(state, day));
  if (now !== null) return [...unknown, refused("policy-loosened", ref, `${now}, which is in force: the policy holds, and the file says something else`)];
  const then = looser(connection, comingPolicy(state, day));
  return then === null ? unknown : [...unknown, warned("policy-loosened", ref, `${then}, which is coming: change the file before it is in force`)];
}

function looser({ terms }: Claim["connection"], policy: PolicyVersion | null): string | null {
  const found = policy === null ? [] : looserTerms(policy.terms, terms ?? {});
  if (policy === null || found.length === 0) return null;
  return `'${CONNECTION_PATH}' is looser in ${found.map((key) => `'${key}'`).join(", ")} than version ${policy.version} of the policy`;
}
