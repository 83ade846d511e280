import type { TextForm } from "../../domain/secrets/unescape.ts";

/** Files of records are JSON, one a line; all others are taken as one text. */
export function formOf(path: string): TextForm {
  return path.includes(".jsonl") ? "lines" : "text";
}
