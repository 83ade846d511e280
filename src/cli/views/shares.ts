import { visible, visibleLine } from "../io/control-characters.ts";
import type { DutiesReport, GivenShare, RevokePlan, RevokeReport, SharePlan, SharePlanSession, ShareReport, SharesReport, WaitingShare } from "../world-share.ts";
import { ago, counted, rfc3339, shortId, size, type Style } from "./words.ts";

/** Sessions and findings that are shown one by one. */
const MOST = 20;

const CAN_AND_CANNOT = `what you can take back: hx revoke ends it for every honest client, and removes the keys from the remote's newest state.
what you cannot: who fetched the keys before can keep them, and what was opened can be copied; old clones, backups and the host
may hold removed keys. Reads are logged by the reader's own client.
`;

/** What is about to be shared, with whom, and what nobody can take back. */
export function sharePlanView(plan: SharePlan, style: Style, asIs: boolean): string {
  const { request } = plan;
  const asked = request === undefined ? "" : `${style.bold(visibleLine(request.by))} asks for ${visibleLine(request.about)} (${visibleLine(request.id)}):\n${indented(request.reason)}`;
  const members = plan.members.map(({ name, since }) => `${visibleLine(name)} (since statement ${since})`).join(", ");
  const audience = plan.audience === "team" ? "the whole team, and whoever joins it later" : `only ${plan.audience.map(visibleLine).join(", ")}`;
  const until = plan.expires === undefined ? "until you revoke it" : `until ${rfc3339(plan.expires)}`;
  const follow = plan.follow ? ", with what is added to the sessions later" : "";
  const head = `team ${style.bold(visibleLine(plan.team.name))}: ${members}\nfor ${audience}, ${until}${follow}\n`;
  const bytes = plan.sessions.reduce((sum, session) => sum + (session.bytes ?? 0), 0);
  const total = `${counted(plan.sessions.length, "session")}, ${size(bytes)}\n`;
  const listed = plan.sessions.slice(0, MOST).map((session) => sessionLines(session, style, asIs));
  const rest = plan.sessions.length > MOST ? [`  and ${plan.sessions.length - MOST} more\n`] : [];
  const hidden = plan.sessions.slice(MOST).filter(({ findings }) => findings.length > 0).map((session) => sessionLines(session, style, asIs));
  return `${asked}${head}${total}${[...listed, ...rest, ...hidden].join("")}${style.dim(CAN_AND_CANNOT)}`;
}

function sessionLines(session: SharePlanSession, style: Style, asIs: boolean): string {
  const { id, agent, title, author, parts, turns, files, bytes, only, copy, scanned, findings } = session;
  const facts = [turns === undefined ? [] : counted(turns, "turn"), files === undefined ? [] : counted(files, "file"), bytes === undefined ? [] : size(bytes), counted(parts, "part")].flat().join(", ");
  const cut = only === undefined ? "" : `  only ${only.map(([from, to]) => (from === to ? `turn ${from}` : `turns ${from}-${to}`)).join(", ")}`;
  const whose = author === undefined ? "" : `  of ${visibleLine(author)}, who departed`;
  const how = copy || (findings.length > 0 && !asIs) ? style.yellow("  a redacted copy") : "";
  const scan = findings.length === 0 ? style.dim(`    scan${scanned === "now" ? ", just now" : " at capture"}: nothing found\n`) : "";
  const found = findings.slice(0, MOST).map(({ rule, masked, file, turn, count }) => `    ${style.red(visibleLine(rule))}  ${visibleLine(masked)}  ${turn === undefined ? "" : `turn ${turn}, `}${visibleLine(file)}${count === 1 ? "" : `, ${count} times`}\n`);
  const more = findings.length > MOST ? [`    and ${findings.length - MOST} more\n`] : [];
  return `  ${shortId(id)}  ${visibleLine(agent)}  ${facts}  ${visibleLine(title ?? "")}${whose}${cut}${how}\n${scan}${[...found, ...more].join("")}`;
}

function indented(text: string): string {
  return visible(text).split("\n").map((line) => `  ${line}\n`).join("");
}

export function shareView(report: ShareReport, style: Style): string {
  const copies = report.sessions.filter(({ copy }) => copy !== undefined);
  const some = copies.length === 0 ? "" : `, ${counted(copies.length, "redacted copy").replace("copys", "copies")} among them`;
  const where = report.pushed ? "pushed" : style.yellow(`waits for a push: ${visibleLine(report.reason ?? "")}`);
  return `shared ${counted(report.sessions.length, "session")} with ${style.bold(visibleLine(report.team))}${some}: ${report.approvals.map(visibleLine).join(", ")}, ${where}\n${report.pushed ? "" : "  hx sync\n"}`;
}

export function revokePlanView(plan: RevokePlan, style: Style): string {
  const lines = plan.approvals.slice(0, MOST).map(({ id, team, sessions, reads }) => `  ${visibleLine(id)}  ${visibleLine(team)}  ${counted(sessions, "session")}  ${reads === 0 ? "not read so far" : `read ${counted(reads, "time")}`}\n`);
  const more = plan.approvals.length > MOST ? `  and ${plan.approvals.length - MOST} more\n` : "";
  return `${lines.join("")}${more}${style.dim("honest clients stop at once, and nothing new is handed on. Who fetched before, an old clone, a backup or the host may keep the keys:\nwhat was readable then stays readable for them.\n")}`;
}

export function revokeView(report: RevokeReport, style: Style): string {
  const where = report.pushed ? "pushed" : style.yellow(`waits for a push: ${visibleLine(report.reason ?? "")}`);
  const elsewhere = report.elsewhere === 0 ? "" : `${counted(report.elsewhere, "wrap")} in lanes of your other devices: they go when those sync\n`;
  return `revoked ${report.approvals.map(visibleLine).join(", ")}: ${counted(report.removed, "wrap")} removed, ${where}\n${elsewhere}${report.pushed ? "" : "  hx sync\n"}`;
}

export function sharesView({ given, received, waiting }: SharesReport, style: Style, now: number): string {
  const gave = given.map((share) => `  ${visibleLine(share.id)}  ${stateWord(share.state, style)}  ${visibleLine(share.team)}${audience(share)}  ${counted(share.sessions.length, "session")}  ${share.reads === 0 ? "not read" : `read ${counted(share.reads, "time")}`}  ${ago(share.at, now)}${ends(share)}\n`);
  const got = received.map((share) => `  ${visibleLine(share.id)}  ${stateWord(share.state, style)}  ${visibleLine(share.team)}  by ${visibleLine(share.author)}  ${counted(share.sessions.length, "session")}  ${ago(share.at, now)}${ends(share)}\n`);
  return section(style, "given", gave) + section(style, "received", got) + section(style, "waiting", waiting.map(waitingLine));
}

function section(style: Style, title: string, lines: readonly string[]): string {
  return `${style.bold(title)}\n${lines.length === 0 ? "  nothing\n" : lines.join("")}`;
}

function stateWord(state: GivenShare["state"], style: Style): string {
  const word = state.padEnd(7);
  return state === "living" ? style.green(word) : style.dim(word);
}

const audience = (share: GivenShare): string => (share.audience === "team" ? "" : ` (${share.audience.map(visibleLine).join(", ")})`);
const ends = ({ expires, follow }: { readonly expires?: number; readonly follow: boolean }): string => `${expires === undefined ? "" : `  until ${rfc3339(expires)}`}${follow ? "  follows" : ""}`;

function waitingLine({ id, session, why, fix }: WaitingShare): string {
  const what = [visibleLine(id), session === undefined ? "" : shortId(session)].filter((part) => part !== "").join(" ");
  return `  ${what}${what === "" ? "" : "  "}${visibleLine(why)}${fix === undefined ? "" : `:  ${visibleLine(fix)}`}\n`;
}

/** For a pipe: whole ids, RFC 3339, tabs, no header. */
export function sharesLines({ given, received }: SharesReport): string {
  const gave = given.map(({ id, state, team, audience: heard, sessions, reads, at, expires }) => ["given", id, state, team, heard === "team" ? "" : heard.join(","), sessions.length, reads, rfc3339(at), expires === undefined ? "" : rfc3339(expires)]);
  const got = received.map(({ id, state, team, author, sessions, at, expires }) => ["received", id, state, team, author, sessions.length, "", rfc3339(at), expires === undefined ? "" : rfc3339(expires)]);
  return [...gave, ...got].map((cells) => `${cells.map((cell) => visibleLine(String(cell))).join("\t")}\n`).join("");
}

/** What an unlocked sync did for shares, for its report. */
export function dutyLines(duties: DutiesReport | undefined): readonly string[] {
  if (duties === undefined) return [];
  const { rewrapped, removed, followed, waiting } = duties;
  const done = [
    ...(rewrapped === 0 ? [] : [`${counted(rewrapped, "wrap")} of shares sealed to new keys`]),
    ...(followed === 0 ? [] : [`handed on what ${followed === 1 ? "1 followed session got" : `${followed} followed sessions got`}`]),
    ...(removed === 0 ? [] : [`${counted(removed, "wrap")} removed that nobody is to open any more`]),
  ];
  return [...done, ...waiting.map((one) => `share waits: ${waitingLine(one).trim()}`)];
}
