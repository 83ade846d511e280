import { toHex } from "../../domain/bytes.ts";
import { isHxError } from "../../domain/errors.ts";
import type { LaneId, SessionId, TeamId } from "../../domain/ids.ts";
import type { StatementHash } from "../../domain/sharing/statement.ts";
import type { Evidence, FileStanding, LaneStanding, Names, Tied, Verdict } from "../../domain/verdict.ts";
import { judge } from "../../domain/verifier.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { CborMap, CborValue } from "../../format/cbor.ts";
import { laneIdOf } from "../../format/ids.ts";
import { manifestPath } from "../../format/paths.ts";
import { claimedTie, openTie } from "../../format/tie.ts";
import { sessionParts, type SessionParts } from "../lane/manifests.ts";
import { readLaneHead } from "../lane/own-head.ts";
import { entryAt } from "../lane/tree.ts";
import { frozenTrust, LaneTrusts } from "../lane/trust.ts";
import type { Ledger } from "../ledger.ts";
import type { LaneSource } from "../read/lane-source.ts";
import type { LaneProblem } from "../sync/fetch-lanes.ts";
import type { Acting } from "../workspace/acting.ts";
import type { SharingHere } from "./read-sharing.ts";

/** All that is known here, on which every verdict rests. */
export interface Knowledge {
  readonly ledger: Ledger;
  readonly state: WorkspaceState;
  readonly acting: Acting;
  readonly sharing: SharingHere;
  /** The lanes as far as they count: without what lies beyond what a removal froze. */
  readonly lanes: readonly LaneSource[];
  readonly file: FileStanding;
  /** ms since 1970, the newest time ever seen. */
  readonly now: number;
  /** What the last sync found wrong, by lane. */
  readonly problems: readonly LaneProblem[];
  readonly withheld: readonly LaneId[];
  /** When a listed remote was last seen, ms since 1970. */
  readonly remoteSeen?: number;
}

/** A verdict, with the session on which it was given. */
export interface Judged {
  readonly team: TeamId;
  readonly verdict: Verdict;
  /** Null: no lane here has the session, or what it has of it does not verify. */
  readonly found: { readonly source: LaneSource; readonly parts: SessionParts } | null;
}

/** Holds the four conditions against what is known here. Touches no network, opens nothing of the session. */
export async function judgeSession(known: Knowledge, session: SessionId, team: TeamId): Promise<Judged> {
  const candidates = await lanesWith(known, session, team);
  const judged: Judged[] = [];
  for (const source of candidates) judged.push(await judgeIn(known, session, team, source));
  const [first] = judged;
  if (first === undefined) return { team, verdict: judge(evidenceOf(known, session, team), namesOf(known)), found: null };
  return judged.find(({ verdict }) => verdict.holds) ?? judged.find(({ verdict }) => verdict.conditions.C1.holds) ?? first;
}

export function namesOf({ acting: { directory } }: Pick<Knowledge, "acting">): Names {
  return { person: (id) => directory.person(id).name, team: (id) => directory.team(id).name, project: (id) => directory.project(id).name };
}

/** Sessions that approvals known here cover, with the teams for which. Whether they may be read is not judged. */
export function sessionsShown({ sharing }: Pick<Knowledge, "sharing">): ReadonlyMap<SessionId, ReadonlySet<TeamId>> {
  const shown = new Map<SessionId, Set<TeamId>>();
  for (const { first, covered } of sharing.sharing.approvals.values()) {
    for (const session of covered.keys()) {
      const teams = shown.get(session) ?? new Set<TeamId>();
      shown.set(session, teams.add(first.said.team));
    }
  }
  return shown;
}

/** Lanes that have the session: those that an approval names, else any. Anybody may put a session of the same id into their own lane. */
async function lanesWith(known: Knowledge, session: SessionId, team: TeamId): Promise<readonly LaneSource[]> {
  const named = new Set<LaneId>();
  for (const { said, parts } of shownTies(known, session, team)) {
    const lane = said.ties[parts.tie]?.lane;
    if (lane !== undefined) named.add(laneIdOf(known.ledger.crypto.hashes, lane));
  }
  const among = await having(known.lanes.filter(({ lane }) => named.has(lane)), session);
  return among.length > 0 ? among : having(known.lanes, session);
}

async function having(lanes: readonly LaneSource[], session: SessionId): Promise<readonly LaneSource[]> {
  const found: LaneSource[] = [];
  for (const source of lanes) if ((await entryAt(source.store, source.tree, manifestPath(session))) !== null) found.push(source);
  return found;
}

function shownTies({ sharing }: Knowledge, session: SessionId, team: TeamId) {
  return [...sharing.sharing.approvals.values()].flatMap(({ first, covered }) =>
    first.said.team === team ? (covered.get(session) ?? []).map(({ statement, parts }) => ({ hash: statement.hash, said: statement.said, parts })) : [],
  );
}

async function judgeIn(known: Knowledge, session: SessionId, team: TeamId, source: LaneSource): Promise<Judged> {
  const { ledger } = known;
  const [lane, parts] = await standingAndParts(known, source, session);
  const ties = new Map<StatementHash, Tied>();
  for (const { hash, said, parts: covered } of shownTies(known, session, team)) {
    const tie = said.ties[covered.tie];
    if (tie !== undefined) ties.set(hash, tiedTo(known, source, new Map<string, CborValue>([["kind", "tie"], ["device", tie.device], ["lane", tie.signature]])));
  }
  const evidence = { ...evidenceOf(known, session, team), repo: ledger.repo, lane, chain: parts?.chain ?? [], ties };
  return { team, verdict: judge(evidence, namesOf(known)), found: parts === null ? null : { source, parts } };
}

/** Of a session that lies in no lane here. */
function evidenceOf({ ledger, state, acting, sharing, file, now, remoteSeen }: Knowledge, session: SessionId, team: TeamId): Evidence {
  const place = { repo: ledger.repo, session, team, reader: acting.person };
  return { ...place, now, state, lane: { kind: "absent" }, chain: [], ties: new Map(), file, sharing: sharing.sharing, ...(remoteSeen === undefined ? {} : { remoteSeen }) };
}

async function standingAndParts(known: Knowledge, source: LaneSource, session: SessionId): Promise<readonly [LaneStanding, SessionParts | null]> {
  try {
    const standing = await standingOf(known, source);
    return [standing, await sessionParts(source.store, known.ledger, source.publicKey, source.tree, session)];
  } catch (error) {
    if (!isHxError(error)) throw error;
    return [{ kind: "problem", code: error.code, message: error.message }, null];
  }
}

async function standingOf({ ledger, state, problems, withheld }: Knowledge, { lane, store, publicKey, head }: LaneSource): Promise<LaneStanding> {
  const trust = await new LaneTrusts(ledger.trust).read(lane);
  if (trust === null) return { kind: "problem", code: "lane-invalid", message: "nobody verified it on this device" };
  const frozen = frozenTrust(state, ledger.repo, lane, trust);
  const told = problems.find((problem) => problem.lane === lane)?.error;
  if (told?.code === "lane-rollback") return { kind: "rewound" };
  if (told !== undefined && (frozen === null || told.data["counted"] === undefined || frozen.kind === "contradicted")) return { kind: "problem", code: told.code, message: told.message };
  const { header, envelope } = await readLaneHead(store, ledger.crypto, lane, publicKey, head);
  if (trust.chain[header.seq] !== toHex(ledger.crypto.hashes.h(envelope))) return { kind: "problem", code: "lane-fork", message: "what is here is not what was verified on this device" };
  if (frozen?.kind === "contradicted") return { kind: "problem", code: "lane-invalid", message: "it has another header than the one that a removal froze" };
  if (frozen !== null) return { kind: "frozen" };
  if (header.seq < trust.seq) return { kind: "problem", code: "missing-object", message: "more of it was verified on this device than is in this clone" };
  return withheld.includes(lane) ? { kind: "withheld" } : { kind: "verified" };
}

/** The tie has to be of this lane, by a device that the chain knows as one of its person. */
function tiedTo({ ledger, state }: Knowledge, source: LaneSource, body: CborMap): Tied {
  const { signer } = ledger.crypto;
  try {
    const device = state.devices.get(claimedTie(body).device);
    if (device === undefined) return { person: null, why: "its device is not known" };
    const tie = openTie(body, { repo: ledger.repo, lane: source.publicKey }, device.sign, (key, message, signature) => signer.verify(key, message, signature));
    return tie.person === device.person ? { person: tie.person } : { person: null, why: "its device is not one of that person" };
  } catch (error) {
    if (!isHxError(error)) throw error;
    return { person: null, why: error.message };
  }
}
