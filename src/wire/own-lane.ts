import { isMember, isStale, openOwnLane, readOwnLane } from "../app/lane/own-lane-key.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { Ledger } from "../app/ledger.ts";
import { publish } from "../app/publish/publish.ts";
import { retireForkedLane } from "../app/sync/own-lane.ts";
import type { VerifiedChain } from "../app/sync/workspace-chain.ts";
import { currentMembership } from "../domain/workspace/state.ts";
import { lanePorts, type Clone } from "./clone.ts";

const WAIT_MS = 10_000;

/**
 * Opens a lane for this clone whenever the identity is open anyway: when it has none, when its quarter is over, or when
 * somebody else writes with its key.
 */
export async function ensureLane(clone: Clone, ledger: Ledger, identity: UnlockedIdentity, chain: VerifiedChain): Promise<void> {
  if (!isMember(chain.state, identity.person) || !chain.state.devices.has(identity.device)) return;
  const place = { workspace: ledger.workspace, repo: ledger.repo, clone: clone.repository.checkout.commonDirectory };
  const ports = lanePorts(clone, ledger);
  const lane = await readOwnLane(ports, place);
  if (lane !== null && lane.person === identity.person) {
    const forked = await retireForkedLane({ ...ledger, lane });
    if (!forked && !isStale(lane, ledger.clock.now(), currentMembership(chain.state).epoch)) return;
    // What was captured for the old lane has its part numbers: it goes there, and the new lane begins with nothing staged.
    if (!forked) await publish({ ...ledger, lane }, { head: { n: chain.state.head.n, hash: chain.state.head.hash }, waitMs: WAIT_MS });
  }
  await openOwnLane(ports, place, identity, chain.state);
}
