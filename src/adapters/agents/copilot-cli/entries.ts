import type { Entry } from "../../../domain/view.ts";
import { editsOfPatch } from "../shared/patch.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, numberOf, objectOf, textOf } from "../shared/record.ts";

/** What stands in every entry of an event. */
export interface Base {
  readonly at?: number;
  readonly subagent?: string;
  readonly model?: string;
}

interface Call {
  readonly tool: string;
  readonly input: unknown;
}

/** Calls by their id: an answer announces them, an event starts them, another ends them. */
export type Calls = Map<string, Call>;

/** The entries of an event that is part of the conversation; undefined when it is none. */
export function entriesOf(type: string, data: Json, base: Base, calls: Calls): readonly Entry[] | undefined {
  switch (type) {
    case "assistant.message":
      return answerEntries(data, base, calls);
    case "tool.execution_start":
    case "tool.user_requested":
      return callEntries(textOf(data, "toolCallId"), textOf(data, "toolName"), data["arguments"], base, calls);
    case "tool.execution_complete":
      return [...resultEntries(data, base, calls)];
    case "session.compaction_complete":
      return [compactionEntry(data, base)];
    case "session.error":
    case "model.model_call_failure":
      return [{ ...base, kind: "error", text: textOf(data, "message") ?? textOf(data, "errorMessage") ?? "error" }];
    case "subagent.failed":
      return [{ ...base, kind: "error", text: textOf(data, "error") ?? "the sub-agent failed" }];
    case "abort":
      return [{ ...base, kind: "interruption", ...defined({ text: textOf(data, "reason") }) }];
    case "session.info":
    case "session.warning":
      return note(textOf(data, "message"), base);
    case "session.truncation":
      return note("earlier messages were left out of the context", base);
    case "session.context_cleared":
      return note("the context was cleared", base);
    case "session.handoff":
    case "session.task_complete":
      return note(textOf(data, "summary"), base);
    case "system.notification":
      return note(textOf(data, "content"), base);
    case "skill.invoked":
      return note(`skill '${textOf(data, "name") ?? ""}'`, base);
    default:
      return undefined;
  }
}

function note(text: string | undefined, base: Base): readonly Entry[] {
  return text === undefined || text.trim() === "" ? [] : [{ ...base, kind: "note", text }];
}

function answerEntries(data: Json, base: Base, calls: Calls): readonly Entry[] {
  const entries: Entry[] = [];
  const reasoning = textOf(data, "reasoningText") ?? "";
  if (reasoning !== "") entries.push({ ...base, kind: "reasoning", text: reasoning });
  else if (data["reasoningOpaque"] !== undefined || data["encryptedContent"] !== undefined) entries.push({ ...base, kind: "reasoning", text: "", sealed: true });
  const text = textOf(data, "content") ?? "";
  if (text.trim() !== "") entries.push({ ...base, kind: "message", text });
  for (const request of listOf(data, "toolRequests")) {
    if (isJson(request)) entries.push(...callEntries(textOf(request, "toolCallId"), textOf(request, "name"), request["arguments"], base, calls));
  }
  return entries;
}

function callEntries(call: string | undefined, tool: string | undefined, recorded: unknown, base: Base, calls: Calls): readonly Entry[] {
  if (call === undefined || calls.has(call)) return [];
  const input = parsed(recorded);
  calls.set(call, { tool: tool ?? "", input });
  return [{ ...base, kind: "tool-call", call, tool: tool ?? "", input }];
}

/** Some models' arguments are recorded as text. */
function parsed(input: unknown): unknown {
  if (typeof input !== "string" || !input.startsWith("{")) return input;
  try {
    const value: unknown = JSON.parse(input);
    return value;
  } catch {
    return input;
  }
}

const REFUSED = new Set(["rejected", "denied"]);

function* resultEntries(data: Json, base: Base, calls: Calls): Generator<Entry> {
  const call = textOf(data, "toolCallId") ?? "";
  const result = objectOf(data, "result");
  const error = objectOf(data, "error");
  const kind = textOf(result, "result_type") ?? textOf(result, "resultType") ?? textOf(error, "code") ?? "";
  const text = textOf(result, "content") ?? textOf(result, "text_result_for_llm") ?? textOf(error, "message") ?? "";
  const failed = data["success"] === false || kind === "failure" || REFUSED.has(kind);
  const exitCode = numberOf(objectOf(data, "shellExecution"), "exitCode") ?? exitCodeIn(text);
  yield { ...base, kind: "tool-result", call, text, ...(failed ? { failed } : {}), ...defined({ exitCode }) };
  if (REFUSED.has(kind)) yield { ...base, kind: "rejection", text };
  if (failed) return;
  const patch = textOf(result, "detailedContent")?.trim();
  for (const edit of editsOf(call, calls.get(call), listOf(data, "fileEdits"), patch)) yield { ...base, ...edit };
}

function exitCodeIn(text: string): number | undefined {
  const digits = /<(?:shellId: \S+ )?(?:completed|exited) with exit code (-?\d{1,10})>\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

type Edit = Entry & { readonly kind: "edit" };

/** By what the call was asked to do; where that is not known, by the files that the result names. */
function editsOf(call: string, asked: Call | undefined, files: readonly unknown[], patch: string | undefined): readonly Edit[] {
  const input = asked?.input;
  if (asked?.tool === "apply_patch") {
    const text = typeof input === "string" ? input : isJson(input) ? (textOf(input, "input") ?? textOf(input, "patch")) : undefined;
    if (text !== undefined) return editsOfPatch(call, text);
  }
  const path = isJson(input) ? textOf(input, "path") : undefined;
  if (isJson(input) && path !== undefined) {
    if (asked?.tool === "create") return [{ kind: "edit", call, path, ...defined({ after: textOf(input, "file_text"), patch }) }];
    if (asked?.tool === "edit" || asked?.tool === "str_replace") return [{ kind: "edit", call, path, ...defined({ before: textOf(input, "old_str"), after: textOf(input, "new_str"), patch }) }];
  }
  const paths = files.flatMap((file) => (isJson(file) ? (textOf(file, "path") ?? []) : []));
  return paths.map((edited) => ({ kind: "edit", call, path: edited, ...(paths.length === 1 ? defined({ patch }) : {}) }));
}

function compactionEntry(data: Json, base: Base): Entry {
  if (data["success"] === false) return { ...base, kind: "error", text: `the compaction failed: ${textOf(data, "error") ?? textOf(objectOf(data, "error"), "message") ?? "no reason given"}` };
  return { ...base, kind: "compaction", ...defined({ summary: textOf(data, "summaryContent") }) };
}
