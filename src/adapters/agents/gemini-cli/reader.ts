import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import type { Json } from "../shared/record.ts";
import { headline, isJson, listOf, textOf, timeOf } from "../shared/record.ts";
import { idOf, itemsOf, messagesIn, newsOf, promptOf } from "./messages.ts";

const KEYS = ["id", "type", "timestamp", "startTime", "content", "displayContent", "model", "sessionId", "messages", "$set", "$rewindTo"];
/** Longer contents are images in all likelihood, and longer lists repeat what is known. */
const LONG = 4 << 20;

interface GeminiState extends ReaderState {
  /** Ids of prompts and summaries: lists of messages repeat them. */
  seen: string[];
}

type Fields = ReadonlyMap<string, Span>;

/** Reads the records of one file of a session: docs/agents/gemini-cli.md. They never say where they ran. */
export function geminiReader(file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  let state = load(earlier);
  let kept = copyOf(state);
  const isMain = file.role === "transcript";
  const isDocument = file.path.endsWith(".json");
  let isTorn = false;
  return {
    ...(isDocument ? { takes: "document", torn: () => isTorn } : {}),
    take(bytes) {
      if (isMain || file.role === "subagent") {
        if (isDocument) isTorn = !takeDocument(file.path, bytes, state, isMain);
        else takeRecord(asBuffer(bytes), state, isMain);
      }
      return undefined;
    },
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = copyOf(kept)),
    facts: () => factsOf(state),
    state: () => structuredClone(state),
  };
}

function load(earlier: unknown): GeminiState {
  return { ...loadState(earlier), seen: isJson(earlier) ? listOf(earlier, "seen").filter((id) => typeof id === "string") : [] };
}

function takeRecord(line: Buffer, state: GeminiState, isMain: boolean): void {
  const fields = scanObject(line, KEYS);
  if (fields === undefined) {
    if (!isBlank(line)) state.damaged++;
    return;
  }
  if (fields.has("$rewindTo") && textAt(line, fields.get("$rewindTo")) !== undefined) return;
  const id = textAt(line, fields.get("id"), 1024);
  if (id !== undefined) return takeMessage(line, id, fields, state, isMain);
  const set = fields.get("$set");
  if (set !== undefined && line[set.start] === 0x7b) return takeSet(line, set, state, isMain);
  if (!fields.has("sessionId") && !fields.has("messages")) return;
  seenAt(state, timeOf(textAt(line, fields.get("startTime"), 64)));
  const messages = { messages: shortValue(line, fields.get("messages")) };
  for (const message of messagesIn(messages)) takeParsed(message, state, isMain);
}

function takeMessage(line: Buffer, id: string, fields: Fields, state: GeminiState, isMain: boolean): void {
  const message = {
    id,
    type: textAt(line, fields.get("type"), 256),
    timestamp: textAt(line, fields.get("timestamp"), 64),
    model: textAt(line, fields.get("model"), 256),
    displayContent: shortValue(line, fields.get("displayContent")),
  };
  const content = fields.get("content");
  if (message.type !== "user" || content === undefined) return takeParsed(message, state, isMain);
  const isLong = content.end - content.start > LONG;
  if (isLong && line.subarray(content.start, content.start + 512).includes('"functionResponse"')) return takeParsed(message, state, isMain);
  takeParsed({ ...message, content: isLong ? LONG_PROMPT : valueAt(line, content) }, state, isMain);
}

/** Stands for what is too long to be read for a title. */
const LONG_PROMPT = "[long]";

function shortValue(line: Buffer, span: Span | undefined): unknown {
  return span === undefined || span.end - span.start > LONG ? undefined : valueAt(line, span);
}

function takeParsed(message: Json, state: GeminiState, isMain: boolean): void {
  seenAt(state, timeOf(textOf(message, "timestamp")));
  const model = textOf(message, "model");
  if (message["type"] === "gemini" && model !== undefined) seenModel(state, model);
  const prompt = isMain ? promptOf(message) : undefined;
  if (prompt === undefined || state.seen.includes(idOf(message))) return;
  state.seen = [...state.seen, idOf(message)];
  state.prompts++;
  if (prompt !== LONG_PROMPT) state.titles.asked ??= headline(prompt);
}

function takeSet(line: Buffer, set: Span, state: GeminiState, isMain: boolean): void {
  const fields = scanObject(line, ["summary", "messages"], { range: set });
  const list = { messages: shortValue(line, fields?.get("messages")) };
  if (Array.isArray(list.messages)) return takeList(messagesIn(list), state, isMain);
  const summary = textAt(line, fields?.get("summary"));
  if (summary !== undefined) state.titles.made = headline(summary) ?? state.titles.made;
}

function takeList(messages: readonly Json[], state: GeminiState, isMain: boolean): void {
  const { summary, added } = newsOf(messages, new Set(state.seen));
  for (const message of added) takeParsed(message, state, isMain);
  if (summary === undefined) return;
  const copies = messages.filter((message) => promptOf(message) !== undefined).map(idOf);
  state.seen = [...new Set([...state.seen, ...copies])];
}

/** @returns whether the document is whole: one that the agent is writing is not */
function takeDocument(path: string, bytes: Uint8Array, state: GeminiState, isMain: boolean): boolean {
  const items = [...itemsOf(path, bytes)];
  for (const item of items) {
    if (item.kind === "damaged") state.damaged++;
    if (item.kind === "message") takeParsed(item.record, state, isMain);
    if (item.kind !== "header") continue;
    seenAt(state, timeOf(textOf(item.record, "startTime")));
    const summary = headline(textOf(item.record, "summary") ?? "");
    if (summary !== undefined) state.titles.made = summary;
  }
  return items.some(({ kind }) => kind !== "damaged");
}
