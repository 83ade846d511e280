import type { Entry, Turn } from "../../domain/view.ts";
import { visible, visibleLine } from "../io/control-characters.ts";
import type { ShownSession } from "../world.ts";
import { accessLine } from "./access.ts";
import { rfc3339, size } from "./words.ts";
import type { Style } from "./words.ts";

/** A session as a person reads it. Plain text in a pipe: the same without colour. */
export function* transcriptView(shown: ShownSession, style: Style): Generator<string> {
  yield headOf(shown, style);
  for (const turn of shown.view.turns) yield turnOf(turn, style);
}

function headOf({ id, access, view, unreadable, omittedBytes }: ShownSession, style: Style): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["session", id],
    ["access", accessLine(access)],
    ["agent", view.version === undefined ? view.agent : `${view.agent} ${view.version}`],
    ["models", view.models.join(", ") || undefined],
    ["directory", view.directory],
    ["branch", view.branch],
    ["from", view.first === undefined ? undefined : rfc3339(view.first)],
    ["to", view.last === undefined ? undefined : rfc3339(view.last)],
    ["damaged", view.damaged === 0 ? undefined : `${view.damaged} records could not be read`],
    ["left out", omittedBytes === 0 ? undefined : `${size(omittedBytes)} not collected: outside the collection boundary, or in a pause`],
    ...unreadable.map(({ part, reason }): readonly [string, string] => ["unreadable", `part ${part}: ${reason}`]),
  ];
  const title = view.title === undefined ? "" : `${style.bold(visibleLine(view.title))}\n`;
  return title + rows.map(([label, value]) => (value === undefined ? "" : `${style.dim(label.padEnd(12))}${visibleLine(value)}\n`)).join("");
}

function turnOf(turn: Turn, style: Style): string {
  const when = turn.started === undefined ? "" : `  ${rfc3339(turn.started)}`;
  const head = `\n${style.bold.cyan(`── turn ${turn.index + 1}${when}`)}\n`;
  const prompt = turn.prompt === undefined ? "" : block(turn.prompt, style.bold("> "));
  return head + prompt + turn.entries.map((entry) => entryOf(entry, style)).join("");
}

function entryOf(entry: Entry, style: Style): string {
  const indent = entry.subagent === undefined ? "" : style.dim(`[${visibleLine(entry.subagent)}] `);
  switch (entry.kind) {
    case "message":
      return `\n${block(entry.text, indent)}`;
    case "reasoning":
      return block(entry.sealed === true ? "(reasoning, encrypted by the agent)" : entry.text, indent + style.dim("~ "));
    case "tool-call":
      return block(`${entry.tool} ${inputOf(entry.input)}`, indent + style.yellow("$ "));
    case "tool-result":
      return block(resultOf(entry), indent + style.dim("| "));
    case "edit":
      return editOf(entry, indent, style);
    case "compaction":
      return block(`compacted${entry.summary === undefined ? "" : `\n${entry.summary}`}`, indent + style.magenta("* "));
    case "interruption":
    case "rejection":
      return block(`${entry.kind}${entry.text === undefined ? "" : `: ${entry.text}`}`, indent + style.magenta("* "));
    case "error":
    case "note":
      return block(entry.text, indent + (entry.kind === "error" ? style.red("! ") : style.dim("* ")));
  }
}

function resultOf(entry: Extract<Entry, { kind: "tool-result" }>): string {
  const exit = entry.exitCode === undefined || entry.exitCode === 0 ? "" : ` with ${entry.exitCode}`;
  return entry.failed === true || exit !== "" ? `failed${exit}\n${entry.text}` : entry.text;
}

function editOf(entry: Extract<Entry, { kind: "edit" }>, indent: string, style: Style): string {
  const head = block(`edit ${entry.path}`, indent + style.yellow("$ "));
  if (entry.patch !== undefined) return head + block(entry.patch, `${indent}  `);
  const before = entry.before === undefined ? "" : block(entry.before, indent + style.red("- "));
  return head + before + (entry.after === undefined ? "" : block(entry.after, indent + style.green("+ ")));
}

export function inputOf(input: unknown): string {
  return typeof input === "string" ? input : (JSON.stringify(input) ?? "");
}

function block(text: string, prefix: string): string {
  const lines = visible(text).replace(/\n+$/, "").split("\n");
  return lines.map((line) => `${prefix}${line}\n`).join("");
}
