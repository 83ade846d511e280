import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import { lineReader } from "../shared/line-reader.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import type { Json } from "../shared/record.ts";
import { defined, headline, isAbsolutePath, isJson, numberOf, timeOf } from "../shared/record.ts";
import { promptOf } from "./prompt.ts";
import { parentOf } from "./store.ts";

interface PiState extends ReaderState {
  /** When this session was forked from another, ms since 1970: what is older was copied from there. */
  forked?: number | undefined;
}

const KEYS = ["type", "timestamp", "cwd", "parentSession", "branchedFrom", "message", "name"];
/** Longer contents are images in all likelihood: a prompt all the same, and never taken apart. */
const LONG_CONTENT = 4 << 20;

/** Reads the records of a session: docs/agents/pi.md. */
export function piReader(_file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  const state: PiState = { ...loadState(earlier), forked: isJson(earlier) ? numberOf(earlier, "forked") : undefined };
  return lineReader({ state, take: takeRecord, place: ({ forked, parent }) => ({ forked, parent }) });
}

function takeRecord(line: Buffer, state: PiState): string | undefined {
  const fields = scanObject(line, KEYS);
  if (fields === undefined) {
    if (!isBlank(line)) state.damaged++;
    // Torn or cut in the middle, it still ran where its beginning says.
    const torn = scanObject(line, ["type", "cwd"], { enough: true });
    return textAt(line, torn?.get("type"), 256) === "session" ? directoryAt(line, torn?.get("cwd")) : undefined;
  }
  const type = textAt(line, fields.get("type"), 256);
  const time = timeOf(textAt(line, fields.get("timestamp"), 64));
  if (type === "session") {
    enterHeader(line, fields, time, state);
    return directoryAt(line, fields.get("cwd"));
  }
  if (isCopied(time, state.forked)) return undefined;
  seenAt(state, time);
  if (type === "message") takeMessage(line, fields.get("message"), state);
  if (type === "session_info") state.titles.given = headline(textAt(line, fields.get("name")) ?? "") ?? state.titles.given;
  return undefined;
}

function enterHeader(line: Buffer, fields: ReadonlyMap<string, Span>, time: number | undefined, state: PiState): void {
  const header = defined({ parentSession: textAt(line, fields.get("parentSession"), 64 * 1024), branchedFrom: textAt(line, fields.get("branchedFrom"), 64 * 1024) });
  state.forked = isFork(header) ? time : undefined;
  state.parent = parentOf(header) ?? state.parent;
  seenAt(state, time);
}

/** Whether a header names a file from which the session goes on. */
export function isFork(header: Json): boolean {
  return typeof header["parentSession"] === "string" || typeof header["branchedFrom"] === "string";
}

/** A fork begins with a copy of its parent's entries, which keep their times. @param forked when, absent: it is no fork */
export function isCopied(time: number | undefined, forked: number | undefined): boolean {
  return forked !== undefined && time !== undefined && time < forked;
}

function takeMessage(line: Buffer, message: Span | undefined, state: PiState): void {
  const fields = message === undefined ? undefined : scanObject(line, ["role", "content", "model"], { range: message });
  const role = textAt(line, fields?.get("role"), 256);
  const model = role === "assistant" ? textAt(line, fields?.get("model"), 256) : undefined;
  if (model !== undefined) seenModel(state, model);
  const content = fields?.get("content");
  if (role !== "user" || content === undefined) return;
  const isLong = content.end - content.start > LONG_CONTENT;
  const prompt = isLong ? "" : promptOf(valueAt(line, content));
  if (prompt === undefined) return;
  state.prompts++;
  state.titles.asked ??= headline(prompt);
}

function directoryAt(line: Buffer, span: Span | undefined): string | undefined {
  const text = textAt(line, span, 64 * 1024);
  return text !== undefined && isAbsolutePath(text) ? text : undefined;
}
