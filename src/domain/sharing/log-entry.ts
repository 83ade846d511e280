import type { LaneId, PersonId, ProjectId, SessionId, TeamId } from "../ids.ts";
import type { StatementHash, Subject } from "./statement.ts";

/** What happened, in the words of the log. Of what one statement of the workspace brings about, causes come before effects. */
export const LOG_KINDS = [
  "access",
  "request",
  "withdrawal",
  "denial",
  "approval",
  "extension",
  "revocation",
  "expiry",
  "removal",
  "departure",
  "admission",
  "team-removal",
  "team-due",
  "team-key",
  "team-dead",
  "grant",
  "withdraw",
  "connect",
  "disconnect",
  "succession",
  "succession-withdrawn",
  "succession-opened",
  "disbelieved",
] as const;
export type LogKind = (typeof LOG_KINDS)[number];

/**
 * When something happened. `at` is what the clock of who said it told, ms since 1970, where that fits the day of the commit; `day` is
 * that of the commit, seconds since 1970. A claim that does not fit is `doubted`, and only the day is shown.
 */
export interface LogTime {
  readonly day: number;
  readonly at?: number;
  readonly doubted?: number;
}

/** `attested`: the remote had it before anything opened. `held`: somebody else's header names it too, so that it cannot vanish unnoticed. */
export type AccessClass = "attested" | "held";

/** Where an entry comes from: a lane, the workspace chain, or an approval and the time. */
export type LogSource =
  | { readonly lane: LaneId; readonly seq: number; readonly hash?: StatementHash }
  | { readonly statement: number }
  | { readonly approval: StatementHash };

export interface LogEntry {
  readonly kind: LogKind;
  readonly when: LogTime;
  readonly source: LogSource;
  /** Who did it; absent where time did, or where nobody is believed. */
  readonly who?: PersonId;
  /** Whom it befell: who was asked, admitted, removed. */
  readonly whom?: PersonId;
  /** Whose sessions it is about. */
  readonly author?: PersonId;
  readonly team?: TeamId;
  readonly project?: ProjectId;
  /** Of a team key. */
  readonly epoch?: number;
  /** Sorted; of a revocation those that it ends. */
  readonly sessions: readonly SessionId[];
  /** A request by commit or line. */
  readonly about?: Exclude<Subject, { readonly session: SessionId }>;
  /** Why somebody asked; of a denial, why it was denied. */
  readonly reason?: string;
  readonly class?: AccessClass;
  /** End of a lease, or of an approval that expires, ms since 1970. */
  readonly until?: number;
  /** What is wrong with it. */
  readonly anomaly?: string;
}

const DAY = 86_400;

/** @param at ms since 1970, as claimed @param day of the commit, seconds since 1970 */
export function logTime(at: number, day: number): LogTime {
  const claimed = Math.floor(at / 1000 / DAY) * DAY;
  return Math.abs(claimed - day) <= DAY ? { day, at } : { day, doubted: at };
}

/** The time by which entries are sorted, ms since 1970: of what has only a day, its first moment. */
export function timeIn({ at, day }: LogTime): number {
  return at ?? day * 1000;
}

/** One name for one entry, the same wherever and whenever it is read. */
export function entryName({ kind, source, team, whom }: LogEntry): string {
  if ("statement" in source) return [String(source.statement).padStart(8, "0"), String(LOG_KINDS.indexOf(kind)).padStart(2, "0"), team ?? "", whom ?? ""].join(" ");
  if ("approval" in source) return `${source.approval} ${kind}`;
  return `${source.hash ?? ""} ${source.lane} ${String(source.seq).padStart(10, "0")}`;
}

/** Newest first. Of one time, what stands later in its chain comes first; the rest goes by name, so that the order is one. */
export function newestFirst(entries: readonly LogEntry[]): readonly LogEntry[] {
  const keyed = entries.map((entry) => ({ entry, time: timeIn(entry.when), name: entryName(entry) }));
  return keyed.sort((a, b) => b.time - a.time || (a.name < b.name ? 1 : a.name > b.name ? -1 : 0)).map(({ entry }) => entry);
}
