import { isJson } from "../record.ts";
import type { Database, Row, Value } from "../sqlite/value.ts";

/** A value that SQLite holds, with its type: INTEGER is a bigint, REAL a number; bytes are a BLOB unless `kind` says that they are a TEXT. */
export type Held = null | bigint | number | string | Uint8Array | { readonly kind: "text"; readonly bytes: Uint8Array };

/** The columns of a table in their order; none when there is no such table. */
export function columnsOf(database: Database, table: string): readonly string[] {
  const names: string[] = [];
  for (const { name } of database.rows("SELECT name FROM pragma_table_info(?) ORDER BY cid", [table])) if (typeof name === "string") names.push(name);
  return names;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What to select so that each value comes as it is held, whichever engine reads it: `t<i>` its type, `v<i>` the value. */
export function exactly(columns: readonly string[]): string {
  return columns
    .map((column, i) => {
      const name = quoted(column);
      return `typeof(${name}) AS t${i}, CASE typeof(${name}) WHEN 'integer' THEN CAST(${name} AS TEXT) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END AS v${i}`;
    })
    .join(", ");
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The line of a row that was selected with `exactly`: docs/spec/rows.md. @param directory where it ran, when that is known */
export function lineOf(table: string, columns: readonly string[], row: Row, directory?: string): string {
  const fields = columns.map((column, i) => `${JSON.stringify(column)}:${jsonOf(row[`t${i}`], row[`v${i}`] ?? null)}`);
  const place = directory === undefined ? "" : `"directory":${JSON.stringify(directory)},`;
  return `{"table":${JSON.stringify(table)},${place}"row":{${fields.join(",")}}}\n`;
}

function jsonOf(type: Value | undefined, value: Value): string {
  if (type === "integer") return integer(String(value));
  if (type === "real" && typeof value === "number") return `{"real":${JSON.stringify(Object.is(value, -0) ? "-0" : String(value))}}`;
  // No bytes at all: some engine gives null for them.
  const bytes = value instanceof Uint8Array ? value : new Uint8Array(0);
  if (type === "text") return textOf(bytes);
  return type === "blob" ? `{"blob":"${base64(bytes)}"}` : "null";
}

function integer(digits: string): string {
  return Number.isSafeInteger(Number(digits)) ? digits : `{"integer":"${digits}"}`;
}

function textOf(bytes: Uint8Array): string {
  try {
    return JSON.stringify(utf8.decode(bytes));
  } catch {
    return `{"text":"${base64(bytes)}"}`;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** A row out of its line. */
export interface HeldRow {
  readonly table: string;
  readonly columns: readonly string[];
  readonly values: readonly Held[];
}

/** null for a line that holds no row, or a value of another form than docs/spec/rows.md gives. */
export function rowOf(record: unknown): HeldRow | null {
  if (!isJson(record) || typeof record["table"] !== "string" || !isJson(record["row"])) return null;
  const entries = Object.entries(record["row"]);
  const values: Held[] = [];
  for (const [, value] of entries) {
    const held = heldOf(value);
    if (held === undefined) return null;
    values.push(held);
  }
  return { table: record["table"], columns: entries.map(([column]) => column), values };
}

function heldOf(value: unknown): Held | undefined {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (!isJson(value)) return undefined;
  const [[kind, text] = [], ...more] = Object.entries(value);
  if (more.length > 0 || typeof text !== "string") return undefined;
  if (kind === "integer") return /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (kind === "real") return Number.isNaN(Number(text)) || text.trim() === "" ? undefined : Number(text);
  if (kind === "blob") return Buffer.from(text, "base64");
  return kind === "text" ? { kind: "text", bytes: Buffer.from(text, "base64") } : undefined;
}
