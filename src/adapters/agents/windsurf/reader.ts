import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import { asBuffer, scanObject, textAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import { recordOf } from "../shared/parsed.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState } from "../shared/reader-state.ts";
import { headline } from "../shared/record.ts";

/** Bytes. */
const LONG = 4 << 20;

/** Reads the steps of one transcript. They name neither a directory of the session nor a time, a model or a version. */
export function windsurfReader(_file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  let state = loadState(earlier);
  let kept = copyOf(state);
  return {
    take: (line) => {
      takeStep(asBuffer(line), state);
      return undefined;
    },
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = copyOf(kept)),
    facts: () => factsOf(state),
    state: () => structuredClone(state),
  };
}

function takeStep(line: Buffer, state: ReaderState): void {
  const fields = scanObject(line, ["type", "user_input"]);
  // The scan passes over what it does not look at; a line that is short enough is held against a real parser.
  if (fields === undefined || (line.length <= LONG && recordOf(line) === null)) {
    if (!isBlank(line)) state.damaged++;
    return;
  }
  const input = fields.get("user_input");
  if (textAt(line, fields.get("type"), 64) !== "user_input" || input === undefined || line[input.start] !== 0x7b) return;
  const asked = scanObject(line, ["user_response"], { range: input })?.get("user_response");
  if (asked === undefined || line[asked.start] !== 0x22) {
    state.damaged++;
    return;
  }
  state.prompts++;
  state.titles.asked ??= headline(textAt(line, asked) ?? "");
}
