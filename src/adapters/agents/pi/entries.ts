import type { Entry } from "../../../domain/view.ts";
import { textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, numberOf, objectOf, textOf } from "../shared/record.ts";

/** What stands in every entry of a record. */
export interface Base {
  readonly at?: number;
  readonly model?: string;
}

/** Arguments of calls that wait for their result, by the call's id. */
export type Calls = Map<string, { readonly tool: string; readonly input: Json }>;

/** The entries of a message that is no prompt; undefined for a role that is not known. @param fallback id for a command without one */
export function entriesOfMessage(message: Json, base: Base, calls: Calls, fallback: string): readonly Entry[] | undefined {
  switch (message["role"]) {
    case "user":
      return [];
    case "assistant":
      return [...answerEntries(message, base, calls)];
    case "toolResult":
      return [...resultEntries(message, base, calls)];
    case "bashExecution":
      return [...commandEntries(message, base, fallback)];
    case "custom":
    case "hookMessage":
      return message["display"] === false ? [] : note(textOfContent(message["content"]), base);
    case "branchSummary":
      return note(textOf(message, "summary") ?? "", base);
    case "compactionSummary":
      return [{ ...base, kind: "compaction", ...defined({ summary: textOf(message, "summary") }) }];
    default:
      return undefined;
  }
}

export function note(text: string, base: Base): readonly Entry[] {
  return text.trim() === "" ? [] : [{ ...base, kind: "note", text }];
}

function* answerEntries(message: Json, base: Base, calls: Calls): Generator<Entry> {
  const content = message["content"];
  const blocks: readonly unknown[] = typeof content === "string" ? [{ type: "text", text: content }] : listOf(message, "content");
  for (const block of blocks) {
    if (!isJson(block)) continue;
    const text = textOf(block, "text") ?? "";
    if (block["type"] === "thinking") yield reasoning(block, base);
    if (block["type"] === "text" && text.trim() !== "") yield { ...base, kind: "message", text };
    if (block["type"] !== "toolCall") continue;
    const call = textOf(block, "id") ?? "";
    const tool = textOf(block, "name") ?? "";
    calls.set(call, { tool, input: objectOf(block, "arguments") });
    yield { ...base, kind: "tool-call", call, tool, input: block["arguments"] };
  }
  const error = textOf(message, "errorMessage");
  if (message["stopReason"] === "aborted") yield { ...base, kind: "interruption", ...defined({ text: error }) };
  else if (message["stopReason"] === "error") yield { ...base, kind: "error", text: error ?? "error" };
}

function reasoning(block: Json, base: Base): Entry {
  const text = textOf(block, "thinking") ?? "";
  return { ...base, kind: "reasoning", text, ...(text === "" || block["redacted"] === true ? { sealed: true } : {}) };
}

function* resultEntries(message: Json, base: Base, calls: Calls): Generator<Entry> {
  const call = textOf(message, "toolCallId") ?? "";
  const text = textOfContent(message["content"]);
  const failed = message["isError"] === true;
  const exitCode = failed ? exitCodeIn(text) : undefined;
  yield { ...base, kind: "tool-result", call, text, ...(failed ? { failed } : {}), ...defined({ exitCode }) };
  if (!failed) for (const edit of editsOf(call, calls.get(call))) yield { ...base, ...edit };
}

/** Pi writes the exit code of a command only when it failed. */
function exitCodeIn(text: string): number | undefined {
  const digits = /Command exited with code (\d{1,3})\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A command that the person ran, not the agent. */
function* commandEntries(message: Json, base: Base, call: string): Generator<Entry> {
  yield { ...base, kind: "tool-call", call, tool: "bash", input: { command: message["command"] } };
  const exitCode = numberOf(message, "exitCode");
  yield { ...base, kind: "tool-result", call, text: textOf(message, "output") ?? "", ...(exitCode !== undefined && exitCode !== 0 ? { failed: true } : {}), ...defined({ exitCode }) };
  if (message["cancelled"] === true) yield { ...base, kind: "interruption" };
}

type Edit = Entry & { readonly kind: "edit" };

function editsOf(call: string, asked: { readonly tool: string; readonly input: Json } | undefined): readonly Edit[] {
  const path = asked === undefined ? undefined : textOf(asked.input, "path");
  if (asked === undefined || path === undefined) return [];
  const { tool, input } = asked;
  if (tool === "write") return [{ kind: "edit", call, path, ...defined({ after: textOf(input, "content") }) }];
  if (tool !== "edit") return [];
  const parts = listOf(input, "edits").filter(isJson);
  return (parts.length > 0 ? parts : [input]).map((part) => ({ kind: "edit", call, path, ...defined({ before: textOf(part, "oldText"), after: textOf(part, "newText") }) }));
}
