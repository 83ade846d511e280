import { isMember, isStale, openOwnLane, readOwnLane } from "../app/lane/own-lane-key.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { Ledger } from "../app/ledger.ts";
import type { VerifiedChain } from "../app/sync/workspace-chain.ts";
import { currentMembership } from "../domain/workspace/state.ts";
import { lanePorts, type Clone } from "./clone.ts";

/** Opens a lane for this clone when it has none, or when its quarter is over: whenever the identity is open anyway. */
export async function ensureLane(clone: Clone, ledger: Ledger, identity: UnlockedIdentity, chain: VerifiedChain): Promise<void> {
  if (!isMember(chain.state, identity.person) || !chain.state.devices.has(identity.device)) return;
  const place = { workspace: ledger.workspace, repo: ledger.repo, clone: clone.repository.checkout.commonDirectory };
  const ports = lanePorts(clone, ledger);
  const lane = await readOwnLane(ports, place);
  const fresh = lane !== null && lane.person === identity.person && !isStale(lane, ledger.clock.now(), currentMembership(chain.state).epoch);
  if (!fresh) await openOwnLane(ports, place, identity, chain.state);
}
