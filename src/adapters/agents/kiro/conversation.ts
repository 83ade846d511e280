import type { Entry } from "../../../domain/view.ts";
import { defined, isAbsolutePath, isJson, listOf, numberOf, objectOf, textOf, timeOf, type Json } from "../shared/record.ts";

/** What a person asked, and what came of it: one item of a conversation's history. */
export interface Exchange {
  readonly prompt: string | undefined;
  /** ms since 1970. */
  readonly at: number | undefined;
  readonly ended: number | undefined;
  /** Where it ran, absolute. */
  readonly directory: string | undefined;
  readonly model: string | undefined;
  /** Results of earlier calls, before the prompt. */
  readonly results: readonly Json[];
  readonly isCancelled: boolean;
  readonly answer: string | undefined;
  readonly calls: readonly Json[];
  /** What is not known of it. */
  readonly unknown: readonly string[];
}

export function exchangeOf(turn: Json): Exchange {
  const user = objectOf(turn, "user");
  const content = objectOf(user, "content");
  const assistant = objectOf(turn, "assistant");
  const metadata = objectOf(turn, "request_metadata");
  const [asked] = Object.keys(content);
  const [answered] = Object.keys(assistant);
  const said = objectOf(content, asked ?? "");
  const answer = objectOf(assistant, answered ?? "");
  const directory = textOf(objectOf(objectOf(user, "env_context"), "env_state"), "current_working_directory");
  const isKnown = asked === undefined || asked === "Prompt" || asked === "ToolUseResults" || asked === "CancelledToolUses";
  const isAnswer = answered === undefined || answered === "Response" || answered === "ToolUse";
  return {
    prompt: isKnown ? textOf(said, "prompt") : undefined,
    at: timeOf(textOf(user, "timestamp")),
    ended: numberOf(metadata, "stream_end_timestamp_ms"),
    directory: directory !== undefined && isAbsolutePath(directory) ? directory : undefined,
    model: textOf(metadata, "model_id"),
    results: isKnown ? listOf(said, "tool_use_results").filter(isJson) : [],
    isCancelled: asked === "CancelledToolUses",
    answer: isAnswer ? textOf(answer, "content") : undefined,
    calls: isAnswer ? listOf(answer, "tool_uses").filter(isJson) : [],
    unknown: [...(isKnown ? [] : [`user/${asked}`]), ...(isAnswer ? [] : [`assistant/${answered}`])],
  };
}

/** Calls so far, by their id. */
export type Calls = Map<string, Json>;

export function entriesOfResults({ results, isCancelled, at }: Exchange, calls: Calls): readonly Entry[] {
  const base = defined({ at });
  return results.flatMap((result): readonly Entry[] => {
    const call = textOf(result, "tool_use_id") ?? "";
    const entry = { ...base, kind: "tool-result", call, ...textsOf(result) } as const;
    if (isCancelled) return [entry, { ...base, kind: "rejection", ...defined({ text: entry.text === "" ? undefined : entry.text }) }];
    const edit = entry.failed === true ? undefined : editOf(calls.get(call) ?? {});
    return edit === undefined ? [entry] : [entry, { ...base, kind: "edit", call, ...edit }];
  });
}

function textsOf(result: Json): { readonly text: string; readonly failed?: true; readonly exitCode?: number } {
  const texts: string[] = [];
  let exitCode: number | undefined;
  for (const block of listOf(result, "content").filter(isJson)) {
    const json = block["Json"];
    const status = isJson(json) ? /^(?:exit (?:status|code): )?(\d{1,3})$/.exec(textOf(json, "exit_status") ?? "")?.[1] : undefined;
    if (status !== undefined) exitCode ??= Number(status);
    if (status !== undefined && isJson(json)) texts.push(`${textOf(json, "stdout") ?? ""}${textOf(json, "stderr") ?? ""}`);
    else texts.push(textOf(block, "Text") ?? (json === undefined ? "" : JSON.stringify(json)));
  }
  const hasFailed = textOf(result, "status") === "Error" || (exitCode !== undefined && exitCode !== 0);
  return { text: texts.join("\n"), ...(hasFailed ? { failed: true } : {}), ...(exitCode === undefined ? {} : { exitCode }) };
}

function editOf(call: Json): Pick<Entry & { readonly kind: "edit" }, "path" | "before" | "after"> | undefined {
  const input = objectOf(call, "args");
  const path = textOf(input, "path");
  const after = textOf(input, "file_text") ?? textOf(input, "new_str");
  return textOf(call, "name") !== "fs_write" || path === undefined || after === undefined ? undefined : { path, after, ...defined({ before: textOf(input, "old_str") }) };
}

export function entriesOfAnswer({ answer, calls, ended: at, model }: Exchange, known: Calls): readonly Entry[] {
  const base = defined({ at, model });
  const message: readonly Entry[] = answer === undefined || answer.trim() === "" ? [] : [{ ...base, kind: "message", text: answer }];
  const started = calls.map((call): Entry => {
    known.set(textOf(call, "id") ?? "", call);
    return { ...base, kind: "tool-call", call: textOf(call, "id") ?? "", tool: textOf(call, "name") ?? "", input: call["args"] };
  });
  return [...message, ...started];
}
