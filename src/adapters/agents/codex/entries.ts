import type { Entry } from "../../../domain/view.ts";
import { textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { isJson, listOf, numberOf, objectOf, textOf } from "../shared/record.ts";
import { editsOfChanges, editsOfPatch } from "../shared/patch.ts";
import type { CallEnds } from "./rollout.ts";

/** What entries need of the records around. */
export interface Context {
  readonly ends: ReadonlyMap<string, CallEnds>;
  /** Patches that wait for the result of their call. */
  readonly patches: Map<string, string>;
}

interface Base {
  readonly at?: number;
  readonly model?: string;
}

/** Entries of a response item; undefined when the type is not known. */
export function entriesOfItem(item: Json, base: Base, context: Context): readonly Entry[] | undefined {
  switch (item["type"]) {
    case "message":
      return item["role"] === "assistant" ? nonEmpty({ ...base, kind: "message", text: textOfContent(item["content"]) }) : [];
    case "reasoning":
      return [reasoning(item, base)];
    case "function_call":
    case "custom_tool_call":
    case "tool_search_call":
      return [call(item, base, context)];
    case "local_shell_call":
      return [{ ...base, kind: "tool-call", call: idOf(item), tool: "local_shell", input: item["action"] }];
    case "web_search_call":
      return [{ ...base, kind: "tool-call", call: idOf(item), tool: "web_search", input: item["action"] }];
    case "image_generation_call":
      return [{ ...base, kind: "tool-call", call: idOf(item), tool: "image_generation", input: textOf(item, "revised_prompt") }];
    case "function_call_output":
    case "custom_tool_call_output":
    case "tool_search_output":
      return results(item, base, context);
    case "agent_message":
      return nonEmpty({ ...base, kind: "note", text: textOfContent(item["content"]) });
    case "compaction":
    case "context_compaction":
    case "ghost_snapshot":
    case "other":
      return [];
    default:
      return undefined;
  }
}

function idOf(item: Json): string {
  return textOf(item, "call_id") ?? textOf(item, "id") ?? "";
}

function nonEmpty(entry: Entry & { readonly text: string }): readonly Entry[] {
  return entry.text.trim() === "" ? [] : [entry];
}

function reasoning(item: Json, base: Base): Entry {
  const text = [textOfContent(item["summary"]), textOfContent(item["content"])].filter((part) => part !== "").join("\n");
  return { ...base, kind: "reasoning", text, ...(text === "" ? { sealed: true } : {}) };
}

function call(item: Json, base: Base, context: Context): Entry {
  const id = idOf(item);
  const tool = textOf(item, "name") ?? "tool_search";
  const input = inputOf(item);
  if (tool === "apply_patch") {
    const patch = typeof input === "string" ? input : isJson(input) ? (textOf(input, "patch") ?? textOf(input, "input")) : undefined;
    if (patch !== undefined) context.patches.set(id, patch);
  }
  return { ...base, kind: "tool-call", call: id, tool, input };
}

/** Arguments are JSON in a string; a custom tool's input is text. */
function inputOf(item: Json): unknown {
  const given = item["arguments"];
  if (typeof given !== "string") return item["input"] ?? given;
  try {
    const value: unknown = JSON.parse(given);
    return value;
  } catch {
    return given;
  }
}

function results(item: Json, base: Base, context: Context): readonly Entry[] {
  const id = idOf(item);
  const end = context.ends.get(id);
  const { text, exitCode, success } = outputOf(item["output"]);
  const code = end?.exitCode ?? exitCode;
  const refused = /\brejected by (?:the )?user\b/i.test(text.slice(0, 400));
  const failed = refused || success === false || (code !== undefined && code !== 0);
  const result: Entry = { ...base, kind: "tool-result", call: id, text, ...(failed ? { failed } : {}), ...(code === undefined ? {} : { exitCode: code }) };
  if (refused) return [result, { ...base, kind: "rejection", text }];
  if (end?.changes !== undefined) return [result, ...editsOfChanges(id, end.changes).map((edit) => ({ ...base, ...edit }))];
  const patch = failed || /^(?:apply_patch verification failed|patch rejected)/.test(text) ? undefined : context.patches.get(id);
  return patch === undefined ? [result] : [result, ...editsOfPatch(id, patch).map((edit) => ({ ...base, ...edit }))];
}

interface Output {
  readonly text: string;
  readonly exitCode?: number;
  readonly success?: boolean;
}

/** A text with the exit code in its head, JSON with metadata, an object, or blocks: it depends on the version. */
function outputOf(output: unknown): Output {
  if (isJson(output)) {
    const success = output["success"];
    return { text: textOfContent(output["content"] ?? output["output"]), ...(typeof success === "boolean" ? { success } : {}) };
  }
  const text = textOfContent(output);
  const packed = text.startsWith('{"output"') ? parsedObject(text) : undefined;
  const inner = packed === undefined ? undefined : textOf(packed, "output");
  if (packed !== undefined && inner !== undefined) {
    const exitCode = numberOf(objectOf(packed, "metadata"), "exit_code");
    return { text: inner, ...(exitCode === undefined ? {} : { exitCode }) };
  }
  const code = /(?:^|\n)(?:Process exited with code|Exit code:) (-?\d{1,4})\n/.exec(text.slice(0, 400))?.[1];
  return { text, ...(code === undefined ? {} : { exitCode: Number(code) }) };
}

function parsedObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Events that say what response items do not. `undefined`: not known. */
export function entriesOfEvent(event: Json, base: Base, by: { readonly answersByItem: boolean; readonly reasoningByItem: boolean }): readonly Entry[] | undefined {
  const text = textOf(event, "message") ?? textOf(event, "text") ?? "";
  switch (event["type"]) {
    case "agent_message":
      return by.answersByItem ? [] : nonEmpty({ ...base, kind: "message", text });
    case "agent_reasoning":
    case "agent_reasoning_raw_content":
      return by.reasoningByItem ? [] : nonEmpty({ ...base, kind: "reasoning", text });
    case "turn_aborted":
      return [{ ...base, kind: "interruption", text: textOf(event, "reason") ?? "interrupted" }];
    case "error":
    case "stream_error":
      return nonEmpty({ ...base, kind: "error", text });
    case "warning":
      return nonEmpty({ ...base, kind: "note", text });
    case "item_completed": {
      const item = objectOf(event, "item");
      if (item["type"] === "AgentMessage") return by.answersByItem ? [] : nonEmpty({ ...base, kind: "message", text: textOfContent(item["content"]) });
      if (item["type"] === "Reasoning") return by.reasoningByItem ? [] : nonEmpty({ ...base, kind: "reasoning", text: listOf(item, "summary_text").join("\n") });
      return [];
    }
    default:
      return typeof event["type"] === "string" && QUIET.test(event["type"]) ? [] : undefined;
  }
}

/** Events that repeat response items, or tell of the machinery only. */
const QUIET =
  /^(?:task_(?:started|complete)|token_count|user_message|context_compacted|thread_(?:settings_applied|name_updated|rolled_back|goal_updated)|turn_(?:started|complete|diff)|plan_(?:update|delta)|background_event|deprecation_notice|item_started|(?:entered|exited)_review_mode|shutdown_complete|session_configured|view_image_tool_call|(?:exec_command|patch_apply|mcp_tool_call|web_search|image_generation|dynamic_tool_call|collab_[a-z_]+|sub_agent_[a-z_]+|hook|exec_approval|apply_patch_approval|request_[a-z_]+)(?:_(?:begin|end|started|completed|request|response|updated|output_delta|activity))?)$/;
