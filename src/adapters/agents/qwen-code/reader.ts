import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, isTrueAt, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { headline, isAbsolutePath, isJson, objectOf, textOf, timeOf } from "../shared/record.ts";
import { promptOf } from "./prompt.ts";

const KEYS = ["type", "subtype", "cwd", "gitBranch", "version", "timestamp", "provenance", "isSidechain", "message", "model", "systemPayload", "forkedFrom"];
/** A longer message holds images in all likelihood; it is a prompt when no answer of a tool stands at its start. */
const LONG = 4 << 20;

type Fields = ReadonlyMap<string, Span>;

/** Reads the records of one file of a session: docs/agents/qwen-code.md. */
export function qwenReader(file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  let state = loadState(earlier);
  let kept = copyOf(state);
  const isMain = file.role === "transcript";
  return {
    take: (line) => (isMain || file.role === "subagent" ? takeRecord(asBuffer(line), state, isMain) : undefined),
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = { ...copyOf(kept), parent: state.parent }),
    facts: () => factsOf(state),
    state: () => structuredClone(state),
  };
}

function takeRecord(line: Buffer, state: ReaderState, isMain: boolean): string | undefined {
  const fields = scanObject(line, KEYS);
  if (fields === undefined) {
    if (!isBlank(line)) state.damaged++;
    // Torn or cut in the middle, it still ran where its beginning says.
    return directoryAt(line, scanObject(line, ["cwd"], { enough: true })?.get("cwd"));
  }
  seenAt(state, timeOf(textAt(line, fields.get("timestamp"), 64)));
  const directory = directoryAt(line, fields.get("cwd"));
  const forkedFrom = valueAt(line, fields.get("forkedFrom"));
  if (isJson(forkedFrom)) {
    state.parent = textOf(forkedFrom, "sessionId") ?? state.parent;
    return directory;
  }
  const branch = textAt(line, fields.get("gitBranch"), 4096);
  if (branch !== undefined && branch !== "") state.branch = branch;
  state.version = textAt(line, fields.get("version"), 256) ?? state.version;
  takeByType(line, fields, state, isMain);
  return directory;
}

function directoryAt(line: Buffer, cwd: Span | undefined): string | undefined {
  const text = textAt(line, cwd, 64 * 1024);
  return text !== undefined && isAbsolutePath(text) ? text : undefined;
}

function takeByType(line: Buffer, fields: Fields, state: ReaderState, isMain: boolean): void {
  switch (textAt(line, fields.get("type"), 256)) {
    case "assistant": {
      const model = textAt(line, fields.get("model"), 256);
      if (model !== undefined) seenModel(state, model);
      return;
    }
    case "user":
      return isMain ? takePrompt(line, fields, state) : undefined;
    case "system":
      return takeSystem(line, fields, state);
  }
}

function takePrompt(line: Buffer, fields: Fields, state: ReaderState): void {
  const message = fields.get("message");
  const isLong = message !== undefined && message.end - message.start > LONG;
  if (isLong && line.subarray(message.start, message.start + 512).includes('"functionResponse"')) return;
  const prompt = promptOf({
    subtype: textAt(line, fields.get("subtype"), 256),
    provenance: textAt(line, fields.get("provenance"), 256),
    isSidechain: isTrueAt(line, fields.get("isSidechain")),
    systemPayload: valueAt(line, fields.get("systemPayload")),
    message: isLong ? { parts: [{ text: LONG_PROMPT }] } : valueAt(line, message),
  });
  if (prompt === undefined) return;
  state.prompts++;
  if (prompt !== LONG_PROMPT) state.titles.asked ??= headline(prompt);
}

/** Stands for what is too long to be read for a title. */
const LONG_PROMPT = "[long]";

function takeSystem(line: Buffer, fields: Fields, state: ReaderState): void {
  const subtype = textAt(line, fields.get("subtype"), 256);
  if (subtype !== "custom_title" && subtype !== "parent_session") return;
  const payload = objectOf({ payload: valueAt(line, fields.get("systemPayload")) }, "payload");
  if (subtype === "parent_session") {
    state.parent = textOf(payload, "parentSessionId") ?? state.parent;
    return;
  }
  const title = headline(textOf(payload, "customTitle") ?? "");
  if (title === undefined) return;
  if (payload["titleSource"] === "auto") state.titles.made = title;
  else state.titles.given = title;
}
