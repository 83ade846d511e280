import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import { recordOf } from "../shared/parsed.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt } from "../shared/reader-state.ts";
import { headline, isJson } from "../shared/record.ts";
import { momentOf, textsOf } from "./records.ts";

/** Bytes. A prompt that is longer is counted, and gives no title. */
const LONG = 4 << 20;

/** Reads the records of one session. They name no directory: it stands in the file beside them. */
export function kiroReader(_file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  let state = loadState(earlier);
  let kept = copyOf(state);
  return {
    take: (line) => {
      takeRecord(asBuffer(line), state);
      return undefined;
    },
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = copyOf(kept)),
    facts: () => factsOf(state),
    state: () => structuredClone(state),
  };
}

function takeRecord(line: Buffer, state: ReaderState): void {
  const fields = scanObject(line, ["kind", "data"]);
  // The scan passes over what it does not look at; a line that is short enough is held against a real parser.
  if (fields === undefined || (line.length <= LONG && recordOf(line) === null)) {
    if (!isBlank(line)) state.damaged++;
    return;
  }
  if (textAt(line, fields.get("kind"), 64) === "Prompt") takePrompt(line, fields.get("data"), state);
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
