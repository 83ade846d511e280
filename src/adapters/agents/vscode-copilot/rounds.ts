import type { Entry } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, objectOf, textOf } from "../shared/record.ts";
import { exitCodeOf, wasRefused, type Part } from "./response.ts";

type Edit = Extract<Entry, { readonly kind: "edit" }>;

/** What the model said and called, round by round, with the results. */
export function entriesOfRounds(rounds: readonly Json[], metadata: Json, parts: readonly Part[]): readonly Entry[] {
  const results = objectOf(metadata, "toolCallResults");
  const shown = new Map(parts.map((part) => [textOf(part, "toolCallId"), part]));
  const summary = textOf(objectOf(metadata, "summary"), "text");
  const entries: Entry[] = summary === undefined ? [] : [{ kind: "compaction", summary }];
  for (const round of rounds) {
    const thought = objectOf(round, "thinking")["text"];
    if (thought !== undefined) entries.push({ kind: "reasoning", text: Array.isArray(thought) ? thought.join("\n") : typeof thought === "string" ? thought : "" });
    const said = textOf(round, "response") ?? "";
    if (said.trim() !== "") entries.push({ kind: "message", text: said });
    for (const call of listOf(round, "toolCalls").filter(isJson)) entries.push(...entriesOfCall(call, results, shown.get(textOf(call, "id"))));
  }
  return entries;
}

function entriesOfCall(called: Json, results: Json, shown: Part | undefined): readonly Entry[] {
  const call = textOf(called, "id") ?? "";
  const tool = textOf(called, "name") ?? "";
  const input = parsed(textOf(called, "arguments"));
  const entry: Entry = { kind: "tool-call", call, tool, input };
  if (shown !== undefined && wasRefused(shown)) return [entry, { kind: "rejection" }];
  const result = Object.hasOwn(results, call) ? results[call] : undefined;
  if (!isJson(result)) return [entry];
  const exitCode = shown === undefined ? undefined : exitCodeOf(shown);
  const failed = exitCode !== undefined && exitCode !== 0;
  const told: Entry = { kind: "tool-result", call, text: textOfResult(result), ...(failed ? { failed } : {}), ...defined({ exitCode }) };
  return [entry, told, ...editsOf(call, tool, isJson(input) ? input : {})];
}

function parsed(given: string | undefined): unknown {
  try {
    const value: unknown = JSON.parse(given ?? "");
    return value;
  } catch {
    return given;
  }
}

/** A text, or the tree of a prompt, of which only the leaves are text. */
function textOfResult(result: Json): string {
  let text = "";
  const left: unknown[] = [...listOf(result, "content")].reverse();
  while (left.length > 0) {
    const node = left.pop();
    if (!isJson(node)) continue;
    if (typeof node["value"] === "string") text += node["value"];
    if (typeof node["text"] === "string") text += `${node["lineBreakBefore"] === true && text !== "" ? "\n" : ""}${node["text"]}`;
    for (const child of [...listOf(node, "children")].reverse()) left.push(child);
    for (const inner of [node["value"], node["node"]]) if (isJson(inner)) left.push(inner);
  }
  return text;
}

function editsOf(call: string, tool: string, input: Json): readonly Edit[] {
  if (tool === "multi_replace_string_in_file") return listOf(input, "replacements").filter(isJson).flatMap((each) => editsOf(call, "replace_string_in_file", each));
  const path = textOf(input, "filePath");
  if (path === undefined) return [];
  switch (tool) {
    case "replace_string_in_file":
      return [{ kind: "edit", call, path, ...defined({ before: textOf(input, "oldString"), after: textOf(input, "newString") }) }];
    case "create_file":
      return [{ kind: "edit", call, path, ...defined({ after: textOf(input, "content") }) }];
    case "insert_edit_into_file":
      return [{ kind: "edit", call, path, ...defined({ patch: textOf(input, "code") }) }];
    default:
      return [];
  }
}
