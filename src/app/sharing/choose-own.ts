import { HxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { RequestRecord } from "../../domain/sharing/sharing.ts";
import { erasedIn } from "../lane/erased.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "../read/author-keys.ts";
import { sessionsOf } from "../read/lane-source.ts";
import { requestName } from "./find-request.ts";
import type { AuthorLanes, OwnSession } from "./open-sessions.ts";
import type { SharingHere } from "./read-sharing.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";

/** The lanes of each author for whom one may approve, as their ties show them. */
export function lanesOf(state: WorkspaceState, authors: readonly Author[], { index, lanes }: Pick<SharingHere, "index" | "lanes">): readonly AuthorLanes[] {
  const ties = index.ties(state);
  return authors.map((author) => {
    const its = new Set(ties.flatMap(({ lane, person }) => (person === author.person ? [lane] : [])));
    return { author, sources: lanes.filter(({ lane }) => its.has(lane)) };
  });
}

/** Every session that one may approve, by id. One that two lanes have counts once, one that was erased not at all. */
export async function ownSessions(ledger: Pick<Ledger, "crypto" | "repo">, all: readonly AuthorLanes[]): Promise<ReadonlyMap<SessionId, OwnSession>> {
  const sessions = new Map<SessionId, OwnSession>();
  for (const { author, sources } of all) {
    for (const source of sources) {
      const isGone = await erasedIn(ledger, source);
      for (const session of await sessionsOf(source)) if (!sessions.has(session) && !(await isGone(session))) sessions.set(session, { author, source, session });
    }
  }
  return sessions;
}

/**
 * By id or a beginning of it.
 * @param staged what was captured here and lies in no lane yet
 * @throws HxError `not-found`, `ambiguous` with the ids; `refused` for one that lies in no lane yet: an approval of it would name nothing
 */
export function sessionNamed(sessions: ReadonlyMap<SessionId, OwnSession>, text: string, staged: readonly SessionId[] = []): OwnSession {
  const wanted = text.toLowerCase();
  const found = [...sessions.values()].filter(({ session }) => wanted.length > 0 && session.startsWith(wanted));
  const [first, second] = found;
  const waits = first === undefined ? staged.find((session) => wanted.length > 0 && session.startsWith(wanted)) : undefined;
  if (waits !== undefined) throw new HxError("refused", `session '${waits}' was captured, and lies in no lane yet: it can be shared once it is published`, { hints: ["hx status", "hx sync"] });
  if (first === undefined) throw new HxError("not-found", `no session of yours begins with '${text}'`, { hints: ["hx list"] });
  if (second !== undefined) throw new HxError("ambiguous", `'${text}' is the beginning of ${found.length}: ${found.slice(0, 10).map(({ session }) => session).join(", ")}`, { hints: ["hx list"] });
  return first;
}

/** How an approval is written for people: `a` and the beginning of its hash. */
export const shortApproval = (hash: string): string => `a${hash.slice(0, 8)}`;

/** What `text` can mean among hashes that are written with this letter in front; the letter may be left out. */
export function hashesNamed(hashes: Iterable<string>, letter: "r" | "a", text: string): readonly string[] {
  const wanted = text.toLowerCase();
  const digits = letter === "r" && wanted.startsWith("r") ? wanted.slice(1) : wanted;
  const withoutLetter = letter === "a" && /^a[0-9a-f]{8,}$/.test(wanted) ? wanted.slice(1) : digits;
  if (!/^[0-9a-f]{4,64}$/.test(digits) && !/^[0-9a-f]{4,64}$/.test(withoutLetter)) return [];
  return [...hashes].filter((hash) => hash.startsWith(digits) || hash.startsWith(withoutLetter));
}

/**
 * A request to one of these authors, by its id; null when there is none.
 * @throws HxError `ambiguous`; `refused` for one that was withdrawn, or whose asker is not in the team
 */
export function requestNamed(here: Pick<SharingHere, "sharing">, authors: readonly Author[], text: string): RequestRecord | null {
  const mine = new Map([...here.sharing.requests].filter(([, { request }]) => authors.some(({ person }) => person === request.said.to)));
  const found = hashesNamed(mine.keys(), "r", text);
  const [first, second] = found;
  const record = first === undefined ? undefined : mine.get(first);
  if (first === undefined || record === undefined) return null;
  if (second !== undefined) throw new HxError("ambiguous", `'${text}' is the beginning of ${found.length} requests: ${found.map((hash) => requestName(here.sharing, hash)).join(", ")}`, { hints: ["hx requests"] });
  if (record.state === "withdrawn") throw new HxError("refused", `the request '${requestName(here.sharing, first)}' was withdrawn`, { hints: ["hx requests"] });
  if (record.state === "stale") throw new HxError("refused", `who asked in '${requestName(here.sharing, first)}' is not a member of that team`, { hints: ["hx requests"] });
  return record;
}
