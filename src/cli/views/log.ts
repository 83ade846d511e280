import { visibleLine } from "../io/control-characters.ts";
import type { LogParty, LogRow } from "../world-log.ts";
import { rfc3339, type Style } from "./words.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const NO_TIME = "  -  ";

/** For a terminal: a timeline by day (UTC), the newest first. What is odd stands out, and not by colour alone. */
export function* logTimeline(rows: readonly LogRow[], style: Style): Generator<string> {
  let before = "";
  for (const row of rows) {
    const day = dayOf(row.at ?? row.day);
    if (day !== before) yield `${before === "" ? "" : "\n"}${style.bold(`${day} ${WEEKDAYS[new Date(day).getUTCDay()] ?? ""}`)}${before === "" ? style.dim("  times are UTC") : ""}\n`;
    before = day;
    const time = row.at === undefined ? NO_TIME : rfc3339(row.at).slice(11, 16);
    const marks = [row.class, row.until === undefined || row.kind === "expiry" ? undefined : `until ${endOf(row.until, day)}`].filter((mark) => mark !== undefined);
    yield `  ${style.dim(time)}  ${visibleLine(row.text)}${marks.length === 0 ? "" : style.dim(`  ${visibleLine(marks.join(", "))}`)}\n`;
    if (row.reason !== undefined && row.reason !== "") yield `         ${style.dim("why:")} ${visibleLine(row.reason)}\n`;
    for (const odd of oddities(row)) yield `         ${style.red(`! ${visibleLine(odd)}`)}\n`;
  }
}

/**
 * For a pipe: one line an entry, tabs between time (or day), kind, class, who, whom, team, project, sessions (with commas) or place, reason, what is
 * wrong with it, and id. Nothing is cut.
 */
export function* logLines(rows: readonly LogRow[]): Generator<string> {
  for (const row of rows) {
    const when = row.at === undefined ? dayOf(row.day) : rfc3339(row.at);
    const cells = [when, row.kind, row.class ?? "", nameOf(row.who), nameOf(row.whom), nameOf(row.team), row.project ?? "", row.sessions.join(",") || placeOf(row), row.reason ?? "", oddities(row).join("; "), row.id];
    yield `${cells.map(visibleLine).join("\t")}\n`;
  }
}

function oddities({ anomaly, doubted }: LogRow): readonly string[] {
  const time = doubted === undefined ? [] : [`it claims to be of ${timeText(doubted)}, which does not fit the day of its commit`];
  return [...(anomaly === undefined ? [] : [anomaly]), ...time];
}

const dayOf = (then: number): string => new Date(then).toISOString().slice(0, 10);
const nameOf = (party: LogParty | undefined): string => party?.name ?? party?.id ?? "";
const placeOf = ({ commit, path, line }: LogRow): string => (commit === undefined ? "" : `${commit}${path === undefined ? "" : `:${path}`}${line === undefined ? "" : `:${line}`}`);

/** The time alone on the same day. */
function endOf(until: number, day: string): string {
  const text = timeText(until);
  return text.startsWith(day) ? text.slice(11, 16) : text.slice(0, 16).replace("T", " ");
}

/** Whoever signs a statement can claim any number of milliseconds. */
function timeText(then: number): string {
  const date = new Date(then);
  return Number.isNaN(date.getTime()) ? `${then} ms` : date.toISOString();
}
