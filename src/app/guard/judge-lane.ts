import { isHxError } from "../../domain/errors.ts";
import type { GuardFinding } from "../../domain/guard/finding.ts";
import type { LaneId, Oid } from "../../domain/ids.ts";
import { keysRef, laneRef } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { frozenError } from "../lane/frozen-lane.ts";
import { verifyKeysAfter, verifyKeys, type KeysRules } from "../lane/keys.ts";
import type { StateCache } from "../lane/state.ts";
import { trustOfRef } from "../lane/trust-of-ref.ts";
import { verifyLane, type LaneRules, type VerifiedLane } from "../lane/verify-lane.ts";
import { judged, keysCode, laneCode, refused, type Judged } from "./refusals.ts";

/**
 * Judges a lane that moves from one commit to another: what came since, and nothing before.
 * @param from what the ref says now; null for a new lane
 */
export async function judgeLane(store: ObjectReader, rules: LaneRules, lane: LaneId, from: Oid | null, to: Oid, cache: StateCache): Promise<Judged<VerifiedLane>> {
  const ref = laneRef(lane);
  const found = await judged(ref, laneCode, () => verifyFrom(store, rules, lane, from, to, cache));
  if (found.finding !== undefined || found.value.frozen === null) return found;
  return { finding: refused("lane-frozen", ref, frozenError(lane, found.value.frozen).message) };
}

async function verifyFrom(store: ObjectReader, rules: LaneRules, lane: LaneId, from: Oid | null, to: Oid, cache: StateCache): Promise<VerifiedLane> {
  if (from === null) return await verifyLane(store, rules, lane, to, null, cache);
  // A freeze names a header by its number: then the numbers of all headers are needed.
  const isNamed = rules.removals.freezes.get(rules.repo)?.lanes.has(lane) === true;
  try {
    return await verifyLane(store, rules, lane, to, await trustOfRef(store, rules.crypto, lane, from, isNamed), cache);
  } catch (error) {
    const history = isHxError(error) && (error.code === "lane-rollback" || error.data["rule"] === "history");
    if (isNamed || !history) throw error;
    // It does not build on what is here. Whether it goes back or forks shows in the headers before.
    return await verifyLane(store, rules, lane, to, await trustOfRef(store, rules.crypto, lane, from, true), cache);
  }
}

export function laneDeleted(lane: LaneId): GuardFinding {
  return refused("lane-deleted", laneRef(lane), `lane '${lane}' would be deleted: a lane is only ever added to`);
}

/** Judges a keys ref that is replaced. @param from what the ref says now; null for a new one */
export async function judgeKeys(store: ObjectReader, rules: KeysRules, lane: LaneId, from: Oid | null, to: Oid): Promise<GuardFinding | null> {
  const { finding } = await judged(keysRef(lane), keysCode, async () => {
    if (from === null) await verifyKeys(store, rules, to, null);
    else await verifyKeysAfter(store, rules, to, from);
  });
  return finding ?? null;
}

export function keysDeleted(lane: LaneId): GuardFinding {
  return refused("keys-deleted", keysRef(lane), `the keys of lane '${lane}' would be deleted: nobody could open its sessions`);
}
