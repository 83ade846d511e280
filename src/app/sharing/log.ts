import { HxError } from "../../domain/errors.ts";
import type { LaneId, PersonId, SessionId, TeamId } from "../../domain/ids.ts";
import { logOf } from "../../domain/sharing/log.ts";
import { entryName, timeIn, type LogEntry } from "../../domain/sharing/log-entry.ts";
import type { Told } from "../../domain/sharing/log-words.ts";
import type { ChainEvent } from "../../domain/sharing/log-workspace.ts";
import { missingEntries, seenEntries, type MissingEntry } from "../items/seen-entries.ts";
import type { Ledger } from "../ledger.ts";
import type { VerifiedChain } from "../sync/workspace-chain.ts";
import type { Acting } from "../workspace/acting.ts";
import { decodeStatement } from "../workspace/decode.ts";
import { called, type Directory, type Entry } from "../workspace/directory.ts";
import { heldPlaces } from "./held.ts";
import type { SharingHere } from "./read-sharing.ts";

/** What a log is read from: SharingClone of src/wire fits it. */
export interface LogHere {
  readonly ledger: Ledger;
  readonly acting: Acting;
  readonly sharing: SharingHere;
  readonly state: { readonly chain: VerifiedChain };
  /** ms since 1970, the newest time ever seen. */
  readonly now: number;
}

export interface LogQuery {
  /** What this person accessed or was given, instead of what concerns their own sessions. */
  readonly given: boolean;
  /** ms since 1970. */
  readonly since?: number;
  /** An id, or a beginning of one that no other session of the log has. */
  readonly session?: string;
  /** A name, an e-mail, or a beginning of an id: who did it, or whom it befell. */
  readonly person?: string;
  readonly team?: string;
}

/** An entry with the names of those in it. */
export interface NamedEntry {
  readonly id: string;
  readonly entry: LogEntry;
  readonly who?: Entry<PersonId>;
  readonly whom?: Entry<PersonId>;
  readonly author?: Entry<PersonId>;
  readonly team?: Entry<TeamId>;
  /** Name of a project, or the beginning of its id. */
  readonly project?: string;
}

export interface Log {
  /** Newest first. */
  readonly entries: readonly NamedEntry[];
  /** Entries that were seen here once and are not there any more. */
  readonly gone: readonly MissingEntry[];
  /** Lanes that could not be read to their end: their newest entries are not in the log. */
  readonly unread: readonly { readonly lane: LaneId; readonly error: HxError }[];
}

/** One's access log, from what is here. Touches no network. @throws HxError `not-found`, `ambiguous` for a name or id that is not one */
export async function readLog(here: LogHere, query: LogQuery): Promise<Log> {
  const { ledger, acting, sharing, state, now } = here;
  const { directory } = acting;
  const person = query.person === undefined ? undefined : directory.findPerson(query.person).id;
  const team = query.team === undefined ? undefined : directory.findTeam(query.team).id;
  const isHeld = await heldPlaces(state.chain.state, sharing);
  const sources = { state: state.chain.state, repo: ledger.repo, sharing: sharing.sharing, disbelieved: sharing.disbelieved, events: query.given ? [] : chainEvents(ledger, state.chain) };
  const all = logOf(sources, { person: acting.person, given: query.given }, { now, isHeld });
  const session = query.session === undefined ? undefined : oneSession(all, query.session);
  const asked = all.filter(
    (entry) =>
      (query.since === undefined || timeIn(entry.when) >= query.since) &&
      (query.session === undefined || (session !== undefined && entry.sessions.includes(session))) &&
      (person === undefined || entry.who === person || entry.whom === person) &&
      (team === undefined || entry.team === team),
  );
  return { entries: asked.map((entry) => named(directory, entry)), gone: await goneEntries(here), unread: sharing.problems };
}

/** As `tell` has it: names instead of ids, and `you` for who looks. */
export function toldOf({ entry, who, whom, author, team, project }: NamedEntry, me: PersonId): Told {
  const { kind, sessions, epoch, about } = entry;
  const name = (found: Entry<PersonId>): string => (found.id === me ? "you" : called(found));
  return {
    kind,
    sessions,
    ...(who === undefined ? {} : { who: name(who) }),
    ...(whom === undefined ? {} : { whom: name(whom) }),
    ...(author === undefined ? {} : { author: name(author) }),
    ...(team === undefined ? {} : { team: called(team) }),
    ...(project === undefined ? {} : { project }),
    ...(epoch === undefined ? {} : { epoch }),
    ...about,
  };
}

/** An entry with what the directory calls those in it. */
export function named(directory: Directory, entry: LogEntry): NamedEntry {
  const { who, whom, author, team, project } = entry;
  return {
    id: entryName(entry),
    entry,
    ...(who === undefined ? {} : { who: directory.person(who) }),
    ...(whom === undefined ? {} : { whom: directory.person(whom) }),
    ...(author === undefined ? {} : { author: directory.person(author) }),
    ...(team === undefined ? {} : { team: directory.team(team) }),
    ...(project === undefined ? {} : { project: called(directory.project(project)) }),
  };
}

/** The statements of a chain that was verified: nothing is verified again. */
function chainEvents({ crypto }: Ledger, { chain }: VerifiedChain): readonly ChainEvent[] {
  return chain.statements.map((bytes, n) => {
    const { by, body } = decodeStatement(crypto.hashes, n, bytes);
    return { n, by, body, day: chain.days[n] ?? chain.day };
  });
}

function oneSession(entries: readonly LogEntry[], beginning: string): SessionId | undefined {
  const found = new Set(entries.flatMap(({ sessions }) => sessions.filter((id) => id.startsWith(beginning.toLowerCase()))));
  if (found.size > 1) throw new HxError("ambiguous", `'${beginning}' is the beginning of ${found.size} sessions: ${[...found].sort().slice(0, 8).join(", ")}`, { hints: ["hx log --json"] });
  return [...found][0];
}

/** The index is asked first, and the lanes only about what it does not have: with thousands of entries that is what takes time. */
async function goneEntries({ ledger, sharing }: LogHere): Promise<readonly MissingEntry[]> {
  const there = new Set(sharing.index.items().map(({ id, place }) => `${place.lane} ${id}`));
  const seen = await seenEntries(ledger);
  if (seen.every(({ lane, id }) => there.has(`${lane} ${id}`))) return [];
  return await missingEntries(ledger, sharing.lanes);
}
