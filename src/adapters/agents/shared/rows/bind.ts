import type { Value } from "../sqlite/value.ts";
import { quoted, type Held } from "./form.ts";

/** The statement that writes a row with its values as they were held, and what to bind. */
export function insertion(table: string, columns: readonly string[], values: readonly Held[]): { readonly sql: string; readonly values: readonly Value[] } {
  const marks = values.map((value) => (isTextBytes(value) ? "CAST(? AS TEXT)" : "?")).join(", ");
  return { sql: `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(", ")}) VALUES (${marks})`, values: values.map((value) => (isTextBytes(value) ? value.bytes : value)) };
}

function isTextBytes(value: Held): value is Exclude<Held, null | bigint | number | string | Uint8Array> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}
