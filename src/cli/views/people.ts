import { visibleLine } from "../io/control-characters.ts";
import type { DeviceChange, Devices, IssuedKey, JoinPlan, JoinReport, MemberRow, Members, PendingCard, PersonChange, RemovalPlan, SuccessionShown } from "../world-people.ts";
import { briefView } from "./policy.ts";
import { planView, warningsView } from "./plan.ts";
import { counted, shortId } from "./words.ts";
import type { Style } from "./words.ts";

const STANDING: Readonly<Record<JoinPlan["standing"], string>> = {
  new: "plan",
  waiting: "you asked already, and wait for an administrator",
  member: "you are a member",
};

export function joinPlanView(plan: JoinPlan, style: Style): string {
  const who = plan.standing === "new" ? `, as ${visibleLine(plan.name)}${plan.email === "" ? "" : ` <${visibleLine(plan.email)}>`}` : "";
  return `${STANDING[plan.standing]}${who}, workspace ${plan.workspace.slice(0, 16)}:\n${planView(plan.lines, style)}${warningsView(plan.warnings, style)}${plan.policy === undefined ? "" : briefView(plan.policy, style)}`;
}

export function joinView(report: JoinReport, style: Style): string {
  const head = { asked: "asked to join", waiting: "still waiting", member: "joined" }[report.state];
  const fingerprint = report.fingerprint === undefined ? "" : `${style.bold("fingerprint")}  ${visibleLine(report.fingerprint)}\n`;
  return `${head}\n${fingerprint}${planView(report.lines, style)}${nextView(report.next)}`;
}

export function membersView({ people, pending }: Members, asked: boolean, style: Style): string {
  const rows = people.map((row) => memberView(row, style)).join("");
  if (!asked) return rows;
  return `${rows}\n${pending.length === 0 ? "nobody waits\n" : `${style.bold("waiting")}\n${pending.map((card) => cardView(card, style)).join("")}`}`;
}

function memberView(row: MemberRow, style: Style): string {
  const marks = [row.state === "living" ? "" : row.state, row.administrator ? "administrator" : "", row.self ? "you" : "", row.keyDue ? "person key due" : ""].filter((mark) => mark !== "");
  const email = row.email === undefined ? "" : ` <${visibleLine(row.email)}>`;
  const fingerprint = row.fingerprint === undefined ? "" : style.dim(`  ${row.fingerprint}`);
  const odd = row.odd.map((text) => `          ${style.yellow("odd")}: ${visibleLine(text)}\n`).join("");
  return `${shortId(row.id)}  ${visibleLine(row.name ?? "(name closed)")}${email}  ${counted(row.devices, "device")}${marks.length === 0 ? "" : `  ${marks.join(", ")}`}${fingerprint}\n${odd}`;
}

/** One request to join, with everything that speaks against it. */
export function cardView(card: PendingCard, style: Style): string {
  const name = card.name === undefined ? "(name closed)" : visibleLine(card.name);
  const email = card.email === undefined ? "" : ` <${visibleLine(card.email)}>`;
  const what = card.kind === "device" ? "a device of " : "";
  const odd = card.odd.map(({ text, blocks }) => `  ${blocks ? style.red("not as it is") : style.yellow("look")}: ${visibleLine(text)}\n`).join("");
  return `${shortId(card.id)}  ${what}${name}${email}  at ${card.where.map(visibleLine).join(", ")}\n  ${card.fingerprint === undefined ? "no fingerprint: it is damaged" : style.bold(card.fingerprint)}\n${odd}`;
}

export function planned(plan: RemovalPlan, style: Style): string {
  return `plan:\n${planView(plan.lines, style)}`;
}

export function personChangesView(changes: readonly PersonChange[], style: Style): string {
  return changes
    .map((change) => {
      const name = visibleLine(change.name ?? change.person.slice(0, 8));
      const done = { added: "is let in", removed: "is removed", departed: "is removed, in peace", role: change.administrator === true ? "is an administrator" : "is a member like the others" }[change.change];
      return `${style.bold(name)} ${done}${change.already ? " already" : ""}\n${nextView(change.next)}`;
    })
    .join("");
}

export function devicesView({ devices, pending }: Devices, style: Style): string {
  const rows = devices.map(({ id, name, state, self }) => `${shortId(id)}  ${visibleLine(name ?? "(name closed)")}  ${state}${self ? "  this one" : ""}\n`).join("");
  return pending.length === 0 ? rows : `${rows}\n${style.bold("waiting")}\n${pending.map((card) => cardView(card, style)).join("")}`;
}

export function deviceChangesView(changes: readonly DeviceChange[], style: Style): string {
  return changes
    .map(({ change, device, name, already, renewed, next }) => {
      const what = `device ${shortId(device)} of ${visibleLine(name ?? "(name closed)")} is ${change === "added" ? "taken in" : "removed"}${already ? " already" : ""}`;
      return `${style.bold(what)}${renewed ? ", and you have a new person key" : ""}\n${nextView(next)}`;
    })
    .join("");
}

export function issuedView({ lane, until }: Omit<IssuedKey, "secret">, file: string | undefined): string {
  const last = new Date(until - 1).toISOString().slice(0, 10);
  const how = file === undefined ? "give it to one machine as HX_CAPTURE_KEY" : `it is in '${visibleLine(file)}': one machine, with HX_CAPTURE_KEY_FILE`;
  return `hx: a capture-only key for lane ${lane}, up to and with ${last}\nhx: ${how}; there:  hx sync && hx hooks install\n`;
}

export function successionView({ team, reaches, misses, changed, problems }: SuccessionShown, style: Style): string {
  if (team === undefined) return `${changed ? "taken back: " : ""}you signed no succession: after you left, nobody approves what is yours\n`;
  const lines = [
    `after you left in peace, team '${visibleLine(team.name ?? team.id.slice(0, 8))}' opens and approves what is yours`,
    `through ${reaches.length === 0 ? "no administrator" : reaches.map(visibleLine).join(", ")}`,
    ...(misses.length === 0 ? [] : [style.yellow(`does not reach ${misses.map(visibleLine).join(", ")}: sign it again`)]),
    ...problems.map((problem) => style.yellow(visibleLine(problem))),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function nextView(next: readonly string[]): string {
  return next.map((line) => `  ${visibleLine(line)}\n`).join("");
}
