import type { FileRole, RecordReader, SessionFacts } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, isTrueAt, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import type { Json } from "../shared/record.ts";
import { defined, headline, isAbsolutePath, isJson, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { promptOf, queuedPromptOf } from "./prompt.ts";

const KEYS = ["type", "cwd", "gitBranch", "version", "timestamp", "isMeta", "isSidechain", "isCompactSummary", "isVisibleInTranscriptOnly", "message", "attachment", "origin", "turnOrigin", "customTitle", "aiTitle", "toolUseResult"];
/** Longer contents are images in all likelihood; they are a prompt when no tool result stands at their start. */
const LONG_CONTENT = 4 << 20;

type Fields = ReadonlyMap<string, Span>;

/** Also takes what somebody parsed already. */
export interface ClaudeReader extends RecordReader {
  /** The facts of a record of a transcript, as `take` finds them in its line. */
  takeParsed(record: Json, line: Uint8Array): void;
}

/** Reads the records of one file of a session: docs/agents/claude-code.md. */
export function claudeReader(file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): ClaudeReader {
  let state = loadState(earlier);
  let kept = copyOf(state);
  const lines = file.role === "transcript" || file.role === "subagent";
  return {
    take(line) {
      if (lines) return takeRecord(asBuffer(line), state, file.role === "subagent");
      if (file.path.endsWith("/custom-title.json")) takeTitle(asBuffer(line), state);
      return undefined;
    },
    takeParsed(record, line) {
      // Of contents that are too long `take` says less.
      if (line.length > LONG_CONTENT) takeRecord(asBuffer(line), state, false);
      else takeParsed(record, state);
    },
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = copyOf(kept)),
    facts: (): SessionFacts => factsOf(state),
    state: () => structuredClone(state),
  };
}

function takeRecord(line: Buffer, state: ReaderState, subagent: boolean): string | undefined {
  const fields = scanObject(line, KEYS);
  if (fields === undefined) {
    if (!isBlank(line)) state.damaged++;
    // Torn or cut in the middle, it still ran where its beginning says.
    return directoryAt(line, scanObject(line, ["cwd"], { enough: true })?.get("cwd"));
  }
  seenAt(state, timeOf(textAt(line, fields.get("timestamp"), 64)));
  const branch = textAt(line, fields.get("gitBranch"), 4096);
  if (branch !== undefined && branch !== "") state.branch = branch;
  const version = textAt(line, fields.get("version"), 256);
  if (version !== undefined) state.version = version;
  takeByType(line, fields, state, subagent);
  return directoryAt(line, fields.get("cwd"));
}

function takeParsed(record: Json, state: ReaderState): void {
  seenAt(state, timeOf(textOf(record, "timestamp")));
  const branch = textOf(record, "gitBranch");
  if (branch !== undefined && branch !== "") state.branch = branch;
  state.version = textOf(record, "version") ?? state.version;
  const type = textOf(record, "type");
  const model = type === "assistant" ? textOf(objectOf(record, "message"), "model") : undefined;
  if (model !== undefined && model !== "<synthetic>") seenModel(state, model);
  if (type === "user" && isJson(record["message"])) countPrompt(promptOf(record), state);
  if (type === "attachment") countPrompt(queuedPromptOf(record), state);
  if (type === "custom-title") state.titles.given = headline(textOf(record, "customTitle") ?? "") ?? state.titles.given;
  if (type === "ai-title") state.titles.made = headline(textOf(record, "aiTitle") ?? "") ?? state.titles.made;
}

function directoryAt(line: Buffer, cwd: Span | undefined): string | undefined {
  const text = textAt(line, cwd, 64 * 1024);
  return text !== undefined && isAbsolutePath(text) ? text : undefined;
}

function takeByType(line: Buffer, fields: Fields, state: ReaderState, subagent: boolean): void {
  switch (textAt(line, fields.get("type"), 256)) {
    case "assistant":
      return takeModel(line, fields.get("message"), state);
    case "user":
      return subagent ? undefined : takePrompt(line, fields, state);
    case "attachment":
      return subagent ? undefined : takeQueued(line, fields, state);
    case "custom-title":
      state.titles.given = headline(textAt(line, fields.get("customTitle")) ?? "") ?? state.titles.given;
      return;
    case "ai-title":
      state.titles.made = headline(textAt(line, fields.get("aiTitle")) ?? "") ?? state.titles.made;
      return;
  }
}

function takeModel(line: Buffer, message: Span | undefined, state: ReaderState): void {
  if (message === undefined) return;
  const model = textAt(line, scanObject(line, ["model"], { range: message, enough: true })?.get("model"), 256);
  if (model !== undefined && model !== "<synthetic>") seenModel(state, model);
}

function takePrompt(line: Buffer, fields: Fields, state: ReaderState): void {
  if (isTrueAt(line, fields.get("isMeta")) || isTrueAt(line, fields.get("isCompactSummary")) || isTrueAt(line, fields.get("isSidechain"))) return;
  const message = fields.get("message");
  if (message === undefined || fields.has("toolUseResult")) return;
  const content = scanObject(line, ["content"], { range: message, enough: true })?.get("content");
  if (content === undefined) return;
  if (content.end - content.start > LONG_CONTENT) {
    if (!line.subarray(content.start, content.start + 4096).includes('"tool_result"')) state.prompts++;
    return;
  }
  if (line[content.start] === 0x5b && line.subarray(content.start, Math.min(content.end, content.start + 512)).includes('"type":"tool_result"')) return;
  const record = {
    isVisibleInTranscriptOnly: isTrueAt(line, fields.get("isVisibleInTranscriptOnly")),
    turnOrigin: textAt(line, fields.get("turnOrigin"), 256),
    origin: valueAt(line, fields.get("origin")),
    message: { content: valueAt(line, content) },
  };
  countPrompt(promptOf(record), state);
}

function takeQueued(line: Buffer, fields: Fields, state: ReaderState): void {
  const attachment = fields.get("attachment");
  if (attachment === undefined || attachment.end - attachment.start > LONG_CONTENT) return;
  const type = textAt(line, scanObject(line, ["type"], { range: attachment, enough: true })?.get("type"), 256);
  if (type !== "queued_command") return;
  countPrompt(queuedPromptOf({ attachment: valueAt(line, attachment), isSidechain: isTrueAt(line, fields.get("isSidechain")) }), state);
}

function countPrompt(prompt: string | undefined, state: ReaderState): void {
  if (prompt === undefined) return;
  state.prompts++;
  state.titles.asked ??= headline(prompt);
}

function takeTitle(content: Buffer, state: ReaderState): void {
  const value = valueAt(content, { start: 0, end: content.length });
  if (!isJson(value)) return;
  const { customTitle, title } = defined({ customTitle: value["customTitle"], title: value["title"] });
  const text = typeof customTitle === "string" ? customTitle : typeof title === "string" ? title : "";
  state.titles.given = headline(text) ?? state.titles.given;
}
