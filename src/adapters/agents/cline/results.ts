import type { Entry } from "../../../domain/view.ts";
import { textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, objectOf, textOf } from "../shared/record.ts";

type Edit = Extract<Entry, { readonly kind: "edit" }>;

/** A result, with the edit that its call made. Cline records no exit codes. */
export function resultOf(block: Json, calls: ReadonlyMap<string, Json>): readonly Entry[] {
  const call = textOf(block, "tool_use_id") ?? "";
  const parts = partsOf(block["content"]);
  const text = parts === undefined ? textOfContent(block["content"]) : parts.map((part) => textOf(part, "result") ?? textOf(part, "error") ?? "").join("\n");
  const refused = /\b(?:rejected|denied) by (?:the )?user\b/i.test(text.slice(0, 400));
  const failed = refused || block["is_error"] === true || parts?.some(({ success }) => success === false) === true;
  const result: Entry = { kind: "tool-result", call, text, ...(failed ? { failed } : {}) };
  if (refused) return [result, { kind: "rejection", text }];
  return failed ? [result] : [result, ...editsOf(call, calls.get(call))];
}

/** What ran, one part a command or a file: a list, or the same as JSON in a text. */
function partsOf(content: unknown): readonly Json[] | undefined {
  const value = typeof content === "string" && content.startsWith('{"query"') ? parsed(content) : content;
  const parts = Array.isArray(value) ? value : [value];
  return parts.length > 0 && parts.every((part) => isJson(part) && "query" in part) ? parts.filter(isJson) : undefined;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** A call of `editor` without an old text makes the file. */
function editsOf(call: string, block: Json | undefined): readonly Edit[] {
  const input = objectOf(block ?? {}, "input");
  const path = textOf(input, "path");
  const after = textOf(input, "new_text");
  if (block?.["name"] !== "editor" || path === undefined || after === undefined) return [];
  return [{ kind: "edit", call, path, after, ...defined({ before: textOf(input, "old_text") }) }];
}
