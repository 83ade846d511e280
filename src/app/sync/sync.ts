import { refName, type LaneId, type Oid, type RefName } from "../../domain/ids.ts";
import { laneWait, type LaneWait } from "../../domain/workspace/standing.ts";
import { keysRef, laneRef, parseSessionsRef, ROOT_REF, SESSIONS_PREFIX } from "../../format/paths.ts";
import type { PushRef, PushResult, Remote } from "../../ports/git.ts";
import type { Ledger, WritableLedger } from "../ledger.ts";
import type { Additions } from "../publish/additions.ts";
import { publish } from "../publish/publish.ts";
import { writeStatements } from "../workspace/append.ts";
import { readChain, type Chain } from "../workspace/chain.ts";
import { fetchLanes, type LaneProblem } from "./fetch-lanes.ts";
import { pinOwnLane, recoverOwnLane, refuseLostOffer } from "./own-lane.ts";
import { writePushed } from "./pushed.ts";
import { checkNamed } from "./withheld.ts";
import type { LaneRules } from "../lane/verify-lane.ts";
import { acceptChain, laneRules, localChain, type VerifiedChain } from "./workspace-chain.ts";

export interface SyncOptions {
  /** Kills git after so many ms. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Fetch segments of all lanes too: a mirror. */
  readonly whole?: boolean;
  /** How long to wait for other processes of this clone, ms. */
  readonly waitMs: number;
  /** Goes into the lane with what is staged. */
  readonly additions?: Additions;
  /** What the remote listed a moment ago: saves asking again. Where it has changed since, the push is refused as stale, and the next round asks. */
  readonly listed?: ReadonlyMap<RefName, Oid>;
}

export interface SyncResult {
  readonly remote: string;
  readonly push: PushResult | { readonly kind: "nothing" };
  readonly sessions: number;
  /** Bytes of the blobs that were published by this call. */
  readonly bytes: number;
  readonly lanesFetched: number;
  readonly filtered: boolean;
  readonly problems: readonly LaneProblem[];
  /** Lanes that somebody named and nobody can find. */
  readonly withheld: readonly LaneId[];
  /** Why nothing was published and pushed. */
  readonly waits: LaneWait | null;
  /** Head of this clone's lane, with all that was to be published in it; null where it has none, or waits. */
  readonly head: Oid | null;
  /** What the remote listed; null once something was pushed to it. */
  readonly listed: ReadonlyMap<RefName, Oid> | null;
}

const ROUNDS = 3;

/**
 * Publishes what is staged, pushes this clone's lane, its keys and the workspace chain to one remote, then fetches and
 * verifies the other lanes, without their segments. While the lane waits for its certificate it only fetches.
 * @throws HxError `remote-failed`, `workspace-fork`, `workspace-invalid`, `lane-fork`, `busy`
 */
export async function sync(ledger: WritableLedger, remote: Remote, url: string, options: SyncOptions): Promise<SyncResult> {
  let sessions = 0;
  let bytes = 0;
  for (let round = 1; ; round++) {
    const refs = (round === 1 ? options.listed : undefined) ?? (await remote.list(url, SESSIONS_PREFIX, options));
    const chain = await syncChain(ledger, remote, url, refs, options);
    const rules = laneRules(ledger, chain);
    const own = await lanesHere(ledger);
    const isOwn = (lane: LaneId): boolean => own.includes(lane) || lane === ledger.lane.id;
    const waits = laneWait(chain.state, ledger.lane);
    if (waits !== null) {
      const others = await fetchOthers(ledger, remote, url, refs, rules, isOwn, options);
      return { remote: url, push: { kind: "nothing" }, sessions, bytes, ...others, waits, head: null, listed: refs };
    }
    await recoverOwnLane(ledger, remote, url, refs, rules, options);
    await refuseLostOffer(ledger);
    const { waitMs, additions } = options;
    const published = await publish(ledger, { state: chain.state, waitMs, ...(additions === undefined ? {} : { additions }) });
    sessions += published.sessions;
    bytes += published.bytes;
    await pinOwnLane(ledger, rules);
    const head = await ledger.repository.store.read(laneRef(ledger.lane.id));
    const push = await pushOwn(ledger, remote, url, refs, options);
    if (push.kind === "stale" && round < ROUNDS) continue;
    if (push.kind === "done" || push.kind === "nothing") await writePushed(ledger, url, head);
    const others = await fetchOthers(ledger, remote, url, refs, rules, isOwn, options);
    return { remote: url, push, sessions, bytes, ...others, waits, head: published.head, listed: push.kind === "nothing" ? refs : null };
  }
}

/** As `sync` without a lane of one's own: fetches the workspace chain and all lanes. */
export async function fetchOnly(ledger: Ledger, remote: Remote, url: string, options: SyncOptions): Promise<SyncResult> {
  const refs = await remote.list(url, SESSIONS_PREFIX, options);
  const chain = await syncChain(ledger, remote, url, refs, options);
  const others = await fetchOthers(ledger, remote, url, refs, laneRules(ledger, chain), () => false, options);
  return { remote: url, push: { kind: "nothing" }, sessions: 0, bytes: 0, ...others, waits: null, head: null, listed: refs };
}

/** A head that is named and not found is looked for once more: it may have been pushed after this sync looked. */
async function fetchOthers(
  ledger: Ledger,
  remote: Remote,
  url: string,
  refs: ReadonlyMap<RefName, Oid>,
  rules: LaneRules,
  skip: (lane: LaneId) => boolean,
  options: SyncOptions,
): Promise<Pick<SyncResult, "lanesFetched" | "filtered" | "problems" | "withheld">> {
  const first = await fetchLanes(ledger, remote, url, refs, rules, skip, options);
  const found = await checkNamed(ledger, url, refs, first);
  if (found.withheld.length === 0) return { lanesFetched: first.verified.length, filtered: first.filtered, ...found };
  const now = await remote.list(url, SESSIONS_PREFIX, options);
  const second = await fetchLanes(ledger, remote, url, now, rules, skip, options);
  const { problems, withheld } = await checkNamed(ledger, url, now, second);
  const known = new Set(problems.map(({ lane }) => lane));
  const all = [...problems, ...found.problems.filter(({ lane }) => !known.has(lane))];
  return { lanesFetched: first.verified.length + second.verified.length, filtered: first.filtered && second.filtered, problems: all, withheld };
}

const ROOT_QUARANTINE = refName("refs/hx/quarantine/root");

/** Takes the remote's workspace chain when it is longer. Two that differ stop everything. */
async function syncChain(ledger: Ledger, remote: Remote, url: string, refs: ReadonlyMap<RefName, Oid>, options: SyncOptions): Promise<VerifiedChain> {
  const theirs = refs.get(ROOT_REF);
  const { store } = ledger.repository;
  const ours = await store.read(ROOT_REF);
  if (theirs === undefined || theirs === ours) return localChain(ledger);
  await remote.fetch(store, url, [{ from: ROOT_REF, to: ROOT_QUARANTINE }], { ...options, whole: true });
  const accepted = await acceptChain(ledger, store, theirs);
  const updates = [{ ref: ROOT_QUARANTINE, from: theirs, to: null }];
  const tip = ours === null || accepted.longer ? theirs : await onTopOf(ledger, accepted.chain.chain, ours);
  await store.update(tip === ours ? updates : [{ ref: ROOT_REF, from: ours, to: tip }, ...updates]);
  return localChain(ledger);
}

/**
 * The remote takes nothing but what goes on from its own commits. Another clone may have brought the same statements there in other ones,
 * and a chain that comes from a home of its own has those of the home: then the statements and texts that the remote lacks go on top of its commits.
 * @param ours tip of a chain that says the same as `theirs`, as far as both go
 */
async function onTopOf(ledger: Ledger, theirs: Chain, ours: Oid): Promise<Oid> {
  const { store } = ledger.repository;
  const now = ledger.clock.now();
  const chain = await readChain(store, ours, now);
  if (chain.commits.includes(theirs.tip)) return ours;
  const missing = chain.statements.slice(theirs.statements.length);
  const isWhole = missing.length === 0 && [...chain.documents.keys()].every((hash) => theirs.documents.has(hash));
  return isWhole ? theirs.tip : writeStatements(store, theirs, missing, now, chain.documents);
}

/** Lanes that this clone writes, or wrote in an earlier quarter: those whose refs lie in the work repository. */
async function lanesHere(ledger: Ledger): Promise<readonly LaneId[]> {
  return [...(await ledger.repository.store.list(SESSIONS_PREFIX)).keys()].flatMap((ref) => {
    const place = parseSessionsRef(ref);
    return place?.kind === "lane" ? [place.lane] : [];
  });
}

async function pushOwn(
  ledger: WritableLedger,
  remote: Remote,
  url: string,
  refs: ReadonlyMap<RefName, Oid>,
  options: SyncOptions,
): Promise<PushResult | { readonly kind: "nothing" }> {
  const { store } = ledger.repository;
  const wanted: PushRef[] = [];
  for (const ref of [ROOT_REF, ...(await lanesHere(ledger)).map(laneRef)]) {
    const local = await store.read(ref);
    if (local !== null && refs.get(ref) !== local) wanted.push({ ref, local });
  }
  for (const lane of await lanesHere(ledger)) {
    const ref = keysRef(lane);
    const local = await store.read(ref);
    if (local !== null && refs.get(ref) !== local) wanted.push({ ref, local, lease: refs.get(ref) ?? null });
  }
  return wanted.length === 0 ? { kind: "nothing" } : remote.push(store, url, wanted, options);
}
