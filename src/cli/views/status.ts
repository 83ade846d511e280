import { visibleLine } from "../io/control-characters.ts";
import type { PolicySummary, Status } from "../world.ts";
import { ago, counted, shortId, size } from "./words.ts";
import type { Style } from "./words.ts";

/** One screen: where one stands, what waits, what is wrong. */
export function statusView(status: Status, style: Style, now: number): string {
  const rows = [...place(status, style), ...identity(status), ...sessions(status, now), ...surroundings(status)];
  const lines = rows.map(([label, value]) => `${style.bold(label.padEnd(12))}${value}\n`);
  return lines.join("") + warnings(status, style);
}

type Row = readonly [label: string, value: string];

function place(status: Status, style: Style): readonly Row[] {
  const connected = status.connected ? style.green("connected") : style.yellow(`not connected${status.reason === undefined ? "" : `: ${visibleLine(status.reason)}`}`);
  return [
    ["repository", `${visibleLine(status.repository)}  ${connected}`],
    ...(status.project === undefined ? [] : [["project", visibleLine(status.project)] as const]),
    ...(status.workspace === undefined ? [] : [["workspace", `${shortId(status.workspace.id)}  statement ${status.workspace.head}, ${status.workspace.people === 1 ? "1 person" : `${status.workspace.people} people`}`] as const]),
    ...(status.policy === undefined ? [] : [["policy", policyLine(status.policy)] as const]),
  ];
}

function policyLine({ inForce, coming }: PolicySummary): string {
  const now = inForce === undefined ? "none in force yet" : `version ${inForce.version}, in force since ${inForce.effective}`;
  return visibleLine(coming === undefined ? now : `${now}; version ${coming.version} from ${coming.effective} on`);
}

function identity({ identity: mine }: Status): readonly Row[] {
  if (mine === undefined) return [["identity", "none"]];
  return [["identity", `${shortId(mine.person)}  ${mine.open ? "open" : "locked"}`]];
}

function sessions({ sessions: kept, lanes, paused, excluded }: Status, now: number): readonly Row[] {
  const rows: Row[] = [];
  if (kept !== undefined) {
    const waiting = kept.staged === 0 ? "nothing waits" : `${counted(kept.staged, "session")} not pushed yet (${size(kept.unpushedBytes)})`;
    rows.push(["sessions", `${kept.kept} kept, ${waiting}`]);
    if (paused !== undefined) rows.push(["paused", paused.until === undefined ? "until you end it" : `until ${new Date(paused.until).toISOString()}`]);
    if (excluded !== undefined) rows.push(["excluded", counted(excluded, "session")]);
    rows.push(["captured", kept.lastCapture === undefined ? "never" : ago(kept.lastCapture, now)]);
    rows.push(["pushed", kept.lastPush === undefined ? "never" : ago(kept.lastPush, now)]);
  }
  if (lanes !== undefined) rows.push(["lanes", `${lanes.mine} mine, ${lanes.others} of others${lanes.verifiedAt === undefined ? "" : `, verified ${ago(lanes.verifiedAt, now)}`}`]);
  return rows;
}

function surroundings({ hooks, agents }: Status): readonly Row[] {
  const present = agents.filter((agent) => agent.present);
  return [
    ["hooks", hooks.map(({ place: where, installed, expected }) => `${visibleLine(where)} ${installed}/${expected}`).join(", ") || "none"],
    ["agents", present.map(({ name, hooked }) => `${visibleLine(name)}${hooked ? "" : " (no hook)"}`).join(", ") || "none found"],
  ];
}

function warnings(status: Status, style: Style): string {
  return status.warnings.map(({ message, fix }) => `\n${style.yellow("warning")}: ${visibleLine(message)}\n${fix === undefined ? "" : `  ${visibleLine(fix)}\n`}`).join("");
}
