import type { Json } from "../shared/record.ts";
import { isJson, listOf, textOf } from "../shared/record.ts";

/** Texts with the role `user` that Codex wrote, not a person. */
const INJECTED = [
  "<environment_context>",
  "<user_instructions>",
  "<INSTRUCTIONS>",
  "<permissions",
  "<skill>",
  "<skills_instructions>",
  "<turn_aborted>",
  "<subagent_notification>",
  "<user_shell_command>",
  "<codex_internal_context",
  "<goal_context>",
  "<collaboration_mode>",
  "<model_switch>",
  "<recommended_plugins>",
  "# AGENTS.md instructions",
  "Warning: apply_patch was requested via",
];
const IDE_CONTEXT = "# Context from my IDE setup:";
const IDE_REQUEST = "## My request for Codex:";

/** What a person asked, of a text; undefined when it is Codex' own. */
export function asPrompt(text: string): string | undefined {
  const trimmed = text.trimStart();
  if (trimmed === "" || INJECTED.some((start) => trimmed.startsWith(start))) return undefined;
  if (!trimmed.startsWith(IDE_CONTEXT)) return text;
  const at = trimmed.indexOf(IDE_REQUEST);
  return at < 0 ? undefined : asPrompt(trimmed.slice(at + IDE_REQUEST.length));
}

/** The prompt in a message of the role `user`. */
export function promptOfMessage(message: Json): string | undefined {
  const parts: string[] = [];
  for (const block of listOf(message, "content")) {
    if (!isJson(block)) continue;
    if (block["type"] === "input_image" || block["type"] === "image" || block["type"] === "local_image") parts.push("[image]");
    const text = textOf(block, "text");
    const prompt = text === undefined ? undefined : asPrompt(text);
    if (prompt !== undefined) parts.push(prompt);
  }
  return parts.length === 0 ? undefined : parts.join("\n");
}

/** The directory in an `<environment_context>`: the first generation of the format has it nowhere else. */
export function directoryIn(text: string): string | undefined {
  if (!text.includes("<environment_context>")) return undefined;
  return (/<cwd>([^<]+)<\/cwd>/.exec(text) ?? /Current working directory: (.+)/.exec(text))?.[1]?.trim();
}
