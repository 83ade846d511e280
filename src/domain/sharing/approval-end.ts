import { dayMs, dayOf } from "../policy/day.ts";
import { policyInForce } from "../policy/in-force.ts";
import type { WorkspaceState } from "../workspace/state.ts";
import type { Approval, Believed } from "./statement.ts";

/**
 * When an approval ends, ms since 1970: as it says, and at the latest where the policy that was in force at its place lets it. That is the
 * version among those that its place knew which its commit's day falls under; the days that it grants begin with the next one.
 * @returns undefined: never
 */
export function approvalEnd({ policies }: Pick<WorkspaceState, "policies">, { place, said }: Believed<Approval>): number | undefined {
  const day = dayOf(place.day * 1000);
  const days = policyInForce({ policies: policies.filter(({ since }) => since <= place.head) }, day)?.terms.approval ?? null;
  if (days === null) return said.expires;
  const bound = dayMs(day + 1 + days);
  return said.expires === undefined ? bound : Math.min(said.expires, bound);
}
