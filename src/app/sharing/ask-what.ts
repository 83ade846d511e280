import { HxError } from "../../domain/errors.ts";
import { isSessionId, type SessionId } from "../../domain/ids.ts";
import type { Subject } from "../../domain/sharing/statement.ts";
import type { CommitFacts, History } from "../../ports/history.ts";
import { sessionsOf, type LaneSource } from "../read/lane-source.ts";

/** What somebody asks for. A commit, or the commit that brought a line, has an author by itself. */
export type Asked =
  | { readonly kind: "session"; readonly about: { readonly session: SessionId }; readonly source: LaneSource | null }
  | { readonly kind: "commit"; readonly about: Exclude<Subject, { readonly session: SessionId }>; readonly commit: CommitFacts };

const LINE = /^(.+):(\d{1,10})$/s;
const MAX_LINE = 0xffffffff;

/**
 * Understands `<session>`, `<commit>` and `<path>:<line>`. A session is one of any lane here, by a unique beginning of at least 4
 * digits, or one that is not known here, by its whole id.
 * @param directory in which a path counts, absolute
 * @throws HxError `not-found`, `ambiguous`
 */
export async function askWhat(history: History, lanes: readonly LaneSource[], directory: string, text: string): Promise<Asked> {
  const [, path, number] = LINE.exec(text) ?? [];
  if (path !== undefined && number !== undefined) return askLine(history, directory, path, Number(number));
  const sessions = /^[0-9a-f]{4,32}$/i.test(text) ? await sessionsBeginning(lanes, text.toLowerCase()) : new Map<SessionId, LaneSource>();
  const commit = await history.resolve(text);
  const ids = [...sessions.keys(), ...(commit === null ? [] : [`commit ${commit}`])];
  if (ids.length > 1) throw new HxError("ambiguous", `'${text}' is the beginning of ${ids.length}: ${ids.slice(0, 10).join(", ")}`, { hints: ["give more digits of it"] });
  if (commit !== null) return { kind: "commit", about: { commit }, commit: await history.commit(commit) };
  for (const [session, source] of sessions) return { kind: "session", about: { session }, source };
  const whole = text.toLowerCase();
  if (isSessionId(whole)) return { kind: "session", about: { session: whole }, source: null };
  throw new HxError("not-found", `'${text}' is no session that is known here, no commit, and no '<path>:<line>'`, { hints: ["hx sync", "git log --oneline"] });
}

async function askLine(history: History, directory: string, path: string, line: number): Promise<Asked> {
  if (line < 1 || line > MAX_LINE) throw new HxError("not-found", `'${path}' has no line ${line}: lines are counted from 1`, { hints: ["git blame"] });
  const found = await history.blame(directory, path, line);
  if (found === null) throw new HxError("not-found", `line ${line} of '${path}' is not committed yet, so nobody else wrote it`, { hints: ["git diff"] });
  return { kind: "commit", about: found, commit: await history.commit(found.commit) };
}

async function sessionsBeginning(lanes: readonly LaneSource[], beginning: string): Promise<Map<SessionId, LaneSource>> {
  const found = new Map<SessionId, LaneSource>();
  for (const source of lanes) for (const session of await sessionsOf(source, beginning)) found.set(session, source);
  return found;
}
