import type { CapturedFile } from "../../../../ports/agent.ts";
import { asBuffer } from "../json-scan.ts";
import { isBlank, linesOf } from "../lines.ts";
import type { Json } from "../record.ts";
import { isAbsolutePath, isJson, numberOf, objectOf, textOf } from "../record.ts";
import { rowsName, type RowsFile } from "./export.ts";

/** A line of exported rows. `data` is the JSON that the agent keeps in the row's column of that name. */
export type RowRecord =
  | { readonly kind: "head"; readonly head: Json }
  | { readonly kind: "title"; readonly title: string }
  | { readonly kind: "message" | "part"; readonly row: Json; readonly data: Json; readonly directory: string | undefined }
  | { readonly kind: "side"; readonly table: string; readonly row: Json };

/** null: it cannot be read. */
export function recordOf(line: Uint8Array): RowRecord | null {
  const text = asBuffer(line).toString("utf8");
  const record = parsed(text.startsWith("\uFEFF") ? text.slice(1) : text);
  if (record === null) return null;
  if (record["rows"] !== undefined) return { kind: "head", head: record };
  const title = textOf(record, "title");
  if (title !== undefined) return { kind: "title", title };
  const table = textOf(record, "table");
  const row = record["row"];
  if (table === undefined || !isJson(row)) return null;
  if (table !== "message" && table !== "part") return { kind: "side", table, row };
  const data = parsed(textOf(row, "data") ?? "");
  return data === null ? null : { kind: table, row, data, directory: absolute(textOf(record, "directory")) };
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

export function absolute(directory: string | undefined): string | undefined {
  return directory !== undefined && isAbsolutePath(directory) ? directory : undefined;
}

/** A line in its file. `record` is null when it cannot be read. */
export interface Line {
  readonly record: RowRecord | null;
  readonly start: number;
  readonly length: number;
}

/** The lines of a file; a torn last one is none yet. */
export function* recordLines(bytes: Uint8Array): Generator<Line> {
  for (const { line, start, whole } of linesOf(bytes)) {
    if (isBlank(line)) continue;
    const record = recordOf(line);
    if (record === null && !whole) continue;
    yield { record, start, length: line.length };
  }
}

/** When the session of a head was made, ms since 1970: older messages were copied from the session that it is a fork of. */
export function createdOf(head: Json): number {
  return numberOf(head, "created") ?? Number.NEGATIVE_INFINITY;
}

export function timeOfRow(row: Json, data: Json): number | undefined {
  return numberOf(objectOf(data, "time"), "created") ?? numberOf(objectOf(data, "time"), "start") ?? numberOf(row, "time_created");
}

/** The exported file of a kind; undefined when it was not captured. */
export function fileOf(files: readonly CapturedFile[], kind: RowsFile): CapturedFile | undefined {
  return files.find(({ path }) => rowsName(afterStore(path))?.file === kind);
}

export function idIn({ path }: CapturedFile): string | undefined {
  return rowsName(afterStore(path))?.id;
}

function afterStore(path: string): string {
  return path.slice(Math.max(0, path.lastIndexOf("rows/")));
}
