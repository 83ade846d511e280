import type { Json } from "../record.ts";
import { textOf } from "../record.ts";

/** What a part of a user's message says of the prompt. What the agent put there itself is none. */
export function promptOfPart(data: Json): { readonly text?: string; readonly file?: string } | undefined {
  if (data["synthetic"] === true || data["ignored"] === true) return undefined;
  const text = textOf(data, "text");
  if (data["type"] === "text" && text !== undefined && text.trim() !== "") return { text: unwrapped(text) };
  if (data["type"] === "file") return { file: `[${textOf(data, "filename") ?? textOf(data, "mime") ?? "file"}]` };
  return undefined;
}

/** `opencode run "some words"` keeps the words in quotes of its own, and escapes those inside. */
function unwrapped(text: string): string {
  if (!/^"[^]*"$/.test(text) || text.length < 2 || !text.includes(" ")) return text;
  const inner = text.slice(1, -1);
  return /(?:^|[^\\])"/.test(inner) ? text : inner.replaceAll('\\"', '"');
}
