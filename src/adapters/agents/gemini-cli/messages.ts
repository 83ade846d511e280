import { partsOf, textOfParts } from "../shared/gemini-parts.ts";
import { asBuffer } from "../shared/json-scan.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { isJson, listOf, textOf } from "../shared/record.ts";

/** One record of a transcript. */
export type Item = {
  /** Where its line begins in the file, and how long it is, in bytes. */
  readonly start: number;
  readonly length: number;
  /** Its line holds other records too. */
  readonly shares?: true;
} & (
  | { readonly kind: "header" | "message" | "other"; readonly record: Json }
  /** The messages that from here on are all there are. */
  | { readonly kind: "list"; readonly messages: readonly Json[] }
  | { readonly kind: "rewind"; readonly to: string }
  | { readonly kind: "unknown"; readonly type: string }
  | { readonly kind: "damaged" }
);

/** The records of a transcript: of a file that grows by lines, or of a document, as older versions wrote. */
export function* itemsOf(path: string, bytes: Uint8Array): Generator<Item> {
  if (path.endsWith(".json")) {
    if (bytes.length > 0) yield* itemsOfRecord(parsed(bytes), { start: 0, length: bytes.length });
    return;
  }
  for (const { record, start, line } of recordsOf(bytes)) yield* itemsOfRecord(record, { start, length: line.length });
}

function parsed(bytes: Uint8Array): Json | null {
  try {
    const value: unknown = JSON.parse(asBuffer(bytes).toString("utf8"));
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

function* itemsOfRecord(record: Json | null, place: { readonly start: number; readonly length: number }): Generator<Item> {
  if (record === null) return yield { ...place, kind: "damaged" };
  const to = textOf(record, "$rewindTo");
  if (to !== undefined) return yield { ...place, kind: "rewind", to };
  if (textOf(record, "id") !== undefined) return yield { ...place, kind: "message", record };
  const set = record["$set"];
  if (isJson(set)) return yield Array.isArray(set["messages"]) ? { ...place, kind: "list", messages: messagesIn(set) } : { ...place, kind: "other", record: set };
  if (isJson(record["$patch"])) return yield { ...place, kind: "other", record: record["$patch"] };
  if (textOf(record, "sessionId") === undefined && !Array.isArray(record["messages"])) return yield { ...place, kind: "unknown", type: textOf(record, "type") ?? "no type" };
  const messages = messagesIn(record);
  const shares = messages.length > 0 ? ({ shares: true } as const) : {};
  yield { ...place, ...shares, kind: "header", record };
  for (const message of messages) yield { ...place, ...shares, kind: "message", record: message };
}

/** The list of messages under a record's `messages`. */
export function messagesIn(record: Json): readonly Json[] {
  return listOf(record, "messages").filter((message): message is Json => isJson(message) && typeof message["id"] === "string");
}

export function idOf(message: Json): string {
  return textOf(message, "id") ?? "";
}

/** What a message says, without thoughts, calls and answers of tools. */
export function saidIn(message: Json): string {
  return textOfParts(partsOf(message["content"]), "\n");
}

/** Texts in user messages that the agent wrote, not a person. */
const INJECTED = ["<session_context>", "<hook_context>"];

/** What a person asked in a message, as it was typed where that is recorded; undefined when nobody did. */
export function promptOf(message: Json): string | undefined {
  if (message["type"] !== "user") return undefined;
  const content = partsOf(message["content"]);
  if (content.some((part) => isJson(part["functionResponse"]))) return undefined;
  const typed = message["displayContent"] === undefined ? "" : textOfParts(partsOf(message["displayContent"]), "\n");
  const text = typed === "" ? textOfParts(content, "\n") : typed;
  const trimmed = text.trimStart();
  return trimmed === "" || INJECTED.some((start) => trimmed.startsWith(start)) ? undefined : text;
}

/** What the model answers to a summary, as the agent writes it itself. */
const TAKEN_NOTE = "Got it. Thanks for the additional context!";

/** The message of a list that sums up what came before: a compaction made the list. */
export function summaryIn(messages: readonly Json[]): Json | undefined {
  return messages.find((message, at) => {
    if (message["type"] !== "user") return false;
    const next = messages[at + 1];
    return saidIn(message).includes("<state_snapshot>") || (next?.["type"] === "gemini" && saidIn(next) === TAKEN_NOTE);
  });
}

/** What a list of messages says that was not known: a summary with copies of what it keeps, or messages. */
export interface News {
  readonly summary?: Json;
  readonly added: readonly Json[];
}

/** @param seen ids that are known; those of the list are added */
export function newsOf(messages: readonly Json[], seen: Set<string>): News {
  const summary = summaryIn(messages);
  const isNew = summary !== undefined && !seen.has(idOf(summary));
  const added = isNew ? [] : messages.filter((message) => !seen.has(idOf(message)));
  for (const message of messages) seen.add(idOf(message));
  return isNew ? { summary, added } : { added };
}
