import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { isTrueAt, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import { lineReader } from "../shared/line-reader.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { defined, headline, isAbsolutePath, isJson, numberOf, textOf, timeOf } from "../shared/record.ts";
import { asPrompt, isOfConversation, textOfUser } from "./prompt.ts";
import { parentOf } from "./store.ts";

/** What Droid writes where a session has no title yet. */
const NO_TITLE = "New Session";
/** Longer contents are images in all likelihood; they are a prompt when no tool result stands at their start. */
const LONG_CONTENT = 4 << 20;

interface DroidState extends ReaderState {
  /** Another session called this one: no prompt is a person's. */
  isCalled: boolean;
  /** The last message of the parent that was copied here, until it came. */
  forkedAt?: string | undefined;
  /** Prompts until it came. They are the parent's if it comes, and the session's own if not. */
  early: number;
}

const KEYS = ["type", "id", "timestamp", "cwd", "title", "isSessionTitleManuallySet", "parent", "forkedAtMessageId", "callingSessionId", "message"];

/** Reads the records of a session: docs/agents/factory-droid.md. */
export function droidReader(file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  return lineReader({
    state: load(earlier),
    take: file.role === "transcript" ? takeRecord : () => undefined,
    place: ({ isCalled, forkedAt, parent }) => ({ isCalled, forkedAt, parent }),
    told: (state) => (state.forkedAt === undefined ? state : { ...state, prompts: state.prompts + state.early }),
  });
}

function load(earlier: unknown): DroidState {
  const kept = isJson(earlier) ? earlier : {};
  return { ...loadState(earlier), isCalled: kept["isCalled"] === true, forkedAt: textOf(kept, "forkedAt"), early: numberOf(kept, "early") ?? 0 };
}

function takeRecord(line: Buffer, state: DroidState): string | undefined {
  const fields = scanObject(line, KEYS);
  if (fields === undefined) {
    if (!isBlank(line)) state.damaged++;
    // Torn or cut in the middle, it still ran where its beginning says.
    const torn = scanObject(line, ["type", "cwd"], { enough: true });
    return textAt(line, torn?.get("type"), 256) === "session_start" ? directoryAt(line, torn?.get("cwd")) : undefined;
  }
  const type = textAt(line, fields.get("type"), 256);
  seenAt(state, timeOf(textAt(line, fields.get("timestamp"), 64)));
  if (type === "message") takeMessage(line, fields.get("message"), state);
  // The last one that was copied.
  if (state.forkedAt !== undefined && textAt(line, fields.get("id"), 256) === state.forkedAt) state.forkedAt = undefined;
  if (type !== "session_start") return undefined;
  takeStart(line, fields, state);
  return directoryAt(line, fields.get("cwd"));
}

function takeStart(line: Buffer, fields: ReadonlyMap<string, Span>, state: DroidState): void {
  const text = (key: string): string | undefined => textAt(line, fields.get(key), 256);
  const title = headline(textAt(line, fields.get("title")) ?? "");
  state.titles.made = title === NO_TITLE ? state.titles.made : (title ?? state.titles.made);
  if (isTrueAt(line, fields.get("isSessionTitleManuallySet"))) state.titles.given = state.titles.made;
  state.parent = parentOf(defined({ parent: text("parent"), callingSessionId: text("callingSessionId") })) ?? state.parent;
  state.isCalled = text("callingSessionId") !== undefined;
  state.forkedAt = text("forkedAtMessageId");
}

function takeMessage(line: Buffer, message: Span | undefined, state: DroidState): void {
  const fields = message === undefined ? undefined : scanObject(line, ["role", "content", "visibility", "modelId"], { range: message });
  const role = textAt(line, fields?.get("role"), 256);
  const model = role === "assistant" && state.forkedAt === undefined ? textAt(line, fields?.get("modelId"), 256) : undefined;
  if (model !== undefined) seenModel(state, model);
  const content = fields?.get("content");
  if (role !== "user" || content === undefined || !isOfConversation(textAt(line, fields?.get("visibility"), 256))) return;
  const prompt = asPrompt(isLong(content) ? longText(line, content) : textOfUser(valueAt(line, content)), state.isCalled);
  if (prompt === undefined) return;
  if (state.forkedAt === undefined) state.prompts++;
  else state.early++;
  state.titles.asked ??= headline(prompt);
}

function isLong(content: Span): boolean {
  return content.end - content.start > LONG_CONTENT;
}

function longText(line: Buffer, content: Span): string | undefined {
  return line.subarray(content.start, content.start + 4096).includes('"tool_result"') ? undefined : "";
}

function directoryAt(line: Buffer, span: Span | undefined): string | undefined {
  const text = textAt(line, span, 64 * 1024);
  return text !== undefined && isAbsolutePath(text) ? text : undefined;
}
