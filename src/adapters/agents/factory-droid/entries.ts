import type { Entry } from "../../../domain/view.ts";
import { textOfContent } from "../shared/parsed.ts";
import { editsOfPatch } from "../shared/patch.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, objectOf, textOf } from "../shared/record.ts";

/** What stands in every entry of a record. */
export interface Base {
  readonly at?: number;
  readonly model?: string;
}

/** Calls that wait for their result, by the call's id. */
export type Calls = Map<string, { readonly tool: string; readonly input: Json }>;

/** The entries of a message that no person wrote: an answer, or results of tools. */
export function* entriesOfMessage(message: Json, base: Base, calls: Calls): Generator<Entry> {
  const content = message["content"];
  const blocks: readonly unknown[] = typeof content === "string" ? [{ type: "text", text: content }] : listOf(message, "content");
  const isAnswer = message["role"] === "assistant";
  for (const block of blocks) {
    if (!isJson(block)) continue;
    if (block["type"] === "tool_result") yield* resultEntries(block, base, calls);
    else if (isAnswer) yield* answerEntries(block, base, calls);
  }
}

function* answerEntries(block: Json, base: Base, calls: Calls): Generator<Entry> {
  const text = textOf(block, "text") ?? "";
  if (block["type"] === "text" && text.trim() !== "") yield { ...base, kind: "message", text };
  if (block["type"] === "thinking" || block["type"] === "redacted_thinking") {
    const thought = textOf(block, "thinking") ?? "";
    yield { ...base, kind: "reasoning", text: thought, ...(thought === "" ? { sealed: true } : {}) };
  }
  if (block["type"] !== "tool_use") return;
  const call = textOf(block, "id") ?? "";
  const tool = textOf(block, "name") ?? "";
  calls.set(call, { tool, input: objectOf(block, "input") });
  yield { ...base, kind: "tool-call", call, tool, input: block["input"] };
}

function* resultEntries(block: Json, base: Base, calls: Calls): Generator<Entry> {
  const call = textOf(block, "tool_use_id") ?? "";
  const text = textOfContent(block["content"]);
  const exitCode = exitCodeIn(text);
  const failed = block["is_error"] === true || (exitCode !== undefined && exitCode !== 0);
  yield { ...base, kind: "tool-result", call, text, ...(failed ? { failed } : {}), ...defined({ exitCode }) };
  if (block["is_error"] === true && /\b(?:rejected|declined|cancell?ed) by (?:the )?user\b|^(?:the )?user (?:rejected|declined|cancell?ed)\b/i.test(text)) yield { ...base, kind: "rejection", text };
  if (!failed) for (const edit of editsOf(call, calls.get(call))) yield { ...base, ...edit };
}

function exitCodeIn(text: string): number | undefined {
  const digits = /\[Process exited with code (-?\d{1,10})\]\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

type Edit = Entry & { readonly kind: "edit" };

function editsOf(call: string, asked: { readonly tool: string; readonly input: Json } | undefined): readonly Edit[] {
  if (asked === undefined) return [];
  const { tool, input } = asked;
  const patch = textOf(input, "input") ?? textOf(input, "patch");
  if (tool === "ApplyPatch" && patch !== undefined) return editsOfPatch(call, patch);
  const path = textOf(input, "file_path");
  if (path === undefined) return [];
  if (tool === "Create") return [{ kind: "edit", call, path, ...defined({ after: textOf(input, "content") }) }];
  if (tool !== "Edit" && tool !== "MultiEdit") return [];
  const parts = [...listOf(input, "changes"), ...listOf(input, "edits")].filter(isJson);
  return (parts.length > 0 ? parts : [input]).map((part) => ({ kind: "edit", call, path, ...defined({ before: textOf(part, "old_str"), after: textOf(part, "new_str") }) }));
}

/** How a turn ended, where it was not simply completed. */
export function outcomeEntries(record: Json, base: Base): readonly Entry[] {
  const reason = textOf(record, "reason");
  if (reason === undefined || reason === "completed") return [];
  if (/cancel|interrupt|abort|stop/i.test(reason)) return [{ ...base, kind: "interruption", text: reason }];
  return [{ ...base, kind: "error", text: textOf(record, "error") ?? textOf(objectOf(record, "error"), "message") ?? reason }];
}
