import type { RecordReader } from "../../../../ports/agent.ts";
import { isBlank } from "../lines.ts";
import type { ReaderState } from "../reader-state.ts";
import { copyOf, emptyState, factsOf, loadState, seenAt, seenModel } from "../reader-state.ts";
import { headline, isJson, numberOf, objectOf, textOf } from "../record.ts";
import { absolute, createdOf, recordOf, timeOfRow, type RowRecord } from "./lines.ts";
import { promptOfPart } from "./prompt.ts";

/** What a reader of exported rows has seen. JSON. */
export interface RowsState extends ReaderState {
  /** When the session was made, ms since 1970. */
  created?: number | undefined;
  /** The message to which the parts that come belong. */
  open?: "asks" | "asked" | "other" | undefined;
}

/** A line that is longer than this may come cut: docs/spec/rows.md. */
const LONG = 4 << 20;
const ROW = Buffer.from('{"table":"');

/** Reads the rows of a session: docs/spec/rows.md. */
export function rowsReader(_file: unknown, earlier?: unknown): RecordReader {
  let state = load(earlier);
  let kept = copyOf(state);
  return {
    take: (line) => {
      if (isBlank(line)) return undefined;
      const record = recordOf(line);
      if (record === null && !(line.length >= LONG && ROW.equals(line.subarray(0, ROW.length)))) state.damaged++;
      return record === null ? undefined : takeRow(record, state);
    },
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = { ...copyOf(kept), created: state.created, open: state.open }),
    facts: () => factsOf(state),
    state: () => structuredClone(state),
  };
}

export function newRowsState(): RowsState {
  return emptyState();
}

function load(earlier: unknown): RowsState {
  const kept = isJson(earlier) ? earlier : {};
  const open = kept["open"];
  return { ...loadState(earlier), created: numberOf(kept, "created"), open: open === "asks" || open === "asked" || open === "other" ? open : undefined };
}

/** @returns the directory in which it ran, when the row says it */
export function takeRow(record: RowRecord, state: RowsState): string | undefined {
  switch (record.kind) {
    case "head": {
      const created = createdOf(record.head);
      if (Number.isFinite(created)) state.created = created;
      state.version = textOf(record.head, "version") ?? state.version;
      state.parent = textOf(record.head, "parent") ?? state.parent;
      return absolute(textOf(record.head, "directory"));
    }
    case "title":
      state.titles.made = headline(record.title) ?? state.titles.made;
      return undefined;
    case "message":
      return takeMessage(record, state);
    case "part": {
      const prompt = state.open === "other" || state.open === undefined ? undefined : promptOfPart(record.data);
      if (prompt === undefined) return undefined;
      if (state.open === "asks") state.prompts++;
      state.open = "asked";
      if (prompt.text !== undefined) state.titles.asked ??= headline(prompt.text);
      return undefined;
    }
    case "side":
      return undefined;
  }
}

function takeMessage({ row, data, directory }: RowRecord & { readonly kind: "message" | "part" }, state: RowsState): string | undefined {
  state.open = data["role"] === "user" ? "asks" : "other";
  if (isCopy(row["time_created"], state.created)) return directory;
  seenAt(state, timeOfRow(row, data));
  seenAt(state, numberOf(objectOf(data, "time"), "completed"));
  const model = data["role"] === "assistant" ? textOf(data, "modelID") : undefined;
  if (model !== undefined) seenModel(state, model);
  return directory;
}

/** A fork begins with copies of another session's messages, which keep their time. */
export function isCopy(time: unknown, created: number | undefined): boolean {
  return typeof time === "number" && created !== undefined && time < created;
}
