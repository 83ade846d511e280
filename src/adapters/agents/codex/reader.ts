import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import type { Json } from "../shared/record.ts";
import { headline, isAbsolutePath, isJson, listOf, numberOf, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { Lineage } from "./lineage.ts";
import { enterMeta, enterRecord, parentOf } from "./lineage.ts";
import { asPrompt, directoryIn, promptOfMessage } from "./prompt.ts";

const KEYS = ["type", "timestamp", "ordinal", "payload", "id", "git", "role", "content", "record_type"];
/** Longer records are not parsed. Bytes. */
export const LONG = 4 << 20;

interface CodexState extends ReaderState {
  lineage: Lineage;
  /** The directory of the own session_meta. */
  home?: string | undefined;
  /** Prompts that came as events, and prompts that came as messages: newer versions write both. */
  events: number;
  messages: number;
  askedByEvent?: string | undefined;
  askedByMessage?: string | undefined;
}

type Fields = ReadonlyMap<string, Span>;

/** Reads the records of one rollout: docs/agents/codex.md. */
export function codexReader(_file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  let state = load(earlier);
  let kept = copyOf(state);
  return {
    take: (line) => takeRecord(asBuffer(line), state),
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = { ...copyOf(kept), lineage: state.lineage, home: state.home }),
    facts: () => {
      const byEvent = state.events > 0;
      const asked = byEvent ? state.askedByEvent : state.askedByMessage;
      return factsOf({ ...state, prompts: byEvent ? state.events : state.messages, titles: { ...state.titles, asked } });
    },
    state: () => structuredClone(state),
  };
}

function load(earlier: unknown): CodexState {
  const kept = isJson(earlier) ? earlier : {};
  const lineage = objectOf(kept, "lineage");
  return {
    ...loadState(earlier),
    lineage: { thread: textOf(lineage, "thread"), start: numberOf(lineage, "start"), inherited: lineage["inherited"] === true },
    home: textOf(kept, "home"),
    events: numberOf(kept, "events") ?? 0,
    messages: numberOf(kept, "messages") ?? 0,
    askedByEvent: textOf(kept, "askedByEvent"),
    askedByMessage: textOf(kept, "askedByMessage"),
  };
}

function takeRecord(line: Buffer, state: CodexState): string | undefined {
  const fields = scanObject(line, KEYS);
  if (fields === undefined) {
    if (!isBlank(line)) state.damaged++;
    return tornDirectory(line);
  }
  seenAt(state, timeOf(textAt(line, fields.get("timestamp"), 64)));
  const payload = fields.get("payload");
  const type = textAt(line, fields.get("type"), 256);
  if (payload === undefined || type === undefined) return takeBare(line, fields, type, state);
  const before = state.lineage.inherited;
  const ordinal = valueAt(line, fields.get("ordinal"));
  enterRecord(state.lineage, typeof ordinal === "number" ? ordinal : undefined, before ? turnAt(line, type, payload) : undefined);
  const said = absolute(takePayload(line, type, payload, state));
  // Where the copy of the parent's history ends, this session's own directory holds again.
  return said ?? (before && !state.lineage.inherited ? state.home : undefined);
}

function turnAt(line: Buffer, type: string, payload: Span): string | undefined {
  if (type !== "turn_context" && type !== "event_msg") return undefined;
  if (type === "event_msg" && typeAt(line, payload) !== "task_started") return undefined;
  return textAt(line, scanObject(line, ["turn_id"], { range: payload, enough: true })?.get("turn_id"), 256);
}

function takePayload(line: Buffer, type: string, payload: Span, state: CodexState): string | undefined {
  if (type === "session_meta") return takeMeta(objectAt(line, payload), state);
  if (type === "turn_context") {
    const context = scanObject(line, ["cwd", "model"], { range: payload });
    const model = textAt(line, context?.get("model"), 256);
    if (model !== undefined && !state.lineage.inherited) seenModel(state, model);
    return textAt(line, context?.get("cwd"), 64 * 1024);
  }
  if (state.lineage.inherited) return undefined;
  if (payload.end - payload.start > LONG) {
    takeLong(line, type, payload, state);
    return undefined;
  }
  if (type === "event_msg") takeEvent(line, payload, state);
  if (type === "response_item") takeItem(line, payload, state);
  return undefined;
}

/** @returns the directory of the session whose meta it is: a fork repeats its parent's, whose records follow */
function takeMeta(meta: Json, state: CodexState): string | undefined {
  const cwd = textOf(meta, "cwd");
  if (!enterMeta(state.lineage, meta)) return cwd;
  state.home = absolute(cwd);
  state.version = textOf(meta, "cli_version") ?? state.version;
  state.branch = textOf(objectOf(meta, "git"), "branch") ?? state.branch;
  state.parent = parentOf(meta) ?? state.parent;
  return cwd;
}

function takeEvent(line: Buffer, payload: Span, state: CodexState): void {
  const type = typeAt(line, payload);
  if (type === "item_completed") {
    const item = scanObject(line, ["item"], { range: payload, enough: true })?.get("item");
    if (item === undefined || typeAt(line, item) !== "UserMessage") return;
  }
  if (type === "thread_name_updated") {
    const event = objectAt(line, payload);
    state.titles.given = headline(textOf(event, "thread_name") ?? "") ?? state.titles.given;
  }
  const prompt = type === "user_message" || type === "item_completed" ? promptOfEvent(objectAt(line, payload)) : undefined;
  if (prompt === undefined) return;
  state.events++;
  state.askedByEvent ??= headline(prompt);
}

/** A record too long to be parsed, such as a prompt with images: its kind alone says whether it is a prompt. */
function takeLong(line: Buffer, type: string, payload: Span, state: CodexState): void {
  const fields = scanObject(line, ["type", "role", "item"], { range: payload });
  const kind = textAt(line, fields?.get("type"), 256);
  const item = fields?.get("item");
  const inner = item === undefined ? undefined : typeAt(line, item);
  if (type === "event_msg" && (kind === "user_message" || (kind === "item_completed" && inner === "UserMessage"))) state.events++;
  if (type === "response_item" && kind === "message" && textAt(line, fields?.get("role"), 64) === "user") state.messages++;
}

/** The prompt in an event of the second or third generation. */
export function promptOfEvent(event: Json): string | undefined {
  if (event["type"] === "user_message") {
    const text = textOf(event, "message");
    return text === undefined || text === "" ? (listOf(event, "images").length > 0 ? "[image]" : undefined) : asPrompt(text);
  }
  const item = objectOf(event, "item");
  return event["type"] === "item_completed" && item["type"] === "UserMessage" ? promptOfMessage(item) : undefined;
}

function takeItem(line: Buffer, payload: Span, state: CodexState): void {
  if (typeAt(line, payload) !== "message") return;
  const fields = scanObject(line, ["role"], { range: payload, enough: true });
  if (textAt(line, fields?.get("role"), 256) !== "user") return;
  countMessage(objectAt(line, payload), state);
}

function countMessage(message: Json, state: CodexState): void {
  const prompt = promptOfMessage(message);
  if (prompt === undefined) return;
  state.messages++;
  state.askedByMessage ??= headline(prompt);
}

/** Torn or cut in the middle, a record still ran where its beginning says. */
function tornDirectory(line: Buffer): string | undefined {
  const fields = scanObject(line, ["type", "payload"], { enough: true, torn: true });
  const type = textAt(line, fields?.get("type"), 256);
  const payload = fields?.get("payload");
  if (payload === undefined || (type !== "session_meta" && type !== "turn_context")) return undefined;
  return absolute(textAt(line, scanObject(line, ["cwd"], { range: payload, enough: true })?.get("cwd"), 64 * 1024));
}

/** The first generation: no envelope, and the directory only inside a text. */
function takeBare(line: Buffer, fields: Fields, type: string | undefined, state: CodexState): string | undefined {
  const id = textAt(line, fields.get("id"), 256);
  if (type === undefined && id !== undefined && fields.has("timestamp")) {
    state.lineage.thread ??= id;
    const git = valueAt(line, fields.get("git"));
    if (isJson(git)) state.branch = textOf(git, "branch") ?? state.branch;
    return undefined;
  }
  const content = fields.get("content");
  if (type !== "message" || textAt(line, fields.get("role"), 64) !== "user" || content === undefined || content.end - content.start > LONG) return undefined;
  const message = { content: valueAt(line, content) };
  countMessage(message, state);
  return absolute(directoryOfMessage(message));
}

export function directoryOfMessage(message: Json): string | undefined {
  for (const block of listOf(message, "content")) {
    const text = isJson(block) ? textOf(block, "text") : undefined;
    const directory = text === undefined ? undefined : directoryIn(text);
    if (directory !== undefined) return directory;
  }
  return undefined;
}

/** The `type` of an object inside a record: it stands at its beginning. */
function typeAt(line: Buffer, range: Span): string | undefined {
  return textAt(line, scanObject(line, ["type"], { range, enough: true })?.get("type"), 256);
}

function absolute(directory: string | undefined): string | undefined {
  return directory !== undefined && isAbsolutePath(directory) ? directory : undefined;
}

function objectAt(line: Buffer, span: Span): Json {
  const value = valueAt(line, span);
  return isJson(value) ? value : {};
}
