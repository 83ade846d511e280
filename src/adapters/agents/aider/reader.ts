import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import { asBuffer } from "../shared/json-scan.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { headline, isJson } from "../shared/record.ts";
import { lineOf, modelIn, promptOf, spacedBy, versionIn, withoutMark } from "./lines.ts";
import { headerTime } from "./sections.ts";

/** Of a longer line the head is enough. */
const LONG = 64 << 10;

interface AiderState extends ReaderState {
  spaced?: boolean | undefined;
  /** The line before was the person's too: what they typed goes on. */
  typing: boolean;
}

/** Reads one run line by line. It names no directory: the history lies in the checkout. */
export function aiderReader(_file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  const kept: Readonly<Record<string, unknown>> = isJson(earlier) ? earlier : {};
  const { spaced } = kept;
  let state: AiderState = { ...loadState(earlier), spaced: typeof spaced === "boolean" ? spaced : undefined, typing: kept["typing"] === true };
  let before = copyOf(state);
  return {
    take: (line) => {
      takeLine(textOf(line), state);
      return undefined;
    },
    keep: () => void (before = copyOf(state)),
    forget: () => void (state = { ...copyOf(before), spaced: state.spaced, typing: state.typing }),
    facts: () => factsOf(state),
    state: () => structuredClone(state),
  };
}

/** A line without its end; of one that is too long the head, with the two spaces at its end where it has them. */
function textOf(line: Uint8Array): string {
  const buffer = asBuffer(line);
  const end = buffer.at(-1) === 0x0d ? buffer.length - 1 : buffer.length;
  const text = withoutMark(buffer.toString("utf8", 0, Math.min(end, LONG)));
  return end > LONG && buffer[end - 1] === 0x20 && buffer[end - 2] === 0x20 ? `${text}  ` : text;
}

function takeLine(text: string, state: AiderState): void {
  state.spaced = spacedBy(text, state.spaced);
  const line = lineOf(text, state.spaced);
  const goesOn = state.typing;
  state.typing = line.kind === "asked";
  if (line.kind === "header") seenAt(state, headerTime(line.text));
  if (line.kind === "said") {
    state.version = versionIn(line.text) ?? state.version;
    const model = modelIn(line.text);
    if (model !== undefined) seenModel(state, model);
  }
  if (line.kind !== "asked" || goesOn) return;
  const prompt = promptOf(line.text);
  if (prompt === undefined) return;
  state.prompts++;
  state.titles.asked ??= headline(prompt);
}
