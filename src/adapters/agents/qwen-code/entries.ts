import type { Entry } from "../../../domain/view.ts";
import { editOf, exitCodeIn, partsOf, responsesOf, stopOf } from "../shared/gemini-parts.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, objectOf, textOf, timeOf } from "../shared/record.ts";

/** What the entries of one file need of the records before. */
export interface Context {
  readonly calls: Map<string, { readonly tool: string; readonly args: Json }>;
  /** The full text of a large tool result, by the call, where the agent moved it to a file. */
  readonly moved: (call: string) => string | undefined;
  /** The sub-agent whose file it is. */
  readonly subagent?: string;
}

export function baseOf(record: Json, context: Context): { readonly at?: number; readonly subagent?: string; readonly model?: string } {
  const subagent = context.subagent ?? (record["isSidechain"] === true ? (textOf(record, "agentId") ?? "sidechain") : undefined);
  return defined({ at: timeOf(textOf(record, "timestamp")), subagent, model: textOf(record, "model") });
}

/** Entries of an `assistant` record. */
export function* answerEntries(record: Json, context: Context): Generator<Entry> {
  const base = baseOf(record, context);
  for (const part of partsOf(objectOf(record, "message")["parts"])) {
    const text = textOf(part, "text") ?? "";
    const called = part["functionCall"];
    if (isJson(called)) {
      const call = textOf(called, "id") ?? "";
      const tool = textOf(called, "name") ?? "";
      context.calls.set(call, { tool, args: objectOf(called, "args") });
      yield { ...base, kind: "tool-call", call, tool, input: called["args"] };
    } else if (part["thought"] === true) {
      yield { ...base, kind: "reasoning", text, ...(text === "" ? { sealed: true } : {}) };
    } else if (text.trim() !== "") {
      yield { ...base, kind: "message", text };
    }
  }
}

/** Entries of a `tool_result` record. */
export function* resultEntries(record: Json, context: Context): Generator<Entry> {
  const base = baseOf(record, context);
  const result = objectOf(record, "toolCallResult");
  const display = result["resultDisplay"];
  const status = textOf(result, "status");
  for (const { call, tool, text, failed } of responsesOf(partsOf(objectOf(record, "message")["parts"]))) {
    const stopped = status === "cancelled";
    const exitCode = (isJson(display) ? numberOf(display, "exitCode") : undefined) ?? (tool === "run_shell_command" ? exitCodeIn(text) : undefined);
    const isFailed = failed || status === "error" || stopped;
    yield { ...base, kind: "tool-result", call, text: context.moved(call) ?? text, ...(isFailed ? { failed: true } : {}), ...defined({ exitCode }) };
    if (stopped) yield { ...base, kind: stopOf(text), text };
    const asked = context.calls.get(call);
    const edit = isFailed || asked === undefined ? undefined : editOf(call, asked.tool, asked.args, display);
    if (edit !== undefined) yield { ...base, ...edit };
  }
}

/** The error that a `ui_telemetry` record tells of: no other record has it. */
export function errorEntry(record: Json, context: Context): Entry | undefined {
  const event = objectOf(objectOf(record, "systemPayload"), "uiEvent");
  if (event["event.name"] !== "qwen-code.api_error") return undefined;
  const text = textOf(event, "error_message") ?? textOf(event, "error") ?? "api error";
  return { ...baseOf(record, context), kind: "error", text };
}

/** The summary that took the place of what came before. */
export function compactionEntry(record: Json, context: Context): Entry {
  const [first] = partsOf(objectOf(record, "systemPayload")["compressedHistory"]);
  const summary = first === undefined ? undefined : textOf(partsOf(first["parts"])[0] ?? {}, "text");
  return { ...baseOf(record, context), kind: "compaction", ...defined({ summary }) };
}
