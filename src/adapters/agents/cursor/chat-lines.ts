import { isJson, type Json } from "../shared/record.ts";
import { exactly, lineOf, rowOf, type Held } from "../shared/rows/form.ts";
import type { Row } from "../shared/sqlite/value.ts";

/** The tables of a conversation's database, with their columns, and what their values are unless a line says otherwise. */
export const TABLES = {
  blobs: { columns: ["id", "data"], usual: "blob" },
  meta: { columns: ["key", "value"], usual: "text" },
} as const;
export type Table = keyof typeof TABLES;

/** A row as it is written: TEXT as a string, or as bytes that are cast. */
export interface ChatRow {
  readonly table: Table;
  readonly values: readonly Held[];
}

/** Keys of the person's, with which Cursor locks what it keeps elsewhere: `blobEncryptionKey`. */
const SECRET = /^\w*EncryptionKey$/;
const HEX = /^(?:[0-9a-fA-F]{2})+$/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function selected(table: Table): string {
  return exactly(TABLES[table].columns);
}

/**
 * The line of a row that was read with `selected`. A JSON object on one line stands in it byte for byte, so that its secrets and paths
 * are found; other text is a string, all else base64. A row of other types than Cursor writes has the form of docs/spec/rows.md.
 */
export function lineOfRow(table: Table, row: Row): string {
  const { columns, usual } = TABLES[table];
  const [name] = columns;
  const id = row["t0"] === "text" ? decoded(bytesOf(row["v0"])) : undefined;
  const type = row["t1"];
  const bytes = bytesOf(row["v1"]);
  const text = decoded(bytes);
  if (id === undefined || !(type === "blob" || (type === "text" && text !== undefined))) return lineOf(table, columns, row);
  const begins = `{"${name}":${JSON.stringify(id)},${type === usual ? "" : `"type":"${type}",`}`;
  if (text === undefined) return `${begins}"blob":"${Buffer.from(bytes).toString("base64")}"}\n`;
  if (table === "blobs") return isOneObject(text) ? `${begins}"message":${text}}\n` : `${begins}"text":${JSON.stringify(text)}}\n`;
  const inner = unhex(text);
  const own = withoutSecrets(inner ?? text);
  const field = inner === undefined ? "text" : "hex";
  return `${begins}"${field}":${isOneObject(own) ? own : JSON.stringify(own)}}\n`;
}

/** What the hexadecimal digits of a text are of, where that is an object of JSON. */
export function unhex(text: string): string | undefined {
  const inner = HEX.test(text) ? decoded(Buffer.from(text, "hex")) : undefined;
  return inner === undefined || parsed(inner) === null ? undefined : inner;
}

const LINE = /^\{"(?:(id)|key)":("(?:[^"\\]|\\.)*"),(?:"type":"(text|blob)",)?"(message|text|hex|blob)":/;

/** null for a line that holds no row. */
export function rowOfLine(line: string): ChatRow | null {
  const [begins, isBlob, id = "", said, field] = LINE.exec(line) ?? [];
  if (begins === undefined || !line.endsWith("}")) return plainRow(line);
  const table = isBlob === undefined ? "meta" : "blobs";
  const type = said ?? TABLES[table].usual;
  const value = line.slice(begins.length, -1);
  const bytes = bytesOfField(field, value);
  const name: unknown = parsedAny(id);
  if (bytes === undefined || typeof name !== "string") return null;
  return { table, values: [name, type === "blob" ? bytes : { kind: "text", bytes }] };
}

function bytesOfField(field: string | undefined, value: string): Uint8Array | undefined {
  const json = parsedAny(value);
  if (field === "blob") return typeof json === "string" ? Buffer.from(json, "base64") : undefined;
  const text = typeof json === "string" ? json : isJson(json) ? value : undefined;
  if (text === undefined) return undefined;
  return field === "hex" ? Buffer.from(Buffer.from(text).toString("hex")) : Buffer.from(text);
}

function plainRow(line: string): ChatRow | null {
  const row = rowOf(parsedAny(line));
  if (row === null || (row.table !== "blobs" && row.table !== "meta")) return null;
  const isWhole = row.columns.join() === TABLES[row.table].columns.join();
  return isWhole ? { table: row.table, values: row.values } : null;
}

/** An object without the keys of the person's; the rest of its text stays as it is. */
export function withoutSecrets(text: string): string {
  const object = parsed(text) ?? {};
  return Object.keys(object).filter((key) => SECRET.test(key)).reduce(withoutKey, text);
}

function withoutKey(text: string, key: string): string {
  const { [key]: _, ...kept } = parsed(text) ?? {};
  const plain = JSON.stringify(kept);
  const cut = text.replace(new RegExp(`"${key}"\\s*:\\s*(?:"(?:[^"\\\\]|\\\\.)*"|[\\w.+-]+)\\s*(?:,\\s*|(?=\\}))`), "").replace(/,(?=\s*\}\s*$)/, "");
  return JSON.stringify(parsed(cut)) === plain ? cut : plain;
}

export function parsed(text: string): Json | null {
  const value = parsedAny(text);
  return isJson(value) ? value : null;
}

function parsedAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isOneObject(text: string): boolean {
  return !/[\r\n]/.test(text) && parsed(text) !== null;
}

/** No bytes at all: some engine gives null for them. */
export function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

export function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
