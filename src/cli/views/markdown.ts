import type { Entry, Turn } from "../../domain/view.ts";
import { visible, visibleLine } from "../io/control-characters.ts";
import type { ShownSession } from "../world.ts";
import { accessLine } from "./access.ts";
import { inputOf } from "./transcript.ts";
import { rfc3339 } from "./words.ts";

/** A session as Markdown. Foreign text that is not prose stands in fences that it cannot close. */
export function* markdownView({ id, access, view, unreadable }: ShownSession): Generator<string> {
  yield `# ${visibleLine(view.title ?? `Session ${id}`)}\n\n`;
  yield `- session: \`${visibleLine(id)}\`\n- agent: ${visibleLine(view.agent)}\n`;
  yield `- access: ${visibleLine(accessLine(access))}\n`;
  for (const { part, reason } of unreadable) yield `- part ${part} is missing: ${visibleLine(reason)}\n`;
  if (view.first !== undefined) yield `- from: ${rfc3339(view.first)}\n`;
  if (view.last !== undefined) yield `- to: ${rfc3339(view.last)}\n`;
  for (const turn of view.turns) yield turnOf(turn);
}

function turnOf(turn: Turn): string {
  const prompt = turn.prompt === undefined ? "" : `${quote(turn.prompt)}\n`;
  return `\n## Turn ${turn.index + 1}\n\n${prompt}${turn.entries.map(entryOf).join("")}`;
}

function entryOf(entry: Entry): string {
  const by = entry.subagent === undefined ? "" : ` (sub-agent ${visibleLine(entry.subagent)})`;
  switch (entry.kind) {
    case "message":
      return `${visible(entry.text)}\n\n`;
    case "reasoning":
      return titled(`Reasoning${by}`, entry.sealed === true ? "encrypted by the agent" : entry.text);
    case "tool-call":
      return titled(`Tool ${visibleLine(entry.tool)}${by}`, inputOf(entry.input));
    case "tool-result":
      return titled(`Result${entry.failed === true ? ", failed" : ""}${by}`, entry.text);
    case "edit":
      return titled(`Edit of ${visibleLine(entry.path)}${by}`, entry.patch ?? [minus(entry.before), plus(entry.after)].filter(Boolean).join("\n"), "diff");
    case "compaction":
      return titled("Compaction", entry.summary ?? "");
    default:
      return titled(entry.kind.replace(/^./, (letter) => letter.toUpperCase()), entry.text ?? "");
  }
}

const minus = (text: string | undefined): string => (text === undefined ? "" : text.replace(/^/gm, "-"));
const plus = (text: string | undefined): string => (text === undefined ? "" : text.replace(/^/gm, "+"));

function titled(title: string, text: string, language = ""): string {
  if (text === "") return `**${title}**\n\n`;
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `**${title}**\n\n${fence}${language}\n${visible(text).replace(/\n$/, "")}\n${fence}\n\n`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

function quote(text: string): string {
  return `${visible(text).trimEnd().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")}\n`;
}
