import { frozenPart } from "../app/lane/frozen-lane.ts";
import { readLaneHead } from "../app/lane/own-head.ts";
import { isStale, openOwnLane, readLane, readOwnLane, renewLane, type KeptLane } from "../app/lane/own-lane-key.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { Ledger } from "../app/ledger.ts";
import { publish, vouch } from "../app/publish/publish.ts";
import { markForked, pinOwnLane, retireForkedLane } from "../app/sync/own-lane.ts";
import { laneRules, type VerifiedChain } from "../app/sync/workspace-chain.ts";
import { laneWait, standingOf } from "../domain/workspace/standing.ts";
import type { LaneId } from "../domain/ids.ts";
import { laneRef, parseSessionsRef, SESSIONS_PREFIX } from "../format/paths.ts";
import { lanePorts, type Clone } from "./clone.ts";

const WAIT_MS = 10_000;

/**
 * Sees to the lane of this clone whenever the identity is open anyway. Opens one when there is none, when its quarter is over, or
 * when somebody else writes with its key; certifies it anew when a membership epoch came. Of somebody who asked to join, the lane
 * has no certificate until they are admitted.
 */
export async function ensureLane(clone: Clone, ledger: Ledger, identity: UnlockedIdentity, chain: VerifiedChain): Promise<void> {
  const { state } = chain;
  const standing = standingOf(state, identity.person);
  if (standing === "removed" || (standing === "member" && state.devices.get(identity.device)?.state !== "live")) return;
  const place = { workspace: ledger.workspace, repo: ledger.repo, clone: clone.repository.checkout.commonDirectory };
  const ports = lanePorts(clone, ledger);
  const kept = await readOwnLane(ports, place);
  if (kept !== null && kept.person === identity.person) {
    const lane = await renewLane(ports, place, kept, identity, state);
    await vouchForOlder(lane.id);
    if ((await partOf(lane))?.kind === "contradicted") await markForked(ledger, lane.id);
    const forked = await retireForkedLane({ ...ledger, lane });
    if (!forked && !isStale(lane, ledger.clock.now())) return;
    // What waits for a certificate has the part numbers of this lane: it goes on until that comes.
    if (!forked && laneWait(state, lane) !== null) return;
    // So has what was captured for the old lane: it goes there, and the new lane begins with nothing staged.
    if (!forked) await publish({ ...ledger, lane }, { state, waitMs: WAIT_MS });
  }
  await openOwnLane(ports, place, identity, state);

  /** Lanes that this clone wrote in earlier quarters and that a removal froze too early: whoever wrote them says so, once. */
  async function vouchForOlder(current: LaneId): Promise<void> {
    if (!state.freezes.has(ledger.repo)) return;
    for (const ref of (await ledger.repository.store.list(SESSIONS_PREFIX)).keys()) {
      const older = parseSessionsRef(ref);
      const found = older?.kind !== "lane" || older.lane === current ? null : await readLane(ports, place, older.lane);
      if (found === null || found.person !== identity.person || (await partOf(found)) === null) continue;
      const own = { ...ledger, lane: await renewLane(ports, place, found, identity, state) };
      if (await vouch(own, { state, waitMs: WAIT_MS })) await pinOwnLane(own, laneRules(ledger, chain));
    }
  }

  async function partOf(lane: KeptLane): ReturnType<typeof frozenPart> {
    const { store } = ledger.repository;
    const oid = await store.read(laneRef(lane.id));
    return oid === null ? null : frozenPart(ledger, store, state, lane.id, await readLaneHead(store, ledger.crypto, lane.id, lane.publicKey, oid));
  }
}
