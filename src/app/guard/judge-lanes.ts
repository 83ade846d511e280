import { toHex } from "../../domain/bytes.ts";
import type { GuardCounts, GuardFinding } from "../../domain/guard/finding.ts";
import type { LaneId, Oid, RefName } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { GuardKeys, GuardLane } from "../../format/guard-state.ts";
import { keysRef, laneRef, parseSessionsRef } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { frozenError } from "../lane/frozen-lane.ts";
import { NOT_KNOWN, verifyKeys } from "../lane/keys.ts";
import { noWorkFiles } from "../lane/no-work-files.ts";
import { StateCache } from "../lane/state.ts";
import { verifyLane, type LaneRules, type VerifiedLane } from "../lane/verify-lane.ts";
import type { LastGood } from "./last-good.ts";
import { judged, keysCode, laneCode, refused, warned, type Judged } from "./refusals.ts";

export interface JudgedLanes {
  readonly findings: readonly GuardFinding[];
  readonly counts: Pick<GuardCounts, "lanes" | "headers" | "keys">;
  /** Those that hold, for the next good state. */
  readonly lanes: ReadonlyMap<LaneId, GuardLane>;
}

type Refs = ReadonlyMap<RefName, Oid>;

/** Judges all lanes and keys refs from their start, and holds them against the last good state. Segments need not be there. */
export async function judgeLanes(store: ObjectReader, rules: LaneRules, refs: Refs, last: LastGood | null, state: WorkspaceState): Promise<JudgedLanes> {
  const findings: GuardFinding[] = [];
  const verified = new Map<LaneId, VerifiedLane>();
  const lanes = new Map<LaneId, GuardLane>();
  const there = new Set([...refs.keys()].flatMap(laneIn));
  let keysSeen = 0;
  for (const lane of [...there].sort()) {
    const found = await judgeOne(store, rules, lane, refs, last?.lanes.get(lane) ?? null);
    if (found.finding !== undefined) {
      findings.push(found.finding);
      continue;
    }
    const frozen = judgeFrozen(found.value, last, state, rules);
    if (frozen !== null) findings.push(frozen);
    verified.set(lane, found.value);
    const keys = await judgeKeysOf(store, rules, found.value, refs, last?.lanes.get(lane)?.keys ?? null);
    if (keys.finding !== undefined) findings.push(keys.finding);
    else if (keys.value !== null) keysSeen += 1;
    const { seq, hash } = found.value.trust;
    lanes.set(lane, { seq, hash, ...(keys.value === undefined || keys.value === null ? {} : { keys: keys.value }) });
  }
  for (const lane of last?.lanes.keys() ?? []) if (!there.has(lane)) findings.push(refused("lane-deleted", laneRef(lane), `lane '${lane}' is gone`));
  const headers = [...verified.values()].reduce((sum, { commits }) => sum + commits, 0);
  return { findings: [...findings, ...withheld(verified, there)], counts: { lanes: there.size, headers, keys: keysSeen }, lanes };
}

function laneIn(ref: RefName): readonly LaneId[] {
  const place = parseSessionsRef(ref);
  return place?.kind === "lane" || place?.kind === "keys" ? [place.lane] : [];
}

async function judgeOne(store: ObjectReader, rules: LaneRules, lane: LaneId, refs: Refs, last: GuardLane | null): Promise<Judged<VerifiedLane>> {
  const ref = laneRef(lane);
  const head = refs.get(ref);
  if (head === undefined) return { finding: last === null ? refused("keys-orphaned", keysRef(lane), `lane '${lane}', of which these are the keys, is not there`) : refused("lane-deleted", ref, `lane '${lane}' is gone, its keys are not`) };
  const found = await judged(ref, laneCode, () => verifyLane(store, rules, lane, head, null, new StateCache(noWorkFiles, lane)));
  if (found.finding !== undefined || last === null) return found;
  const { seq, chain } = found.value.trust;
  if (chain[last.seq] === last.hash) return found;
  if (seq < last.seq) return { finding: refused("lane-rollback", ref, `lane '${lane}' went back from header ${last.seq} to ${seq}`) };
  return { finding: refused("lane-fork", ref, `lane '${lane}' has another header ${last.seq} than it had`) };
}

/**
 * A lane that was pushed while somebody removed its author goes beyond its freeze, and nobody can ever mend that: readers count it no further.
 * What is new since a good state that knew the freeze is no such accident.
 */
function judgeFrozen({ lane, trust, frozen }: VerifiedLane, last: LastGood | null, { freezes }: WorkspaceState, rules: LaneRules): GuardFinding | null {
  if (frozen === null) return null;
  const { message } = frozenError(lane, frozen);
  const since = freezes.get(rules.repo)?.since ?? 0;
  const wasThere = last === null || last.chain.n < since || last.lanes.get(lane)?.seq === trust.seq;
  return wasThere ? warned("lane-frozen", laneRef(lane), `${message}: readers count nothing of it beyond header ${frozen.counted}`, "hx verify") : refused("lane-frozen", laneRef(lane), message);
}

async function judgeKeysOf(store: ObjectReader, rules: LaneRules, { lane, header }: VerifiedLane, refs: Refs, last: GuardKeys | null): Promise<Judged<GuardKeys | null>> {
  const oid = refs.get(keysRef(lane));
  if (oid === undefined && last !== null) return { finding: refused("keys-deleted", keysRef(lane), `the keys of lane '${lane}' are gone`) };
  if (oid === undefined) return header.keys === 0 ? { value: null } : { finding: refused("keys-missing", keysRef(lane), `lane '${lane}' needs its keys with counter ${header.keys}, and they are not there`) };
  const keysRules = { crypto: rules.crypto, repo: rules.repo, lane: header.lane, eraser: header.eraser, atLeast: header.keys, nowMs: rules.nowMs, cache: new StateCache(noWorkFiles, lane) };
  return await judged(keysRef(lane), keysCode, async () => {
    const { counter, list, wraps } = await verifyKeys(store, keysRules, oid, last === null ? null : { ...last, oid: NOT_KNOWN });
    return { counter, list, wraps };
  });
}

/** Heads that a verified header names and that are not there: a warning, since a claim proves nothing. */
function withheld(verified: ReadonlyMap<LaneId, VerifiedLane>, there: ReadonlySet<LaneId>): readonly GuardFinding[] {
  const missing = new Set<LaneId>();
  for (const { named } of verified.values()) {
    for (const { lane, seq, hash } of named) {
      const found = verified.get(lane);
      if (found === undefined ? !there.has(lane) : found.trust.chain[seq] !== toHex(hash)) missing.add(lane);
    }
  }
  return [...missing].sort().map((lane) => warned("lane-withheld", laneRef(lane), `another lane names a header of lane '${lane}' that is not there`));
}
