import { visibleLine } from "../io/control-characters.ts";
import type { CheckedCondition, CheckReport, TeamCheck } from "../world.ts";
import { nameOf } from "./access.ts";
import { ago } from "./words.ts";
import type { Style } from "./words.ts";

const TITLES: Readonly<Record<CheckedCondition["name"], string>> = {
  C1: "it lies in a lane of its author that verifies",
  C2: "the repository is connected",
  C3: "the team is granted the project, and you are in it",
  C4: "its author approved it for the team",
};

export function checkedView(report: CheckReport, style: Style, now: number): string {
  const { session, own, known, teams, statement, remoteSeen } = report;
  const head = `session ${visibleLine(session)}\n`;
  const whose = own ? "own: it is yours, and opens without an approval and without an entry\n" : known ? "" : "nothing here has a session with this id\n";
  const none = !own && teams.length === 0 ? `${style.red("no")}  you are in no team with which it could be read\n      ${style.dim("hx team list")}\n` : "";
  const age = `known: workspace statement ${statement}, ${remoteSeen === undefined ? "the remote was never seen from this clone" : `the remote as of ${ago(remoteSeen, now)}`}\n`;
  return head + whose + none + teams.map((team) => teamView(team, own, style)).join("") + age;
}

function teamView({ team, holds, conditions }: TeamCheck, own: boolean, style: Style): string {
  const verdict = own ? "" : holds ? `  ${style.green("you may read it with this team, which leaves an entry")}\n` : `  ${style.red("with this team nothing opens")}\n`;
  return `${style.bold(`team ${visibleLine(nameOf(team))}`)}\n${conditions.map((one) => conditionView(one, style)).join("")}${verdict}`;
}

function conditionView({ name, holds, says, missing, fix }: CheckedCondition, style: Style): string {
  const mark = holds ? style.green("ok") : style.red("no");
  const lines = [...says, ...(missing === undefined ? [] : [`missing: ${missing}`])].map((line) => `      ${visibleLine(line)}\n`);
  return `  ${visibleLine(name)} ${mark}  ${TITLES[name]}\n${lines.join("")}${fix === undefined ? "" : `      ${style.dim(visibleLine(fix))}\n`}`;
}
