import { visibleLine } from "../io/control-characters.ts";
import type { ErasePlan, ErasePlanSession, EraseReport, RetentionReport, RetentionRow } from "../world-rights.ts";
import type { ExportedMe } from "../world-export-me.ts";
import { REMAINS } from "../remains.ts";
import { counted, rfc3339, shortId, type Style } from "./words.ts";

/** Sessions that are shown one by one. */
const MOST = 20;

const dayOf = (then: number | undefined): string => (then === undefined ? "" : rfc3339(then).slice(0, 10));

/** For a terminal: what is in force, then a line for each session. */
export function retentionView(report: RetentionReport, style: Style): string {
  const { retention, early } = report.keeping;
  const rule = retention === null ? "no retention is in force: nothing is ever due" : `sessions are kept for ${counted(retention.count, retention.unit.slice(0, -1))} after their last record`;
  const mayErase = early ? "you may erase any session of yours" : "you may erase what is due";
  const lines = report.sessions.map((row) => `${shortId(row.id)}  ${dayOf(row.day) || "no day"}  ${(row.age === undefined ? "" : counted(row.age, "day")).padEnd(10)}  ${row.due ? style.yellow("due") : row.on === undefined ? "kept" : `until ${dayOf(row.on)}`}  ${visibleLine(row.title ?? "")}`.trimEnd());
  const due = report.sessions.filter((row) => row.due).length;
  const next = due === 0 ? [] : [`${counted(due, "session")} due:  hx erase --due`];
  const closed = report.closed === 0 ? [] : [`${counted(report.closed, "session")} did not open here, so nothing tells their age`];
  return [`${rule}; ${mayErase}`, ...lines, ...closed, ...next].map((line) => `${line}\n`).join("");
}

/** For a pipe: id, day, age in days, the day on which it is due, whether it is, title, with tabs. */
export function retentionLines({ sessions }: RetentionReport): string {
  return sessions.map(({ id, day, age, on, due, title }: RetentionRow) => `${[visibleLine(id), dayOf(day), age ?? "", dayOf(on), due ? "due" : "", visibleLine(title ?? "")].join("\t")}\n`).join("");
}

/** What goes, and what remains. */
export function erasePlanView(plan: ErasePlan, style: Style): string {
  const lines = plan.sessions.slice(0, MOST).map((session) => planLine(session, style));
  const more = plan.sessions.length > MOST ? [`  and ${plan.sessions.length - MOST} more\n`] : [];
  const shared = plan.approvals.length === 0 ? "" : `taken back first: ${plan.approvals.map(({ id, team }) => `${visibleLine(id)} (${visibleLine(team)})`).join(", ")}\n`;
  return `erases the keys of ${counted(plan.sessions.length, "session")}. Nobody opens them any more from what the remote's refs reach, you neither:\n${lines.join("")}${more.join("")}${shared}what remains:\n${REMAINS.map((line) => `  - ${line}\n`).join("")}`;
}

function planLine({ id, agent, title, day, erased, elsewhere }: ErasePlanSession, style: Style): string {
  const others = erased.length > 1 ? `, with ${counted(erased.length - 1, "other capture or copy").replace("copys", "copies")}` : "";
  const left = elsewhere.length === 0 ? "" : style.yellow(`    stays: ${elsewhere.map(shortId).join(", ")}, in a lane that another clone or device of yours writes; erase there too\n`);
  return `  ${shortId(id)}  ${dayOf(day)}  ${visibleLine(agent)}  ${visibleLine(title ?? "")}${others}\n${left}`;
}

export function eraseView(report: EraseReport, style: Style): string {
  if (report.sessions.length === 0) return "nothing is due\n";
  const where = report.pushed ? "pushed" : style.yellow(`waits for a push: ${visibleLine(report.reason ?? "")}`);
  const left = report.sessions.filter(({ elsewhere }) => elsewhere.length > 0).length;
  const stays = left === 0 ? "" : `of ${counted(left, "session")} something stays in lanes that another clone or device of yours writes: hx erase there\n`;
  return `erased ${counted(report.sessions.length, "session")}: ${counted(report.removed, "wrap")} removed, ${where}\n${stays}${report.pushed ? "" : "  hx sync\n"}`;
}

/** What `export --me` says on a terminal or in a pipe. */
export function meView({ directory, sessions, closed, known, logWarnings }: ExportedMe): string {
  const age = known.asked ? `as '${visibleLine(known.remote)}' has it` : `from what is here; '${visibleLine(known.remote)}' was not reached${known.verified === undefined ? "" : `, and a lane was verified last at ${rfc3339(known.verified)}`}`;
  const shut = closed.length === 0 ? [] : [`${counted(closed.length, "thing")} could not be opened: index.md says which and why`];
  return [`wrote ${counted(sessions.length, "session")} and all else that this repository holds about you to ${visibleLine(directory)}, ${age}`, ...shut, ...logWarnings.map(visibleLine), "read index.md first; others' sessions are listed there, not copied"].map((line) => `${line}\n`).join("");
}
