import { newestVersion } from "../../domain/agent-version.ts";
import { visibleLine } from "../io/control-characters.ts";
import type { AgentRow, AgentsReport } from "../world-agents.ts";
import type { Style } from "./words.ts";

const HEADS = ["AGENT", "SESSIONS", "CAPTURED", "BEHIND", "HOOKS", "VERSION", "VERIFIED"];

/** For a terminal: one line an agent, and below what is to be done. */
export function agentsTable({ agents, uncounted }: AgentsReport, style: Style): string {
  const cells = agents.map(cellsOf);
  const widths = HEADS.map((head, i) => Math.max(head.length, ...cells.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  const rows = agents.map((agent, i) => {
    const text = `${line(cells[i] ?? [])}  ${agent.stores.map(visibleLine).join(", ")}`.trimEnd();
    return agent.present ? text : style.dim(text);
  });
  const notes = [...(uncounted === undefined ? [] : [`sessions are not counted: ${uncounted}`]), ...agents.flatMap(notesOf)];
  return [style.bold(`${line(HEADS)}  STORE`), ...rows, ...notes.map((note) => `${style.yellow("note")}: ${visibleLine(note)}`)].map((text) => `${text}\n`).join("");
}

/** For a pipe: one line an agent with tabs, no header, what is not known empty; the stores come last, however many. */
export function agentsLines({ agents }: AgentsReport): string {
  return agents
    .map(({ name, present, sessions, hooks, version, newer, verified, stores }) =>
      [name, present ? "present" : "absent", sessions?.all ?? "", sessions?.captured ?? "", sessions?.behind ?? "", hooks, version ?? "", newer === true ? "newer" : "", verified.join(" "), ...stores],
    )
    .map((cells) => `${cells.map((cell) => visibleLine(String(cell))).join("\t")}\n`)
    .join("");
}

function cellsOf({ name, present, sessions, hooks, version, verified }: AgentRow): readonly string[] {
  const count = (key: "all" | "captured" | "behind"): string => (sessions === undefined ? "" : String(sessions[key]));
  const newest = newestVersion(verified) ?? verified.at(-1) ?? "";
  return [name, count("all"), count("captured"), count("behind"), present ? hooks : "not here", version ?? "", verified.length > 1 ? `${newest} (${verified.length})` : newest].map(visibleLine);
}

function notesOf({ name, title, verified, version, newer, problem, hooks, present }: AgentRow): readonly string[] {
  return [
    ...(problem === undefined ? [] : [`${title}: ${problem}`]),
    ...(newer === true ? [`${title} ${version ?? ""} is newer than any version that hx was tried with (${newestVersion(verified) ?? ""}): hx doctor`] : []),
    ...(present && (hooks === "absent" || hooks === "partly") ? [`the hooks of ${title} are ${hooks === "absent" ? "not" : "not all"} installed: hx hooks install --agent ${name}`] : []),
    ...(hooks === "untrusted" ? [`${title} does not run the hooks of hx yet: hx hooks status`] : []),
  ];
}
