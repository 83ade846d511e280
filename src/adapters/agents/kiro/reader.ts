import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import { recordOf } from "../shared/parsed.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { headline, isAbsolutePath, isJson, textOf, type Json } from "../shared/record.ts";
import { exchangeOf } from "./conversation.ts";
import { turnOf } from "./document-lines.ts";
import { momentOf, textsOf } from "./records.ts";

/** Bytes. A prompt that is longer is counted, and gives no title. */
const LONG = 4 << 20;

/** Reads the records of one session. Of a file they name no directory: it stands in the file beside them. Those of a database do. */
export function kiroReader(_file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  let state = loadState(earlier);
  let kept = copyOf(state);
  return {
    take: (line) => takeRecord(asBuffer(line), state),
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = copyOf(kept)),
    facts: () => factsOf(state),
    state: () => structuredClone(state),
  };
}

function takeRecord(line: Buffer, state: ReaderState): string | undefined {
  const fields = scanObject(line, ["kind", "data", "turn", "kiro"]);
  if (fields?.has("turn") === true || fields?.has("kiro") === true) return takeLine(line, state);
  // The scan passes over what it does not look at; a line that is short enough is held against a real parser.
  if (fields === undefined || (line.length <= LONG && recordOf(line) === null)) {
    if (!isBlank(line)) state.damaged++;
    return undefined;
  }
  if (textAt(line, fields.get("kind"), 64) === "Prompt") takePrompt(line, fields.get("data"), state);
  return undefined;
}

/** Of a conversation of the database. */
function takeLine(line: Buffer, state: ReaderState): string | undefined {
  const record = recordOf(line);
  const turn = record === null ? null : turnOf(record);
  if (record === null || turn === null) {
    state.damaged++;
    return undefined;
  }
  if (turn === undefined) return directoryIn(record);
  const { prompt, at, ended, directory, model } = exchangeOf(turn);
  if (prompt !== undefined) {
    state.prompts++;
    state.titles.asked ??= headline(prompt);
  }
  for (const time of [at, ended]) seenAt(state, time);
  if (model !== undefined) seenModel(state, model);
  return directory;
}

export function directoryIn(head: Json): string | undefined {
  const directory = textOf(head, "directory");
  return directory !== undefined && isAbsolutePath(directory) ? directory : undefined;
}

function takePrompt(line: Buffer, data: Span | undefined, state: ReaderState): void {
  const fields = data === undefined ? undefined : scanObject(line, ["content", "meta"], { range: data });
  const content = fields?.get("content");
  if (content === undefined || line[content.start] !== 0x5b) {
    state.damaged++;
    return;
  }
  const meta = valueAt(line, fields?.get("meta"));
  seenAt(state, isJson(meta) ? momentOf(meta) : undefined);
  state.prompts++;
  if (content.end - content.start <= LONG) state.titles.asked ??= headline(textsOf({ content: valueAt(line, content) }));
}
