import type { GuardCounts, GuardFinding, GuardReport } from "../../domain/guard/finding.ts";
import { refName, type Oid, type RefName } from "../../domain/ids.ts";
import { fromUtf8, toHex } from "../../domain/bytes.ts";
import { parseSessionsRef, ROOT_REF } from "../../format/paths.ts";
import type { Anchor } from "../../format/anchor.ts";
import type { GuardState } from "../../format/guard-state.ts";
import type { RemoteOptions } from "../../ports/git.ts";
import { fetchApart, type FetchPair } from "../sync/fetch-apart.ts";
import { laneRules } from "../sync/workspace-chain.ts";
import { anchorRef, fetchAnchor, lastGoodOf, openAnchor, type FetchedAnchor } from "./anchor.ts";
import type { Claim } from "./claim.ts";
import { judgeCard, isProbe } from "./judge-card.ts";
import { judgeChain, type GuardedChain } from "./judge-chain.ts";
import { judgeLanes, type JudgedLanes } from "./judge-lanes.ts";
import { claimOf, judgeConnection, judgePolicy, type FoundClaim } from "./judge-remote-connection.ts";
import type { LastGood } from "./last-good.ts";
import type { GuardOptions } from "./ports.ts";
import { judged, refused, type Judged } from "./refusals.ts";
import type { RemotePorts, RemoteScene } from "./remote-scene.ts";

export interface JudgedRemote {
  readonly report: GuardReport;
  /** The state to be kept; null where something is refused. */
  readonly next: GuardState | null;
  /** What everything was held against. */
  readonly last: LastGood | null;
  /** The newest anchor, verified, where one was asked for. */
  readonly anchor: { readonly fetched: FetchedAnchor; readonly anchor: Anchor } | null;
}

export async function guardRemote(ports: RemotePorts, scene: RemoteScene, options: GuardOptions & RemoteOptions): Promise<JudgedRemote> {
  // Before the lanes: what comes afterwards is never older.
  const found = scene.anchor === undefined ? null : await fetchAnchor(ports, scene.code, scene.remote, scene.anchor, options);
  const fetched = await fetchSessions(ports, scene, options);
  const newest = await judgeChain(ports, scene.sessions, fetched.refs.get(ROOT_REF) ?? null, null);
  const branch = (await ports.remote.head(scene.remote, options)) ?? "refs/heads/main";
  const main = await claimOf(ports, scene, branch, options);
  const anchored = scene.anchor === undefined ? NO_ANCHOR : await anchorOf(ports, scene, scene.anchor, found, newest.value ?? null, main);
  const last = scene.last ?? (anchored.anchor === null ? null : lastGoodOf(anchored.anchor.anchor));
  const chain = chainSince(newest, last);
  const connection = await judgeConnection(ports, scene, branch, main, chain.chain, options);
  const lanes = chain.chain === null || connection.claim === null ? NO_LANES : await judgeLanes(scene.sessions, rulesOf(ports, connection.claim, chain.chain), fetched.refs, last, chain.chain.state);
  const others = await judgeOthers(ports, scene, fetched.refs, chain.chain);
  const policy = judgePolicy(ports, branch, connection, chain.chain);
  const findings = [...fetched.findings, ...anchored.findings, ...chain.findings, ...connection.findings, ...policy.findings, ...lanes.findings, ...others.findings];
  const counts: GuardCounts = { code: 0, ...lanes.counts, cards: others.cards };
  const isGood = findings.every(({ severity }) => severity === "warning") && main.claim !== null && chain.chain !== null;
  return { report: { findings, counts, ...policy.inForce }, next: isGood ? stateOf(main.claim, chain.chain, lanes) : null, last, anchor: anchored.anchor };
}

interface JudgedAnchor {
  readonly anchor: JudgedRemote["anchor"];
  readonly findings: readonly GuardFinding[];
}

const NO_ANCHOR: JudgedAnchor = { anchor: null, findings: [] };

/** Without a chain that holds, or a connection, there is nothing that an anchor could be verified with: that is said elsewhere. */
async function anchorOf({ crypto }: RemotePorts, { anchoring }: RemoteScene, branch: string, fetched: FetchedAnchor | null, chain: GuardedChain | null, main: FoundClaim): Promise<JudgedAnchor> {
  const ref = anchorRef(branch);
  if (fetched === null) return anchoring === true ? NO_ANCHOR : { anchor: null, findings: [refused("anchor-missing", ref, `there is no branch '${branch}' with an anchor`)] };
  if (chain === null || main.claim === null) return NO_ANCHOR;
  const { repo } = main.claim.connection;
  const found = await judged(ref, () => "anchor-invalid", async () => openAnchor(crypto, chain.state, repo, fetched));
  return found.finding === undefined ? { anchor: { fetched, anchor: found.value }, findings: [] } : { anchor: null, findings: [found.finding] };
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

/** Holds a chain against the last good state. */
function chainSince(newest: Judged<GuardedChain | null>, last: LastGood | null): JudgedChain {
  if (newest.finding !== undefined) return { chain: null, findings: [newest.finding] };
  const chain = newest.value;
  if (last === null) return { chain, findings: [] };
  if (chain === null) return { chain, findings: [refused("chain-deleted", ROOT_REF, `the workspace chain, which had ${last.chain.n + 1} statements, is gone`)] };
  const then = chain.hashes[last.chain.n];
  if (then !== undefined && toHex(then) === last.chain.hash) return { chain, findings: [] };
  const message = then === undefined ? `the workspace chain went back from statement ${last.chain.n} to ${chain.hashes.length - 1}` : `the workspace chain has another statement ${last.chain.n} than it had`;
  return { chain: null, findings: [refused("chain-rewritten", ROOT_REF, message)] };
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
