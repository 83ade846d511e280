import type { LogRow } from "../world-log.ts";
import { SCHEMAS } from "./schemas.ts";

/** One line of NDJSON. */
export function logJson({ id, kind, text, at, day, doubted, who, whom, author, team, project, sessions, commit, path, line, reason, class: kept, until, anomaly }: LogRow) {
  return {
    schema: SCHEMAS.log,
    id,
    kind,
    text,
    at: timeOrNumber(at),
    day: new Date(day).toISOString().slice(0, 10),
    doubted: timeOrNumber(doubted),
    who,
    whom,
    author,
    team,
    project,
    sessions,
    commit,
    path,
    line,
    reason,
    class: kept,
    until: timeOrNumber(until),
    anomaly,
  };
}

/** RFC 3339; the number as text where no calendar has it, as somebody else chose it. */
export function timeOrNumber(then: number | undefined): string | undefined {
  if (then === undefined) return undefined;
  const date = new Date(then);
  return Number.isNaN(date.getTime()) ? `${then} ms` : date.toISOString();
}
