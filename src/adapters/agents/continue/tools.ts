import type { Entry } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, objectOf, textOf } from "../shared/record.ts";

type Edit = Extract<Entry, { readonly kind: "edit" }>;

/** A call with its result, and the edits that it made when it was done. */
export function entriesOfState(state: Json): readonly Entry[] {
  const toolCall = objectOf(state, "toolCall");
  const call = textOf(state, "toolCallId") ?? textOf(toolCall, "id") ?? "";
  const tool = textOf(objectOf(toolCall, "function"), "name") ?? "";
  const input = state["parsedArgs"] ?? state["processedArgs"] ?? inputOf(toolCall);
  const called: Entry = { kind: "tool-call", call, tool, input };
  const output = listOf(state, "output").filter(isJson);
  const { status } = state;
  const text = output.map((part) => textOf(part, "content") ?? "").join("\n");
  if (status === "canceled") return [called, { kind: "rejection", ...(text === "" ? {} : { text }) }];
  if (status !== "done" && status !== "errored") return [called];
  const result: Entry = { kind: "tool-result", call, text, ...(status === "errored" ? { failed: true } : {}) };
  return status === "errored" ? [called, result] : [called, result, ...editsOf(call, tool, isJson(input) ? input : {})];
}

/** The arguments of a call: JSON in a text. */
export function inputOf(toolCall: Json): unknown {
  const given = objectOf(toolCall, "function")["arguments"];
  if (typeof given !== "string") return given;
  try {
    const value: unknown = JSON.parse(given);
    return value;
  } catch {
    return given;
  }
}

/** By the names of the CLI (`Edit`, `MultiEdit`, `Write`) and of the extensions. */
function editsOf(call: string, tool: string, input: Json): readonly Edit[] {
  const path = textOf(input, "file_path") ?? textOf(input, "filepath");
  if (path === undefined) return [];
  switch (tool) {
    case "Write":
    case "create_new_file": {
      const after = textOf(input, "content") ?? textOf(input, "contents");
      return after === undefined ? [] : [{ kind: "edit", call, path, after }];
    }
    case "Edit":
    case "single_find_and_replace":
      return [{ kind: "edit", call, path, ...sides(input) }];
    case "MultiEdit":
    case "multi_edit":
      return listOf(input, "edits").filter(isJson).map((edit) => ({ kind: "edit", call, path, ...sides(edit) }));
    case "edit_existing_file":
      return [{ kind: "edit", call, path, ...defined({ patch: textOf(input, "changes") }) }];
    default:
      return [];
  }
}

function sides(edit: Json): { readonly before?: string; readonly after?: string } {
  return defined({ before: textOf(edit, "old_string"), after: textOf(edit, "new_string") });
}
