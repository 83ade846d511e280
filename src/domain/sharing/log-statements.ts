import type { PersonId } from "../ids.ts";
import { isTeamMember, wasTeamMember, type WorkspaceState } from "../workspace/state.ts";
import { hears } from "./contradiction.ts";
import { logTime, type AccessClass, type LogEntry, type LogKind } from "./log-entry.ts";
import type { GivenApproval, Sharing } from "./sharing.ts";
import type { Approval, Believed, Place, Request, SharingStatement, StatementHash } from "./statement.ts";

/** For whom the log is. `given`: what this person accessed or was given, instead of what concerns their own sessions. */
export interface LogReader {
  readonly person: PersonId;
  readonly given: boolean;
}

export interface LogClock {
  /** ms since 1970, the newest time this device has seen. */
  readonly now: number;
  /** Whether a header of somebody else than `reader` names the entry at a place, or what came after it. */
  isHeld(place: Place, reader: PersonId): boolean;
}

/** What statements of sharing say to this person, in no order. What means nothing is told as well, and why. */
export function statementEntries(state: WorkspaceState, sharing: Sharing, reader: LogReader, clock: LogClock): readonly LogEntry[] {
  const entries: LogEntry[] = [];
  const add = (statement: Believed, anomaly?: string): void => {
    if (concerns(state, sharing, reader, statement)) entries.push(entryOf(sharing, clock, statement, anomaly));
  };
  for (const { request, withdrawals, denials } of sharing.requests.values()) for (const one of [request, ...withdrawals, ...denials]) add(one);
  for (const given of sharing.approvals.values()) {
    for (const one of [given.first, ...given.extensions, ...given.revocations]) add(one);
    const ended = expiry(given, clock.now);
    if (ended !== null && concerns(state, sharing, reader, given.first)) entries.push(ended);
  }
  for (const { access, contradiction } of sharing.accesses.values()) add(access, contradiction);
  for (const { statement, why } of sharing.voids) add(statement, `it means nothing: ${why}`);
  for (const statement of sharing.waiting) add(statement, "what it names is not known here");
  return entries;
}

/** Whose sessions a statement is about. */
export function ownerOf(said: SharingStatement): PersonId {
  switch (said.kind) {
    case "request":
    case "withdrawal":
      return said.to;
    case "denial":
      return said.person;
    case "approval":
    case "revocation":
    case "access":
      return said.author;
  }
}

function concerns(state: WorkspaceState, sharing: Sharing, { person, given }: LogReader, { said, place }: Believed): boolean {
  const isOwner = ownerOf(said) === person;
  if (!given) return isOwner;
  if (isOwner) return false;
  if (said.person === person) return true;
  switch (said.kind) {
    case "denial":
      return said.to === person;
    case "approval":
      return wasGiven(state, said, place, person);
    case "revocation": {
      const first = sharing.approvals.get(said.approval)?.first;
      return first !== undefined && wasGiven(state, first.said, first.place, person);
    }
    case "request":
    case "withdrawal":
    case "access":
      return false;
  }
}

/** Who came into the team later has what was given to it before. */
function wasGiven(state: WorkspaceState, { team, audience }: Approval, { head }: Place, person: PersonId): boolean {
  return hears(audience, person) && (isTeamMember(state, team, person) || wasTeamMember(state, team, person, head));
}

/** One statement as an entry of a log. What it names is taken from `sharing`, as far as it is known there. */
export function entryOf(sharing: Sharing, clock: Pick<LogClock, "isHeld">, { hash, place, said }: Believed, anomaly?: string): LogEntry {
  const base = {
    when: logTime(said.at, place.day),
    source: { lane: place.lane, seq: place.seq, hash },
    who: said.person,
    author: ownerOf(said),
    ...(anomaly === undefined ? {} : { anomaly }),
  };
  switch (said.kind) {
    case "request":
      return { kind: "request", ...base, ...asked(said), whom: said.to };
    case "withdrawal":
      return { kind: "withdrawal", ...base, ...askedBy(sharing, said.request), whom: said.to };
    case "denial":
      return { kind: "denial", ...base, ...askedBy(sharing, said.request), whom: said.to, ...(said.reason === undefined ? {} : { reason: said.reason }) };
    case "approval": {
      const kind: LogKind = said.extends === undefined ? "approval" : "extension";
      const whom = said.request === undefined ? undefined : sharing.requests.get(said.request)?.request.said.person;
      const ends = sharing.approvals.get(said.extends ?? hash)?.ends ?? said.expires;
      const expires = ends === undefined ? {} : { until: ends };
      return { kind, ...base, ...reasonOf(sharing, said.request), ...expires, ...(whom === undefined ? {} : { whom }), team: said.team, sessions: said.sessions.map(({ session }) => session) };
    }
    case "revocation": {
      const given = sharing.approvals.get(said.approval);
      const team = given === undefined ? {} : { team: given.first.said.team };
      return { kind: "revocation", ...base, ...team, sessions: said.sessions ?? [...(given?.covered.keys() ?? [])].sort() };
    }
    case "access": {
      const request = sharing.approvals.get(said.approval)?.first.said.request;
      const held: AccessClass = clock.isHeld(place, said.person) ? "held" : said.class;
      return { kind: "access", ...base, ...reasonOf(sharing, request), team: said.team, sessions: [said.session], class: held, until: said.until };
    }
  }
}

type Asked = Pick<LogEntry, "team" | "sessions" | "about" | "reason">;

function asked({ team, reason, about }: Request): Asked {
  return { team, reason, ...("session" in about ? { sessions: [about.session] } : { sessions: [], about }) };
}

function askedBy(sharing: Sharing, request: StatementHash): Asked {
  const known = sharing.requests.get(request)?.request.said;
  return known === undefined ? { sessions: [] } : asked(known);
}

function reasonOf(sharing: Sharing, request: StatementHash | undefined): Pick<LogEntry, "reason"> {
  const known = request === undefined ? undefined : sharing.requests.get(request);
  return known === undefined ? {} : { reason: known.request.said.reason };
}

/** Nobody says that an approval expired: it follows from the approval and the time. One that was revoked whole before did not live to see it. */
function expiry({ first, covered, revocations, revoked, ends: expires }: GivenApproval, now: number): LogEntry | null {
  const { author, team } = first.said;
  if (expires === undefined || expires > now) return null;
  const before = revocations.filter(({ said, place }) => (logTime(said.at, place.day).at ?? place.day * 1000) < expires);
  const gone = new Set(before.flatMap(({ said }) => said.sessions ?? [...covered.keys()]));
  const sessions = [...covered.keys()].filter((session) => !gone.has(session)).sort();
  if (sessions.length === 0 && (revoked === "all" || covered.size > 0)) return null;
  return { kind: "expiry", when: { day: Math.floor(expires / 86_400_000) * 86_400, at: expires }, source: { approval: first.hash }, author, team, sessions, until: expires };
}
