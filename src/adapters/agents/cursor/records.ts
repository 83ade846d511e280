import { bubbleIn } from "./composers.ts";
import { recordOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { isAbsolutePath, isJson, listOf, objectOf, textOf } from "../shared/record.ts";

/** A line of a transcript, or of the captured messages of a database. */
export type CursorRecord =
  | { readonly kind: "head"; readonly head: Json }
  | { readonly kind: "title"; readonly title: string }
  | { readonly kind: "user" | "assistant" | "tool"; readonly message: Json; readonly parts: readonly Json[]; readonly id: string | undefined }
  /** Of the editor. */
  | { readonly kind: "bubble"; readonly bubble: Json }
  /** Nothing of it is shown. */
  | { readonly kind: "system" }
  | { readonly kind: "unknown"; readonly type: string };

/** null: it cannot be read. */
export function cursorRecord(line: Uint8Array): CursorRecord | null {
  const record = recordOf(line);
  if (record === null) return null;
  const bubble = bubbleIn(record);
  if (bubble !== undefined) return bubble === null ? null : { kind: "bubble", bubble };
  const title = textOf(record, "title");
  const role = textOf(record, "role");
  if (role === undefined && record["cursor"] !== undefined) return { kind: "head", head: record };
  if (role === undefined && title !== undefined) return { kind: "title", title };
  // A transcript has the role beside the message, a database in it.
  const message = objectOf(record, "message");
  const said = role ?? textOf(message, "role");
  if (said === "system") return { kind: "system" };
  if (said === "user" || said === "assistant" || said === "tool") return { kind: said, message, parts: partsOf(message), id: textOf(record, "id") };
  return { kind: "unknown", type: said ?? textOf(record, "type") ?? (record["blob"] === undefined && record["text"] === undefined ? "no type" : "blob") };
}

function partsOf(message: Json): readonly Json[] {
  const content = textOf(message, "content");
  return content === undefined ? listOf(message, "content").filter(isJson) : [{ type: "text", text: content }];
}

/** Absolute. */
export function directoryIn(head: Json): string | undefined {
  const directory = textOf(head, "directory");
  return directory !== undefined && isAbsolutePath(directory) ? directory : undefined;
}

/** A line that is longer may come cut. */
export const LONG = 4 << 20;
const BEGINS = /^\{(?:"id":"[^"]*",(?:"type":"text",)?"message":\{)?\s*"role":\s*"(user|assistant|tool|system)"/;

/** The role of a line that came cut: head and tail of a long one. */
export function roleOfCut(line: Buffer): string | undefined {
  return line.length < LONG ? undefined : BEGINS.exec(line.subarray(0, 512).toString("latin1"))?.[1];
}
