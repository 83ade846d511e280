import { HxError, isHxError } from "../../domain/errors.ts";
import { refName, type LaneId, type Oid, type RefName } from "../../domain/ids.ts";
import { keysRef, laneRef, parseSessionsRef, SESSIONS_PREFIX } from "../../format/paths.ts";
import type { Remote, RemoteOptions } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { frozenError, frozenPart } from "../lane/frozen-lane.ts";
import { verifyKeys } from "../lane/keys.ts";
import { lanesOfDevice } from "../lane/own-lane-key.ts";
import { StateCache } from "../lane/state.ts";
import { frozenTrust, LaneTrusts, type LaneTrust } from "../lane/trust.ts";
import { verifyLane, type LaneRules, type VerifiedLane } from "../lane/verify-lane.ts";
import { fetchApart, type FetchPair } from "./fetch-apart.ts";

/** Something wrong with one lane. The others go on. */
export interface LaneProblem {
  readonly lane: LaneId;
  readonly error: HxError;
}

export interface FetchedLanes {
  readonly verified: readonly VerifiedLane[];
  readonly problems: readonly LaneProblem[];
  /** False: the remote ignored the filter and sent everything. */
  readonly filtered: boolean;
}

const QUARANTINE = "refs/hx/quarantine/";

/**
 * Fetches lanes that changed, by name and without their segments, into the store beside the repository. They land in a
 * quarantine namespace, are verified there, and only then count.
 * @param refs the remote's refs below `refs/sessions/v1/`
 */
export async function fetchLanes(
  ledger: Ledger,
  remote: Remote,
  url: string,
  refs: ReadonlyMap<RefName, Oid>,
  rules: LaneRules,
  skip: (lane: LaneId) => boolean,
  options: RemoteOptions & { readonly whole?: boolean },
): Promise<FetchedLanes> {
  const trusts = new LaneTrusts(ledger.trust);
  const wanted = await changedLanes(ledger, refs, skip, options.whole === true);
  if (wanted.size === 0) return { verified: [], problems: await frozenSince(ledger, rules, refs, skip), filtered: true };
  const { filtered, failed } = await fetchApart(ledger.others, remote, url, wanted, options);
  const problems: LaneProblem[] = [...failed].map(([lane, cause]) => ({ lane, error: new HxError("lane-invalid", `lane '${lane}' cannot be fetched: ${cause.message}`, { cause, data: { lane } }) }));
  const verified: VerifiedLane[] = [];
  for (const lane of wanted.keys()) {
    if (failed.has(lane)) continue;
    try {
      const admitted = await admit(ledger, trusts, rules, lane, refs);
      if (admitted.verified !== null) verified.push(admitted.verified);
      if (admitted.problem !== null) problems.push({ lane, error: admitted.problem });
    } catch (error) {
      if (!isHxError(error)) throw error;
      if (error.code === "lane-rollback" && (await isOnItsWay(ledger, remote, url, refs, lane, options))) continue;
      problems.push({ lane, error });
    }
  }
  await ledger.others.update([...(await ledger.others.list(QUARANTINE))].map(([ref, from]) => ({ ref, from, to: null })));
  const rest = await frozenSince(ledger, rules, refs, (lane) => skip(lane) || wanted.has(lane));
  return { verified, problems: [...problems, ...rest], filtered };
}

/** A lane that brought nothing new is judged again: a removal may have come since it was verified. */
async function frozenSince(ledger: Ledger, rules: LaneRules, refs: ReadonlyMap<RefName, Oid>, skip: (lane: LaneId) => boolean): Promise<LaneProblem[]> {
  if (!rules.removals.freezes.has(rules.repo)) return [];
  const trusts = new LaneTrusts(ledger.trust);
  const problems: LaneProblem[] = [];
  for (const ref of refs.keys()) {
    const place = parseSessionsRef(ref);
    if (place?.kind !== "lane" || skip(place.lane)) continue;
    const trust = await trusts.read(place.lane);
    const frozen = trust === null ? null : frozenTrust(rules.removals, rules.repo, place.lane, trust);
    if (frozen !== null) problems.push({ lane: place.lane, error: frozenError(place.lane, frozen) });
  }
  return problems;
}

/** Lanes of which a ref changed, with the refs to fetch: none where only the keys ref is gone. */
async function changedLanes(ledger: Ledger, refs: ReadonlyMap<RefName, Oid>, skip: (lane: LaneId) => boolean, whole: boolean): Promise<Map<LaneId, FetchPair[]>> {
  const wanted = new Map<LaneId, FetchPair[]>();
  const known = await ledger.others.list(SESSIONS_PREFIX);
  for (const [ref, oid] of refs) {
    const place = parseSessionsRef(ref);
    if ((place?.kind !== "lane" && place?.kind !== "keys") || skip(place.lane)) continue;
    const keys = keysRef(place.lane);
    if (known.get(ref) === oid && !whole && (refs.has(keys) || !known.has(keys))) continue;
    const pairs = wanted.get(place.lane) ?? [];
    if (known.get(ref) !== oid || whole) pairs.push({ from: ref, to: refName(QUARANTINE + ref.slice(SESSIONS_PREFIX.length)) });
    wanted.set(place.lane, pairs);
  }
  return wanted;
}

/**
 * Trust state is shared by the clones of a device. Another clone pins what it is about to push, and another sync may have
 * seen a newer head after this one looked: then the remote is behind only by a moment.
 */
async function isOnItsWay(ledger: Ledger, remote: Remote, url: string, refs: ReadonlyMap<RefName, Oid>, lane: LaneId, options: RemoteOptions): Promise<boolean> {
  if ((await lanesOfDevice(ledger)).includes(lane)) return true;
  const ref = laneRef(lane);
  return (await remote.list(url, ref, options)).get(ref) !== refs.get(ref);
}

interface Admitted {
  /** Null: nothing that is new counts. */
  readonly verified: VerifiedLane | null;
  readonly problem: HxError | null;
}

async function admit(ledger: Ledger, trusts: LaneTrusts, rules: LaneRules, lane: LaneId, refs: ReadonlyMap<RefName, Oid>): Promise<Admitted> {
  const head = refs.get(laneRef(lane));
  if (head === undefined) throw new HxError("lane-rollback", `lane '${lane}' is gone from the remote, its keys are not`, { data: { lane } });
  const cache = new StateCache(ledger.work, lane);
  const before = await trusts.read(lane);
  const whole = await verifyLane(ledger.others, rules, lane, head, before, cache);
  if (whole.frozen === null) return { verified: await take(ledger, trusts, rules, lane, refs, before, whole, cache), problem: null };
  // What a removal froze is taken; what goes beyond waits for somebody who certifies it.
  const { frozen } = whole;
  const problem = frozenError(lane, frozen);
  const counted = (await frozenPart(ledger, ledger.others, rules.removals, lane, { oid: head, header: whole.header }))?.head ?? null;
  if (counted === null || (before !== null && before.seq >= frozen.counted)) return { verified: null, problem };
  const part = await verifyLane(ledger.others, rules, lane, counted, before, cache);
  return { verified: part.frozen === null ? await take(ledger, trusts, rules, lane, refs, before, part, cache) : null, problem };
}

/** Pins what was verified, with the keys that go with it. */
async function take(
  ledger: Ledger,
  trusts: LaneTrusts,
  rules: LaneRules,
  lane: LaneId,
  refs: ReadonlyMap<RefName, Oid>,
  before: LaneTrust | null,
  result: VerifiedLane,
  cache: StateCache,
): Promise<VerifiedLane> {
  const keysOid = refs.get(keysRef(lane));
  const keys =
    keysOid === undefined
      ? undefined
      : await verifyKeys(
          ledger.others,
          { crypto: ledger.crypto, repo: ledger.repo, lane: result.publicKey, eraser: result.header.eraser, atLeast: result.header.keys, nowMs: rules.nowMs, cache },
          keysOid,
          before?.keys ?? null,
        );
  if (keys === undefined && (result.header.keys > 0 || before?.keys !== undefined)) throw new HxError("keys-invalid", `the keys of lane '${lane}' are gone from the remote`, { data: { lane } });
  const trust = { ...result.trust, ...(keys === undefined ? {} : { keys }) };
  await trusts.write(lane, trust);
  await cache.save();
  await ledger.others.update([
    { ref: laneRef(lane), from: await ledger.others.read(laneRef(lane)), to: result.trust.oid },
    ...(keysOid === undefined ? [] : [{ ref: keysRef(lane), from: await ledger.others.read(keysRef(lane)), to: keysOid }]),
  ]);
  return { ...result, trust };
}
