import type { Entry } from "../../../domain/view.ts";
import { textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { Call } from "./edits.ts";
import { editsOf } from "./edits.ts";

/** What the entries of one file need of the records before. */
export interface Context {
  readonly calls: Map<string, Call>;
  /** The full text of a large tool result, by the name of the file that the agent moved it to. */
  readonly moved: (name: string) => string | undefined;
  /** The sub-agent whose file it is. */
  readonly subagent?: string;
}

interface Base {
  readonly at?: number;
  readonly subagent?: string;
  readonly model?: string;
}

export function baseOf(record: Json, context: Context): Base {
  const model = textOf(objectOf(record, "message"), "model");
  const subagent = context.subagent ?? (record["isSidechain"] === true ? (textOf(record, "agentId") ?? "sidechain") : undefined);
  return defined({ at: timeOf(textOf(record, "timestamp")), subagent, model: model === "<synthetic>" ? undefined : model });
}

/** Entries of an `assistant` record. */
export function* answerEntries(record: Json, context: Context): Generator<Entry> {
  const base = baseOf(record, context);
  const content = objectOf(record, "message")["content"];
  const blocks: readonly unknown[] = Array.isArray(content) ? content : typeof content === "string" ? [{ type: "text", text: content }] : [];
  for (const block of blocks) {
    if (!isJson(block)) continue;
    const entry = answerEntry(block, record, base, context);
    if (entry !== undefined) yield entry;
  }
}

function answerEntry(block: Json, record: Json, base: Base, context: Context): Entry | undefined {
  const text = textOf(block, "text") ?? "";
  switch (block["type"]) {
    case "thinking":
      return { ...base, kind: "reasoning", text: textOf(block, "thinking") ?? "", ...(textOf(block, "thinking") ? {} : { sealed: true }) };
    case "redacted_thinking":
      return { ...base, kind: "reasoning", text: "", sealed: true };
    case "text":
      if (text.trim() === "" || text === "(no content)") return undefined;
      if (record["isApiErrorMessage"] === true) return { ...base, kind: "error", text };
      return base.model === undefined && text === "No response requested." ? undefined : { ...base, kind: "message", text };
    case "tool_use":
    case "server_tool_use":
    case "mcp_tool_use": {
      const call = textOf(block, "id") ?? "";
      const tool = textOf(block, "name") ?? "";
      context.calls.set(call, { tool, input: objectOf(block, "input") });
      return { ...base, kind: "tool-call", call, tool, input: block["input"] };
    }
    default:
      return typeof block["type"] === "string" && block["type"].endsWith("_tool_result") ? resultEntry(block, record, base, context) : undefined;
  }
}

/** Entries of a `user` record that no person wrote: results of tools, and what stopped them. */
export function* resultEntries(record: Json, context: Context): Generator<Entry> {
  const base = baseOf(record, context);
  const content = objectOf(record, "message")["content"];
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [{ type: "text", text: content }];
  for (const block of blocks) {
    if (!isJson(block)) continue;
    if (block["type"] === "tool_result") {
      const entry = resultEntry(block, record, base, context);
      yield entry;
      if (isRejection(entry.text)) yield { ...base, kind: "rejection", text: entry.text };
      else if (entry.failed !== true) for (const edit of editsOf(entry.call, context.calls.get(entry.call), record["toolUseResult"])) yield { ...base, ...edit };
    }
    const text = textOf(block, "text");
    if (block["type"] === "text" && text?.trimStart().startsWith("[Request interrupted by user") === true) yield { ...base, kind: "interruption", text: text.trim() };
  }
}

function resultEntry(block: Json, record: Json, base: Base, context: Context): Entry & { readonly kind: "tool-result" } {
  const result = record["toolUseResult"];
  const preview = textOfContent(block["content"]);
  const saved = isJson(result) ? textOf(result, "persistedOutputPath") : undefined;
  const full = saved === undefined ? undefined : context.moved(saved.split(/[\\/]/).at(-1) ?? "");
  const failed = block["is_error"] === true;
  const exitCode = exitCodeOf(preview, failed);
  return {
    ...base,
    kind: "tool-result",
    call: textOf(block, "tool_use_id") ?? "",
    text: full ?? preview,
    ...(failed ? { failed } : {}),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

/** Claude Code writes the exit code only when a command failed. */
function exitCodeOf(text: string, failed: boolean): number | undefined {
  const digits = failed ? /^(?:Error: )?Exit code (\d{1,3})\b/.exec(text)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

function isRejection(text: string): boolean {
  return text.startsWith("The user doesn't want to ") || text.startsWith("Permission to use ") || text.startsWith("[Request interrupted by user for tool use]");
}

/** The text of a `system` record that is worth showing; undefined for bookkeeping. */
export function systemEntry(record: Json, context: Context): Entry | undefined {
  const base = baseOf(record, context);
  const text = textOf(record, "content") ?? textOfContent(listOf(record, "content"));
  if (record["subtype"] === "api_error") return { ...base, kind: "error", text: text === "" ? "api error" : text };
  return text === "" ? undefined : { ...base, kind: "note", text };
}
