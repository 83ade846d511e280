import { isHxError, HxError } from "../../domain/errors.ts";
import type { GuardCounts, GuardFinding } from "../../domain/guard/finding.ts";
import type { LaneId, Oid, RepoId } from "../../domain/ids.ts";
import { isConnected } from "../../domain/workspace/state.ts";
import { parseCommit } from "../../format/commit.ts";
import { laneIdOf } from "../../format/ids.ts";
import type { Header } from "../../format/header.ts";
import { keysRef, laneRef, parseSessionsRef, SESSIONS_PREFIX } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { readKeysHeader, unverifiedKeysLane, type KeysRules } from "../lane/keys.ts";
import { StateCache } from "../lane/state.ts";
import { openHeader, type LaneRules } from "../lane/verify-lane.ts";
import { laneRules } from "../sync/workspace-chain.ts";
import type { GuardedChain } from "./judge-chain.ts";
import type { Standing } from "./judge-code.ts";
import { judgeKeys, judgeLane, keysDeleted, laneDeleted } from "./judge-lane.ts";
import type { Push } from "./pushed.ts";
import { judged, keysCode, laneCode, refused } from "./refusals.ts";

export interface JudgedSessions {
  readonly findings: readonly GuardFinding[];
  readonly counts: Pick<GuardCounts, "lanes" | "headers" | "keys">;
}

/** Lanes and keys of a push, by lane. */
interface PushedLane {
  readonly lane: LaneId;
  readonly hasLane: boolean;
  readonly hasKeys: boolean;
}

/** Judges the lanes and keys refs of a push, each lane with its keys as both would stand afterwards. */
export async function judgeSessions(push: Push, chain: GuardedChain | null, standing: Standing): Promise<JudgedSessions> {
  const lanes = lanesOf(push);
  const findings: GuardFinding[] = [];
  let headers = 0;
  const rules = lanes.length === 0 ? null : await rulesFor(push, chain, standing, lanes);
  for (const { lane, hasLane, hasKeys } of lanes) {
    const ref = hasLane ? laneRef(lane) : keysRef(lane);
    if (rules === null || "code" in rules) {
      if (rules !== null) findings.push({ ...rules, ref });
      continue;
    }
    const cache = new StateCache(push.ports.cache, lane);
    if (hasLane) {
      const to = await push.after(laneRef(lane));
      const found = to === null ? { finding: laneDeleted(lane) } : await judgeLane(push.repository.store, rules, lane, await push.before(laneRef(lane)), to, cache);
      headers += found.finding === undefined ? found.value.commits : 0;
      if (found.finding !== undefined) {
        findings.push(found.finding);
        continue;
      }
    }
    const keys = await judgeKeysOf(push, rules, { lane, hasLane, hasKeys }, cache);
    if (keys !== null) findings.push(keys);
    await save(cache);
  }
  return { findings, counts: { lanes: lanes.filter(({ hasLane }) => hasLane).length, headers, keys: lanes.filter(({ hasKeys }) => hasKeys).length } };
}

function lanesOf({ pushed }: Push): readonly PushedLane[] {
  const lanes = new Map<LaneId, PushedLane>();
  for (const ref of pushed.keys()) {
    const place = parseSessionsRef(ref);
    if (place?.kind !== "lane" && place?.kind !== "keys") continue;
    const known = lanes.get(place.lane) ?? { lane: place.lane, hasLane: false, hasKeys: false };
    lanes.set(place.lane, place.kind === "lane" ? { ...known, hasLane: true } : { ...known, hasKeys: true });
  }
  return [...lanes.values()];
}

/** What lanes of this repository are held against, or why there can be none. */
async function rulesFor(push: Push, chain: GuardedChain | null, standing: Standing, lanes: readonly PushedLane[]): Promise<LaneRules | GuardFinding> {
  const { crypto, clock } = push.ports;
  // Whoever asks says of which lane.
  const ref = SESSIONS_PREFIX;
  if (chain === null) return refused("chain-missing", ref, "there is no workspace chain here that could certify a lane", "hx sync");
  if (standing.problem !== null && standing.claim !== null) return standing.problem;
  if (standing.problem !== null && standing.problem.code !== "connection-missing") return standing.problem;
  const repo = standing.claim?.connection.repo ?? (await repoOfLanes(push, lanes));
  if (repo === null) return refused("lane-invalid", ref, "no lane here says of which repository it is");
  if (!isConnected(chain.state, repo)) return refused("connection-contradicted", ref, `the workspace chain does not say that repo '${repo}' is connected`);
  return { ...laneRules({ crypto, clock, repo, workspace: chain.state.workspace }, chain), wholeSegments: true };
}

/** Before the connection file arrives, the first lane says of which repository all must be. */
async function repoOfLanes(push: Push, lanes: readonly PushedLane[]): Promise<RepoId | null> {
  const { store } = push.repository;
  const there = [...(await store.list(`${SESSIONS_PREFIX}lane/`)).keys()];
  for (const lane of [...there.flatMap(laneIn), ...lanes.map((pushed) => pushed.lane)]) {
    const oid = (await push.before(laneRef(lane))) ?? (await push.after(laneRef(lane)));
    const header = oid === null ? null : await headerOrNull(push, lane, oid);
    if (header !== null) return header.repo;
  }
  for (const { lane } of lanes) {
    const oid = await push.after(keysRef(lane));
    const keys = oid === null ? null : await orNull(() => unverifiedKeysLane(store, oid));
    if (keys !== null) return keys.repo;
  }
  return null;
}

function laneIn(ref: string): readonly LaneId[] {
  const place = parseSessionsRef(ref);
  return place?.kind === "lane" ? [place.lane] : [];
}

async function headerOrNull({ ports, repository }: Push, lane: LaneId, oid: Oid): Promise<Header | null> {
  return await orNull(async () => (await openHeader(repository.store, ports, lane, oid)).header);
}

async function orNull<Value>(work: () => Promise<Value>): Promise<Value | null> {
  try {
    return await work();
  } catch (error) {
    if (!isHxError(error)) throw error;
    return null;
  }
}

/** The keys of a lane that holds: those that are pushed, or whether those that are here are new enough for it. */
async function judgeKeysOf(push: Push, rules: LaneRules, { lane, hasLane, hasKeys }: PushedLane, cache: StateCache): Promise<GuardFinding | null> {
  const { store } = push.repository;
  const [head, to] = [await push.after(laneRef(lane)), await push.after(keysRef(lane))];
  if (to === null) return await keysAbsent(push, rules, lane, hasKeys, head);
  if (!hasKeys && !(hasLane && push.whole)) return null;
  if (head === null && push.whole) return refused("keys-orphaned", keysRef(lane), `lane '${lane}', of which these are the keys, is not here`);
  const header = await judged(laneRef(lane), laneCode, () => (head === null ? ownHeader(rules, store, lane, to) : headerAt(rules, store, lane, head)));
  if (header.finding !== undefined) return header.finding;
  const keysRules: KeysRules = { crypto: rules.crypto, repo: rules.repo, ...header.value, nowMs: rules.nowMs, cache };
  if (hasKeys) return await judgeKeys(store, keysRules, lane, await push.before(keysRef(lane)), to);
  const { finding } = await judged(keysRef(lane), keysCode, async () => {
    const { counter } = await readKeysHeader(store, rules.crypto, header.value.lane, parseCommit(await store.readCommit(to)).tree);
    if (counter < header.value.atLeast) throw new HxError("keys-invalid", `lane '${lane}' needs its keys with counter ${header.value.atLeast}, and they have ${counter}`, { data: { rule: "counter" } });
  });
  return finding ?? null;
}

type KeysPlace = Pick<KeysRules, "lane" | "eraser" | "atLeast">;

async function headerAt(rules: LaneRules, store: ObjectReader, lane: LaneId, head: Oid): Promise<KeysPlace> {
  const { header } = await openHeader(store, rules, lane, head);
  return { lane: header.lane, eraser: header.eraser, atLeast: header.keys };
}

/** Keys whose lane comes later: they name their key themselves, and nothing was removed yet that needs a tombstone. */
async function ownHeader(rules: LaneRules, store: ObjectReader, lane: LaneId, keys: Oid): Promise<KeysPlace> {
  const { lane: key } = await unverifiedKeysLane(store, keys);
  if (laneIdOf(rules.crypto.hashes, key) !== lane) throw new HxError("lane-invalid", "the keys are those of another lane", { data: { rule: "place" } });
  return { lane: key, eraser: key, atLeast: 0 };
}

async function keysAbsent(push: Push, rules: LaneRules, lane: LaneId, hasKeys: boolean, head: Oid | null): Promise<GuardFinding | null> {
  if (hasKeys) return head === null ? null : keysDeleted(lane);
  if (!push.whole || head === null) return null;
  const { header } = await openHeader(push.repository.store, rules, lane, head);
  return header.keys === 0 ? null : refused("keys-missing", keysRef(lane), `lane '${lane}' needs its keys with counter ${header.keys}, and they are not here`);
}

/** Notes are worth nothing to a judgement, and a place where they cannot be kept costs time only. */
async function save(cache: StateCache): Promise<void> {
  try {
    await cache.save();
  } catch (error) {
    if (!isHxError(error) || error.code !== "io-failed") throw error;
  }
}
