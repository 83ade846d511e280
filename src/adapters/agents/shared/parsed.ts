import { asBuffer } from "./json-scan.ts";
import { isBlank, linesOf } from "./lines.ts";
import type { Json } from "./record.ts";
import { isJson } from "./record.ts";

/**
 * The records of an `append` file; `null` for a line that cannot be read. A torn last line is none yet.
 * @param skim gives what is needed of a line that is not worth parsing; undefined: it is parsed
 */
export function* recordsOf(bytes: Uint8Array, skim?: (line: Uint8Array) => Json | undefined): Generator<{ readonly record: Json | null; readonly start: number; readonly line: Uint8Array }> {
  for (const { line, start, whole } of linesOf(bytes)) {
    if (isBlank(line)) continue;
    const record = skim?.(line) ?? recordOf(line);
    if (record === null && !whole) continue;
    yield { record, start, line };
  }
}

/** The object in a line; null when it is damaged, or holds something else. */
export function recordOf(line: Uint8Array): Json | null {
  try {
    const text = asBuffer(line).toString("utf8");
    const value: unknown = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

/** The text of a content that is a string, or a list of blocks. */
export function textOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const parts: string[] = [];
  for (const block of content) {
    if (typeof block === "string") parts.push(block);
    if (!isJson(block)) continue;
    const { text, type } = block;
    if (typeof text === "string") parts.push(text);
    else if (type === "image" || type === "input_image") parts.push("[image]");
  }
  return parts.join("\n");
}
