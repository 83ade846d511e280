import { visibleLine } from "../io/control-characters.ts";
import type { Named, NextStep, ShownTeam, Since, TeamListing, TeamOutcome, TeamReport, TeamRow, TeamState, WaitingReport } from "../world.ts";
import { counted, shortId } from "./words.ts";
import type { Style } from "./words.ts";

/** Its name, or the beginning of its id where the name is closed. */
export function nameOf({ id, name }: Named): string {
  return name === undefined ? shortId(id) : visibleLine(name);
}

export function namesOf(all: readonly Named[], otherwise: string): string {
  return all.length === 0 ? otherwise : all.map(nameOf).join(", ");
}

const STATE: Readonly<Record<TeamState, string>> = {
  ready: "ready",
  "no-key": "has no key yet",
  due: "its key is due: nothing is shared with it before the next one",
  dead: "dead: its last member is gone",
};

export function teamView(team: ShownTeam, style: Style): string {
  const { key, due } = team;
  const rows: readonly (readonly [string, string])[] = [
    ["team", `${nameOf(team)}  ${style.dim(visibleLine(team.id))}`],
    ["state", coloured(team.state, style)(STATE[team.state])],
    ...team.members.map((member, i) => [i === 0 ? "members" : "", `${nameOf(member)}, since ${sinceView(member.since)}`] as const),
    ...(team.members.length === 0 ? [["members", "none"] as const] : []),
    ...(team.nominated.length === 0 ? [] : [["nominated", namesOf(team.nominated, "")] as const]),
    ["projects", team.projects.length === 0 ? "none granted" : team.projects.map((project) => `${nameOf(project)}, since ${sinceView(project.since)}`).join("; ")],
    ...(key === undefined ? [] : [["key", `epoch ${key.epoch}, made by ${nameOf(key.by)}, ${sinceView(key.since)}`] as const]),
    ...(due === undefined ? [] : [["due", `since a removal, ${sinceView(due)}`] as const]),
    ...(team.successions.length === 0 ? [] : [["succession", team.successions.map((person) => `${nameOf(person)}${person.published ? " (departed)" : ""}`).join(", ")] as const]),
  ];
  const head = rows.map(([label, value]) => `${style.bold(label.padEnd(12))}${value}\n`).join("");
  return head + team.problems.map((problem) => `${style.red("wrong".padEnd(12))}${visibleLine(problem)}\n`).join("") + nextView(team.next);
}

export function teamReportView({ outcomes, team }: TeamReport, style: Style): string {
  const done = outcomes.length === 0 ? [`nobody waits to be admitted to ${nameOf(team)}`] : outcomes.map((outcome) => outcomeLine(outcome, team));
  const wrong = team.problems.map((problem) => `${style.red("wrong")}: ${visibleLine(problem)}`);
  return [...done, ...wrong].map((line) => `${line}\n`).join("") + nextView(team.next);
}

export function waitingView({ team, people }: WaitingReport): string {
  const lines = people.map((person) => `  ${nameOf(person)}${person.email === undefined ? "" : ` <${visibleLine(person.email)}>`}  ${visibleLine(person.fingerprint)}\n`);
  return `waiting to be admitted to ${nameOf(team)}:\n${lines.join("")}`;
}

export function teamsTable({ head, teams }: TeamListing, style: Style): string {
  const width = Math.max(...teams.map((team) => nameOf(team).length));
  const lines = teams.map((team) => {
    const state = team.state === "ready" ? "" : `  ${coloured(team.state, style)(STATE[team.state])}`;
    const mine = team.mine === undefined ? "" : `  ${team.mine === "member" ? "you are in it" : "you are nominated"}`;
    return `${style.bold(nameOf(team).padEnd(width))}  ${style.dim(shortId(team.id))}  ${people(team)}${mine}${state}\n`;
  });
  return `${lines.join("")}${style.dim(`as of statement ${head}`)}\n`;
}

export function teamsLines({ teams }: TeamListing): string {
  return teams.map((team) => `${[team.id, team.state, team.members, team.nominated, team.mine ?? "", team.name ?? "", team.projects.map(nameOf).join(",")].map((cell) => visibleLine(String(cell))).join("\t")}\n`).join("");
}

export function sinceView({ day, statement }: Since): string {
  return `${new Date(day).toISOString().slice(0, 10)} (statement ${statement})`;
}

function people({ members, nominated }: TeamRow): string {
  return `${counted(members, "member")}${nominated === 0 ? "" : `, ${nominated} nominated`}`;
}

function coloured(state: TeamState, style: Style): (text: string) => string {
  return state === "ready" ? style.green : state === "dead" ? style.red : style.yellow;
}

function nextView(next: readonly NextStep[]): string {
  if (next.length === 0) return "";
  return `next:\n${next.map(({ by, what, command }) => `  ${oneOf(by)} must ${visibleLine(what)}:  ${visibleLine(command)}\n`).join("")}`;
}

function oneOf(by: readonly Named[]): string {
  const names = by.map(nameOf);
  return names.length < 2 ? (names[0] ?? "nobody") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

function outcomeLine({ act, already, person }: TeamOutcome, team: ShownTeam): string {
  const who = person === undefined ? "somebody" : nameOf(person);
  const name = nameOf(team);
  switch (act) {
    case "nominated":
      return already ? `${who} is nominated for ${name} already, or in it` : `${who} is nominated for ${name}`;
    case "began":
      return `the key of ${name} is made, epoch 0, and you are its first member`;
    case "admitted":
      return already ? `${who} is in ${name} already` : `${who} is in ${name} now`;
    case "removed":
      return already ? `${who} had no part in ${name} already` : `${who} is out of ${name}${team.state === "dead" ? ", which is dead now" : ""}`;
    case "left":
      return already ? `you had no part in ${name} already` : `you are out of ${name}${team.state === "dead" ? ", which is dead now" : ""}`;
    case "rotated":
      return already ? `somebody else made the next key of ${name} already: epoch ${team.key?.epoch ?? 0}` : `${name} has a new key, epoch ${team.key?.epoch ?? 0}: who was removed cannot open it`;
    default:
      return `team ${name} is there now`;
  }
}
