/** A JSON object of unknown shape. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under a key; an empty one when there is none. */
export function objectOf(record: Json, key: string): Json {
  const value = record[key];
  return isJson(value) ? value : {};
}

export function textOf(record: Json, key: string): string | undefined {
  const value = record[key];
  return typeof value === "string" ? value : undefined;
}

export function numberOf(record: Json, key: string): number | undefined {
  const value = record[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A count, of tokens say: whole, and not below zero. */
export function countOf(record: Json, key: string): number | undefined {
  const value = record[key];
  return Number.isSafeInteger(value) && typeof value === "number" && value >= 0 ? value : undefined;
}

export function listOf(record: Json, key: string): readonly unknown[] {
  const value = record[key];
  return Array.isArray(value) ? value : [];
}

/** An ISO time in ms since 1970. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Absolute on POSIX or Windows. */
export function isAbsolutePath(text: string): boolean {
  return text.startsWith("/") || /^[A-Za-z]:[\\/]/.test(text) || text.startsWith("\\\\");
}

/** The first line that says something, at most 120 characters. */
export function headline(text: string): string | undefined {
  for (const line of text.split("\n", 50)) {
    const trimmed = line.trim();
    if (trimmed !== "") return trimmed.length > 120 ? `${trimmed.slice(0, 119)}…` : trimmed;
  }
  return undefined;
}

/** A copy without the keys whose value is undefined. */
export function defined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  const copy: Partial<Value> = {};
  for (const key of Object.keys(value) as (keyof Value)[]) if (value[key] !== undefined) copy[key] = value[key];
  return copy as { [Key in keyof Value]: Exclude<Value[Key], undefined> };
}
