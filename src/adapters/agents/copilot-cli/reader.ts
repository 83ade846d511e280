import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { isTrueAt, scanObject, textAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import { lineReader } from "../shared/line-reader.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { headline, isAbsolutePath, isJson, textOf, timeOf } from "../shared/record.ts";
import { isPersons } from "./prompt.ts";

const QUOTE = 0x22;

interface CopilotState extends ReaderState {
  /** The model that the session is set to: older versions do not say it with an answer. */
  selected?: string | undefined;
}

/** Reads the events of a session: docs/agents/copilot-cli.md. */
export function copilotReader(file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  const state: CopilotState = { ...loadState(earlier), selected: isJson(earlier) ? textOf(earlier, "selected") : undefined };
  return lineReader({
    state,
    take: file.role === "transcript" ? takeEvent : () => undefined,
    place: ({ selected }) => ({ selected }),
  });
}

function takeEvent(line: Buffer, state: CopilotState): string | undefined {
  const fields = scanObject(line, ["type", "data", "timestamp", "agentId"]);
  if (fields === undefined) {
    if (!isBlank(line)) state.damaged++;
    // Torn or cut in the middle, it still ran where its beginning says.
    const torn = scanObject(line, ["type", "data"], { enough: true, torn: true });
    return directoryOf(line, textAt(line, torn?.get("type"), 256), torn?.get("data"));
  }
  seenAt(state, timeOf(textAt(line, fields.get("timestamp"), 64)));
  const type = textAt(line, fields.get("type"), 256);
  const data = fields.get("data");
  if (data === undefined) return undefined;
  if (type === "user.message" && !fields.has("agentId")) takePrompt(line, data, state);
  if (type === "assistant.message") takeModel(line, data, state);
  if (type === "session.model_change" && !fields.has("agentId")) state.selected = textIn(line, data, "newModel") ?? state.selected;
  if (type === "session.title_changed") state.titles.made = headline(textIn(line, data, "title") ?? "") ?? state.titles.made;
  if (!SAYS_WHERE.has(type ?? "")) return undefined;
  const place = type === "session.context_changed" ? data : scanObject(line, ["context"], { range: data })?.get("context");
  if (type === "session.start") {
    state.version = textIn(line, data, "copilotVersion") ?? state.version;
    state.selected = textIn(line, data, "selectedModel") ?? state.selected;
  }
  const branch = place === undefined ? undefined : textIn(line, place, "branch");
  if (branch !== undefined && branch !== "") state.branch = branch;
  return directoryOf(line, type, data);
}

const SAYS_WHERE: ReadonlySet<string> = new Set(["session.start", "session.resume", "session.context_changed"]);

/** Only these events say where the session runs; a `cwd` anywhere else is a tool's or a hook's. */
function directoryOf(line: Buffer, type: string | undefined, data: Span | undefined): string | undefined {
  if (data === undefined || type === undefined || !SAYS_WHERE.has(type)) return undefined;
  const place = type === "session.context_changed" ? data : scanObject(line, ["context"], { range: data, enough: true, torn: true })?.get("context");
  const directory = place === undefined ? undefined : textAt(line, scanObject(line, ["cwd"], { range: place, enough: true })?.get("cwd"), 64 * 1024);
  return directory !== undefined && isAbsolutePath(directory) ? directory : undefined;
}

function takePrompt(line: Buffer, data: Span, state: CopilotState): void {
  const fields = scanObject(line, ["content", "source", "isAutopilotContinuation", "attachments"], { range: data });
  const content = fields?.get("content");
  if (fields === undefined || content === undefined || !isPersons(textAt(line, fields.get("source"), 256), isTrueAt(line, fields.get("isAutopilotContinuation")))) return;
  const text = textAt(line, content);
  const attachments = fields.get("attachments");
  if (text === "" && (attachments === undefined || attachments.end - attachments.start <= 2)) return;
  // A text too long to be taken out is a prompt all the same.
  if (text === undefined && (line[content.start] !== QUOTE || content.end - content.start <= 1 << 20)) return;
  state.prompts++;
  state.titles.asked ??= headline(text ?? "");
}

function takeModel(line: Buffer, data: Span, state: CopilotState): void {
  const model = textIn(line, data, "model") ?? state.selected;
  if (model !== undefined && model !== "auto") seenModel(state, model);
}

function textIn(line: Buffer, range: Span, key: string): string | undefined {
  return textAt(line, scanObject(line, [key], { range, enough: true })?.get(key), 64 * 1024);
}
