import type { Json } from "../shared/record.ts";
import { isJson, listOf, numberOf, textOf } from "../shared/record.ts";

/** ms since 1970. Kiro writes seconds. */
export function momentOf(meta: Json): number | undefined {
  const seconds = numberOf(meta, "timestamp");
  return seconds === undefined ? undefined : seconds * 1000;
}

/** The parts of a record's content: what each is, and what it holds. */
export function* partsOf(data: Json): Generator<{ readonly kind: string; readonly data: unknown }> {
  for (const part of listOf(data, "content")) {
    if (isJson(part)) yield { kind: textOf(part, "kind") ?? "no kind", data: part["data"] };
  }
}

/** What a person wrote. */
export function textsOf(data: Json): string {
  const texts: string[] = [];
  for (const part of partsOf(data)) {
    if (part.kind === "text" && typeof part.data === "string") texts.push(part.data);
    else if (part.kind === "image") texts.push("[image]");
  }
  return texts.join("\n");
}
