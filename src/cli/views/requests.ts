import { subjectWords, turnWords } from "../../app/sharing/requests.ts";
import { visibleLine } from "../io/control-characters.ts";
import type { Answered, Asked, RequestList, RequestRow } from "../world-requests.ts";
import { nameOf } from "./teams.ts";
import { ago, counted, rfc3339 } from "./words.ts";
import type { Style } from "./words.ts";

const UNPROVEN = "author unproven: no signature that you trust stands behind the author of this commit, so anybody could have named them";
const UNKNOWN = "no lane that is known here has this session: it may not be pushed yet, or not be there";

export function askedView({ row, proven, known, successor }: Asked, style: Style): string {
  const to = nameOf(row.to);
  const who = successor === undefined ? `${to} sees it at their next sync` : `${to} departed: a member of team ${nameOf(successor)} sees it at their next sync`;
  const team = nameOf(row.team);
  return lines([
    `${style.bold(visibleLine(row.name))}  asked ${to} for ${what(row)}, for team ${team}`,
    ...(proven === false ? [style.yellow(UNPROVEN)] : []),
    ...(known === false ? [style.yellow(UNKNOWN)] : []),
    `next: ${who}, and shares it or says no; hx requests shows what became of it`,
    `to take it back:  hx request --withdraw ${visibleLine(row.name)}`,
  ]);
}

export function withdrawnView({ row, already }: Answered): string {
  return lines([`${visibleLine(row.name)}  ${already ? "was withdrawn already" : `withdrawn: ${nameOf(row.to)} is not asked any more`}`]);
}

export function deniedView({ row, already }: Answered): string {
  const later = row.state === "denied" ? `; to share it all the same:  hx share ${visibleLine(row.name)}` : "";
  return lines([already ? `${visibleLine(row.name)}  was denied already` : `${visibleLine(row.name)}  denied: ${nameOf(row.from)} learns it at their next sync${later}`]);
}

/** What waits comes first. */
export function requestsView({ inbox, asked, settled }: RequestList, style: Style, now: number): string {
  const waiting = inbox.flatMap((row) => [`${style.bold(visibleLine(row.name))}  ${nameOf(row.from)} asks ${nameOf(row.to)} for ${what(row)}, for team ${nameOf(row.team)}, ${ago(row.at, now)}`, ...reasonOf(row), `  ${visibleLine(row.command ?? "")}`, `  hx deny ${visibleLine(row.name)}`]);
  const mine = asked.flatMap((row) => [`${visibleLine(row.name)}  ${stateOf(row, style)}  asked ${nameOf(row.to)} for ${what(row)}, for team ${nameOf(row.team)}, ${ago(row.at, now)}`, ...reasonOf(row), ...denialOf(row)]);
  const former = settled.flatMap((row) => [`${visibleLine(row.name)}  ${stateOf(row, style)}  ${nameOf(row.from)} asked ${nameOf(row.to)} for ${what(row)}, for team ${nameOf(row.team)}, ${ago(row.at, now)}`, ...reasonOf(row), ...denialOf(row)]);
  const section = (head: string, body: readonly string[]): readonly string[] => (body.length === 0 ? [] : [style.bold(head), ...body, ""]);
  return lines([
    ...(inbox.length === 0 ? ["nothing waits for your word", ""] : section(`${counted(inbox.length, "request")} ${inbox.length === 1 ? "waits" : "wait"} for your word`, waiting)),
    ...section("you asked", mine),
    ...section("settled", former),
  ].slice(0, -1));
}

/** For a pipe: nothing cut, no header. */
export function requestsLines({ inbox, asked, settled }: RequestList): string {
  const line = (way: string) => (row: RequestRow): string =>
    [row.name, way, row.state, rfc3339(row.at), row.from.name ?? row.from.id, row.to.name ?? row.to.id, row.team.name ?? row.team.id, subjectWords(row.about), turnWords(row.turns ?? []), row.reason].map(visibleLine).join("\t");
  return lines([...[...inbox, ...settled].map(line("to-me")), ...asked.map(line("from-me"))]);
}

function reasonOf({ reason }: RequestRow): readonly string[] {
  return reason === "" ? [] : [`  because: ${visibleLine(reason)}`];
}

function denialOf({ denial, state }: RequestRow): readonly string[] {
  return state !== "denied" || denial?.reason === undefined || denial.reason === "" ? [] : [`  denied because: ${visibleLine(denial.reason)}`];
}

function stateOf({ state }: RequestRow, style: Style): string {
  return state === "approved" ? style.green(state) : state === "open" ? style.bold(state) : style.yellow(visibleLine(state));
}

function what({ about, turns }: RequestRow): string {
  return visibleLine(`${subjectWords(about)}${turns === undefined ? "" : `, turns ${turnWords(turns)}`}`);
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
