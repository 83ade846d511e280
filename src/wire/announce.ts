import { announceOnce } from "../app/policy/seen.ts";
import type { Ledger } from "../app/ledger.ts";
import { dayOf, dayText } from "../domain/policy/day.ts";
import { comingPolicy } from "../domain/policy/in-force.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";

/** A coming version of the policy is told once; until it is in force it stands in `status`. */
export async function announcePolicy(ledger: Pick<Ledger, "trust" | "clock">, state: Pick<WorkspaceState, "policies">, warn: (text: string) => void): Promise<void> {
  const coming = comingPolicy(state, dayOf(ledger.clock.now()));
  if (coming === null || !(await announceOnce(ledger, coming.version))) return;
  warn(`version ${coming.version} of the policy takes effect on ${dayText(coming.effective)}: hx policy show ${coming.version}`);
}
