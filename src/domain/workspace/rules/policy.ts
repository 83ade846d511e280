import { dayText } from "../../policy/day.ts";
import { earliestEffect } from "../../policy/in-force.ts";
import type { PolicyBody } from "../statement.ts";
import { administratorOf, demand } from "../checks.ts";
import type { Verify } from "../checks.ts";
import type { WorkspaceState } from "../state.ts";
import type { Statement } from "../statement.ts";

/** The next version of the policy. Its days are the administrator's word; they only have to agree with those of the versions before. */
export function applyPolicy(verify: Verify, state: WorkspaceState, statement: Statement, body: PolicyBody): WorkspaceState {
  const { person } = administratorOf(verify, state, statement);
  const { n } = statement;
  const { type: _, ...claim } = body;
  const before = state.policies.at(-1);
  demand(claim.version === state.policies.length + 1, n, `it is version ${claim.version} of the policy where ${state.policies.length + 1} comes next`);
  demand(before === undefined || claim.published >= before.published, n, "it is published before the version before it");
  const earliest = earliestEffect(state, claim.published, claim.terms);
  demand(claim.effective >= earliest, n, `it takes effect on ${dayText(claim.effective)}, before ${dayText(earliest)}`);
  return { ...state, policies: [...state.policies, { ...claim, since: n, by: person.id }] };
}
