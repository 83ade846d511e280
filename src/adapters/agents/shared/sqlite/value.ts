/** A value as an engine gives it: INTEGER as number or bigint, REAL as number, TEXT as string, BLOB as bytes. */
export type Value = null | number | bigint | string | Uint8Array;

/** One row of a query, by the names that the query gives its columns. */
export type Row = Readonly<Record<string, Value>>;

/** A database that is read. Nothing is ever written through it. */
export interface Database {
  /** Rows as they are asked for. @throws HxError `busy`, `io-failed` */
  rows(sql: string, parameters?: readonly (string | number)[]): Iterable<Row>;
  close(): void;
}

/** A count or a time; undefined for what is none, or not exact as a number. */
export function asNumber(value: Value | undefined): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

export function asText(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
