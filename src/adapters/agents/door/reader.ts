import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { isBlank, linesOf } from "../shared/lines.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { headline, isAbsolutePath, isJson, timeOf } from "../shared/record.ts";
import { LINES_FORMAT } from "./lines.ts";

const KEYS = ["type", "format", "at", "directory", "model", "title", "branch", "version", "text"];

interface DoorState extends ReaderState {
  /** Whether the file is of lines that are understood: its first line says so. */
  understood?: boolean | undefined;
}

/** Reads the records of one file that was handed over. One that is not understood says nothing. */
export function doorReader(file: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  const understood = isJson(earlier) && typeof earlier["understood"] === "boolean" ? earlier["understood"] : undefined;
  let state: DoorState = { ...loadState(earlier), understood };
  let kept = copyOf(state);
  const directories = new Set<string>();
  return {
    /** Lines in a file that is replaced as a whole come all at once. */
    take(content) {
      let first: string | undefined;
      for (const { line } of linesOf(content)) {
        const directory = takeLine(asBuffer(line), state, file.role === "subagent");
        first ??= directory;
        if (directory !== undefined) directories.add(directory);
      }
      return first;
    },
    directories: () => [...directories],
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = { ...copyOf(kept), understood: state.understood }),
    facts: () => {
      const facts = factsOf(state);
      if (state.understood === true) return facts;
      // Of a file that is not understood it is not known how many prompts it has.
      const { turns: _turns, damaged: _damaged, ...rest } = facts;
      return rest;
    },
    state: () => structuredClone(state),
  };
}

type Fields = ReadonlyMap<string, Span>;

function takeLine(line: Buffer, state: DoorState, subagent: boolean): string | undefined {
  if (state.understood === false) return undefined;
  if (isBlank(line)) return undefined;
  const fields = scanObject(line, KEYS);
  if (state.understood === undefined) {
    state.understood = textAt(line, fields?.get("type"), 64) === "session" && textAt(line, fields?.get("format"), 64) === LINES_FORMAT;
    if (!state.understood) return undefined;
  }
  if (fields === undefined) {
    state.damaged++;
    return directoryAt(line, scanObject(line, ["directory"], { enough: true })?.get("directory"));
  }
  takeFields(line, fields, state, subagent);
  return directoryAt(line, fields.get("directory"));
}

function takeFields(line: Buffer, fields: Fields, state: DoorState, subagent: boolean): void {
  const at = fields.get("at");
  const moment = valueAtShort(line, at);
  seenAt(state, typeof moment === "number" && Number.isFinite(moment) ? moment : timeOf(textAt(line, at, 64)));
  const model = textAt(line, fields.get("model"), 256);
  if (model !== undefined) seenModel(state, model);
  const type = textAt(line, fields.get("type"), 64);
  if (type === "session") {
    state.titles.given = headline(textAt(line, fields.get("title"), 4096) ?? "") ?? state.titles.given;
    state.branch = textAt(line, fields.get("branch"), 4096) ?? state.branch;
    state.version = textAt(line, fields.get("version"), 256) ?? state.version;
  }
  if (type !== "prompt" || subagent) return;
  const text = fields.get("text");
  if (text === undefined || line[text.start] !== 0x22) return;
  state.prompts++;
  state.titles.asked ??= headline(textAt(line, text) ?? "");
}

function valueAtShort(line: Buffer, span: Span | undefined): unknown {
  return span !== undefined && span.end - span.start <= 32 ? valueAt(line, span) : undefined;
}

function directoryAt(line: Buffer, span: Span | undefined): string | undefined {
  const text = textAt(line, span, 64 * 1024);
  return text !== undefined && isAbsolutePath(text) ? text : undefined;
}
