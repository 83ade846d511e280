import { CONNECTION_PATH } from "../../domain/connection.ts";
import type { GuardCounts, GuardFinding, GuardReport } from "../../domain/guard/finding.ts";
import { refName, type Oid, type RefName } from "../../domain/ids.ts";
import { isListedUrl } from "../../domain/remote-url.ts";
import { fromUtf8, toHex } from "../../domain/bytes.ts";
import { parseSessionsRef, ROOT_REF } from "../../format/paths.ts";
import type { GuardState } from "../../format/guard-state.ts";
import type { Remote, RemoteOptions, Repository, Store } from "../../ports/git.ts";
import { fetchApart, type FetchPair } from "../sync/fetch-apart.ts";
import { laneRules } from "../sync/workspace-chain.ts";
import { claimAt, connectionProblem, fileCode, type Claim } from "./claim.ts";
import { judgeCard, isProbe } from "./judge-card.ts";
import { judgeChain, type GuardedChain } from "./judge-chain.ts";
import { judgeLanes, type JudgedLanes } from "./judge-lanes.ts";
import type { GuardOptions, GuardPorts } from "./ports.ts";
import { judged, refused, warned } from "./refusals.ts";
import { weakening } from "./weakening.ts";

export interface RemotePorts extends GuardPorts {
  readonly remote: Remote;
}

/** What is judged, and where it may be put. The stores are empty, and thrown away afterwards. */
export interface RemoteScene {
  /** The clone: its remote is judged, and of it the connection file of what is checked out. */
  readonly checkout: Repository;
  /** Name of the remote, and the URL behind it. */
  readonly remote: string;
  readonly url: string;
  /** Takes what is under `refs/sessions/`, without segments. */
  readonly sessions: Store;
  /** Takes the newest commit of branches. */
  readonly code: Repository;
  /** The branch into which the checkout is to be merged. */
  readonly target?: string;
  /** The last good state; null: there is none. */
  readonly last: GuardState | null;
}

/** @returns `next`: the state to be kept; null where something is refused */
export async function guardRemote(ports: RemotePorts, scene: RemoteScene, options: GuardOptions & RemoteOptions): Promise<{ readonly report: GuardReport; readonly next: GuardState | null }> {
  const fetched = await fetchSessions(ports, scene, options);
  const chain = await chainOf(ports, scene, fetched.refs);
  const branch = (await ports.remote.head(scene.remote, options)) ?? "refs/heads/main";
  const main = await claimOf(ports, scene, branch, options);
  const connection = await judgeConnection(ports, scene, branch, main, chain.chain, options);
  const lanes = chain.chain === null || connection.claim === null ? NO_LANES : await judgeLanes(scene.sessions, rulesOf(ports, connection.claim, chain.chain), fetched.refs, scene.last, chain.chain.state);
  const others = await judgeOthers(ports, scene, fetched.refs, chain.chain);
  const findings = [...fetched.findings, ...chain.findings, ...connection.findings, ...lanes.findings, ...others.findings];
  const counts: GuardCounts = { code: 0, ...lanes.counts, cards: others.cards };
  const report = { findings, counts };
  const isGood = findings.every(({ severity }) => severity === "warning") && main.claim !== null && chain.chain !== null;
  return { report, next: isGood ? stateOf(main.claim, chain.chain, lanes) : null };
}

const NO_LANES: JudgedLanes = { findings: [], counts: { lanes: 0, headers: 0, keys: 0 }, lanes: new Map() };

function rulesOf({ crypto, clock }: RemotePorts, { connection }: Claim, chain: GuardedChain): ReturnType<typeof laneRules> {
  return laneRules({ crypto, clock, repo: connection.repo, workspace: chain.state.workspace }, chain);
}

function stateOf({ connection, bytes }: Claim, { state, hashes }: GuardedChain, { lanes }: JudgedLanes): GuardState {
  return { workspace: state.workspace, repo: connection.repo, connection: fromUtf8(bytes), chain: { n: hashes.length - 1, hash: toHex(state.head.hash) }, lanes };
}

interface FetchedSessions {
  /** As they landed: all of one look at the remote. */
  readonly refs: ReadonlyMap<RefName, Oid>;
  readonly findings: readonly GuardFinding[];
}

/** Everything below `refs/sessions/` by name, and nothing that this version does not know. */
async function fetchSessions({ remote }: RemotePorts, scene: RemoteScene, options: RemoteOptions): Promise<FetchedSessions> {
  const findings: GuardFinding[] = [];
  const wanted = new Map<string, FetchPair[]>();
  for (const ref of (await remote.list(scene.remote, "refs/sessions/", options)).keys()) {
    const place = parseSessionsRef(ref);
    if (place === null || place.kind === "log" || place.kind === "tally") {
      if (!isProbe(ref)) findings.push(refused("ref-unknown", ref, `'${ref.slice(0, 120)}' is no ref that this version of hx writes`, `git push ${scene.remote} --delete '${ref}'`));
      continue;
    }
    const group = "lane" in place ? place.lane : ref;
    wanted.set(group, [...(wanted.get(group) ?? []), { from: ref, to: ref }]);
  }
  const { failed } = await fetchApart(scene.sessions, remote, scene.remote, wanted, options);
  for (const [group, error] of failed) findings.push(refused("object-missing", wanted.get(group)?.[0]?.from ?? group, `it cannot be fetched: ${error.message}`));
  const refs = await scene.sessions.list("refs/sessions/");
  // What could not be fetched is there all the same: nobody is to be told that it was deleted.
  const there = [...failed.keys()].flatMap((group) => (wanted.get(group) ?? []).map(({ from }) => from));
  return { refs: new Map([...refs].filter(([ref]) => !there.includes(ref))), findings };
}

interface JudgedChain {
  readonly chain: GuardedChain | null;
  readonly findings: readonly GuardFinding[];
}

async function chainOf(ports: RemotePorts, { sessions, last }: RemoteScene, refs: FetchedSessions["refs"]): Promise<JudgedChain> {
  const found = await judgeChain(ports, sessions, refs.get(ROOT_REF) ?? null, null);
  if (found.finding !== undefined) return { chain: null, findings: [found.finding] };
  const chain = found.value;
  if (last === null) return { chain, findings: [] };
  if (chain === null) return { chain, findings: [refused("chain-deleted", ROOT_REF, `the workspace chain, which had ${last.chain.n + 1} statements, is gone`)] };
  const then = chain.hashes[last.chain.n];
  if (then !== undefined && toHex(then) === last.chain.hash) return { chain, findings: [] };
  const message = then === undefined ? `the workspace chain went back from statement ${last.chain.n} to ${chain.hashes.length - 1}` : `the workspace chain has another statement ${last.chain.n} than it had`;
  return { chain: null, findings: [refused("chain-rewritten", ROOT_REF, message)] };
}

interface FoundClaim {
  readonly claim: Claim | null;
  readonly finding: GuardFinding | null;
}

/** The connection file of a branch of the remote. */
async function claimOf(ports: RemotePorts, { code, remote }: RemoteScene, branch: string, options: RemoteOptions): Promise<FoundClaim> {
  const commit = await ports.remote.fetchTip(code.store, remote, branch, options);
  const blob = commit === null ? null : await code.resolve(`${commit}:${CONNECTION_PATH}`);
  if (commit === null || blob === null) return { claim: null, finding: null };
  if ((await code.store.info(blob)) === null) await ports.remote.fetchObjects(code.store, remote, [blob], options);
  const found = await judged(branch, fileCode, () => claimAt(ports, code, commit));
  return { claim: found.value ?? null, finding: found.finding ?? null };
}

/**
 * The connection that counts is that of the default branch; a checkout that is to be merged may bring one to a repository that has none yet,
 * and weaken none.
 */
async function judgeConnection(ports: RemotePorts, scene: RemoteScene, branch: string, main: FoundClaim, chain: GuardedChain | null, options: GuardOptions & RemoteOptions): Promise<{ readonly claim: Claim | null; readonly findings: readonly GuardFinding[] }> {
  const findings: GuardFinding[] = [];
  const state = chain?.state ?? null;
  const since = weakening(branch, lastClaim(ports, scene.last), main.claim, state, options, `git log -p -- ${CONNECTION_PATH}`);
  if (since !== null) findings.push(since);
  const merged = scene.target === undefined ? null : await judgeMerge(ports, scene, branch, main, state, options);
  if (merged !== null) findings.push(...merged.findings);
  const problem = main.finding ?? (since === null || main.claim !== null ? await connectionProblem(ports, branch, main.claim, chain) : null);
  if (problem === null) {
    const listed = main.claim === null ? null : unlisted(scene, main.claim);
    if (listed !== null) findings.push(listed);
    return { claim: main.claim, findings };
  }
  const brings = merged?.claim ?? null;
  const coming = problem.code === "connection-missing" && brings !== null && (await connectionProblem(ports, "HEAD", brings, chain)) === null;
  if (!coming) return { claim: null, findings: [...findings, problem] };
  findings.push(warned("connection-missing", branch, `this repository is not connected yet: what is checked out here brings its '${CONNECTION_PATH}'`));
  const listed = unlisted(scene, brings);
  return { claim: brings, findings: listed === null ? findings : [...findings, listed] };
}

/** The file of the last good state, as far as it can be read by this version. */
function lastClaim({ file }: RemotePorts, last: GuardState | null): Claim | null {
  if (last === null) return null;
  const bytes = new TextEncoder().encode(last.connection);
  return { connection: file.parse(bytes), blob: NO_BLOB, bytes };
}

/** Equals no id of an object. */
const NO_BLOB = "" as Oid;

async function judgeMerge(ports: RemotePorts, scene: RemoteScene, branch: string, main: FoundClaim, state: GuardedChain["state"] | null, options: GuardOptions & RemoteOptions): Promise<{ readonly claim: Claim | null; readonly findings: readonly GuardFinding[] }> {
  const name = scene.target ?? "";
  const target = name.startsWith("refs/") ? name : `refs/heads/${name}`;
  const into = target === branch ? main : await claimOf(ports, scene, target, options);
  const head = await judged("HEAD", fileCode, () => claimAt(ports, scene.checkout, "HEAD"));
  if (head.finding !== undefined) return { claim: null, findings: [head.finding] };
  const finding = weakening("HEAD", into.claim, head.value, state, options, `git checkout ${scene.remote}/${name.replace(/^refs\/heads\//, "")} -- ${CONNECTION_PATH}`);
  return { claim: head.value, findings: finding === null ? [] : [finding] };
}

function unlisted({ checkout, remote, url }: RemoteScene, { connection }: Claim): GuardFinding | null {
  if (isListedUrl(url, connection.remotes, checkout.checkout.top ?? checkout.checkout.gitDirectory)) return null;
  return refused("remote-unlisted", "HEAD", `the remote '${remote}' is not among those that '${CONNECTION_PATH}' lists`);
}

/** Cards of people who ask to come in. */
async function judgeOthers(ports: RemotePorts, { sessions, remote }: RemoteScene, refs: FetchedSessions["refs"], chain: GuardedChain | null): Promise<{ readonly findings: readonly GuardFinding[]; readonly cards: number }> {
  const findings: GuardFinding[] = [];
  let cards = 0;
  for (const [ref, oid] of refs) {
    const place = parseSessionsRef(ref);
    if (place?.kind !== "join") continue;
    cards += 1;
    const finding = await judgeCard(ports, sessions, place.name, oid, chain);
    if (finding !== null) findings.push({ ...finding, hint: `git push ${remote} --delete '${refName(ref)}'` });
  }
  return { findings, cards };
}
