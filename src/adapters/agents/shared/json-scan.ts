/** A part of a byte array: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Below this length a loop beats a call of `indexOf`. */
const SHORT = 24;

/** The same bytes as a Buffer, for its fast `indexOf`. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Where the values of some keys of one JSON object lie, without parsing it: a line of 100 MB costs no
 * more memory than it has already. Nested keys are never taken for keys of the object. Of a key that
 * occurs twice the last one counts, as in `JSON.parse`.
 * @param options.enough stop as soon as all wanted keys were found; the rest is then not checked
 * @param options.torn of a wanted value that the end of the bytes cuts off, give what is there
 * @returns undefined when the bytes are not one whole object
 */
export function scanObject(
  bytes: Buffer,
  wanted: readonly string[],
  options: { readonly range?: Span; readonly enough?: boolean; readonly torn?: boolean } = {},
): ReadonlyMap<string, Span> | undefined {
  const found = new Map<string, Span>();
  const end = scanInto(found, bytes, wanted, options);
  return end === "whole" || (end === "in a wanted value" && options.torn === true) ? found : undefined;
}

/** The same of an object that may be cut off, or have something behind it: what of it is there. Of a value that is cut off, what is there. */
export function scanDocument(bytes: Buffer, wanted: readonly string[]): { readonly fields: ReadonlyMap<string, Span>; readonly isWhole: boolean } {
  const fields = new Map<string, Span>();
  return { isWhole: scanInto(fields, bytes, wanted, {}) === "whole", fields };
}

/** Where the items of a JSON list lie. What follows something that is no value, or is cut off, is not looked at. @returns whether it was one whole list */
export function* scanList(bytes: Buffer, range: Span = { start: 0, end: bytes.length }): Generator<Span, boolean> {
  const { end } = range;
  let at = skipSpace(bytes, skipByteOrderMark(bytes, range.start), end);
  if (bytes[at] !== 0x5b || at >= end) return false;
  at = skipSpace(bytes, at + 1, end);
  if (bytes[at] === 0x5d && at < end) return skipSpace(bytes, at + 1, end) === end;
  for (;;) {
    const valueEnd = at < end ? endOfValue(bytes, at, end) : -1;
    if (valueEnd < 0) return false;
    yield { start: at, end: valueEnd };
    at = skipSpace(bytes, valueEnd, end);
    if (at >= end) return false;
    if (bytes[at] === 0x5d) return skipSpace(bytes, at + 1, end) === end;
    if (bytes[at] !== 0x2c) return false;
    at = skipSpace(bytes, at + 1, end);
  }
}

type End = "whole" | "in a wanted value" | "broken";

function scanInto(found: Map<string, Span>, bytes: Buffer, wanted: readonly string[], options: { readonly range?: Span; readonly enough?: boolean }): End {
  const end = options.range?.end ?? bytes.length;
  const atEnd = (at: number): End => (skipSpace(bytes, at + 1, end) === end ? "whole" : "broken");
  let at = skipSpace(bytes, skipByteOrderMark(bytes, options.range?.start ?? 0), end);
  if (bytes[at] !== 0x7b) return "broken";
  at = skipSpace(bytes, at + 1, end);
  if (bytes[at] === 0x7d) return atEnd(at);
  for (;;) {
    const keyEnd = bytes[at] === QUOTE ? endOfString(bytes, at, end) : -1;
    if (keyEnd < 0) return "broken";
    const key = wantedKey(bytes, at + 1, keyEnd - 1, wanted);
    at = skipSpace(bytes, keyEnd, end);
    if (bytes[at] !== 0x3a) return "broken";
    const start = skipSpace(bytes, at + 1, end);
    const valueEnd = endOfValue(bytes, start, end);
    if (valueEnd < 0 && key === undefined) return "broken";
    if (key !== undefined) found.set(key, { start, end: valueEnd < 0 ? end : valueEnd });
    if (valueEnd < 0) return "in a wanted value";
    if (options.enough === true && found.size === wanted.length) return "whole";
    at = skipSpace(bytes, valueEnd, end);
    if (at >= end) return "broken";
    if (bytes[at] === 0x7d) return atEnd(at);
    if (bytes[at] !== 0x2c) return "broken";
    at = skipSpace(bytes, at + 1, end);
  }
}

/** The text of a string value; undefined when it is none, or longer than `limit` bytes. */
export function textAt(bytes: Buffer, span: Span | undefined, limit = 1 << 20): string | undefined {
  if (span === undefined || bytes[span.start] !== QUOTE || span.end - span.start > limit) return undefined;
  const escape = bytes.indexOf(BACKSLASH, span.start);
  if (escape < 0 || escape >= span.end) return bytes.toString("utf8", span.start + 1, span.end - 1);
  const value = valueAt(bytes, span);
  return typeof value === "string" ? value : undefined;
}

/** The parsed value; undefined when it is damaged. */
export function valueAt(bytes: Buffer, span: Span | undefined): unknown {
  if (span === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8", span.start, span.end));
    return value;
  } catch {
    return undefined;
  }
}

export function isTrueAt(bytes: Buffer, span: Span | undefined): boolean {
  return span !== undefined && span.end - span.start === 4 && bytes[span.start] === 0x74;
}

function skipByteOrderMark(bytes: Buffer, at: number): number {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at;
}

function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

function wantedKey(bytes: Buffer, start: number, end: number, wanted: readonly string[]): string | undefined {
  const length = end - start;
  for (const key of wanted) {
    if (key.length !== length) continue;
    let i = 0;
    while (i < length && bytes[start + i] === key.charCodeAt(i)) i++;
    if (i === length) return key;
  }
  return undefined;
}

/** @returns the position after the closing quote of the string that opens at `open`; -1 without one */
function endOfString(bytes: Buffer, open: number, end: number): number {
  const near = Math.min(end, open + SHORT);
  let at = open + 1;
  for (; at < near; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0 || quote >= end) return -1;
    let slashes = 0;
    while (quote - slashes - 1 >= at && bytes[quote - slashes - 1] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function endOfValue(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start, end);
  if (first === 0x7b || first === 0x5b) return endOfNested(bytes, start, end);
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte === 0x2c || byte === 0x7d || byte === 0x5d || byte === 0x20 || byte === 0x0d || byte === 0x0a || byte === 0x09) break;
    at++;
  }
  return at > start ? at : -1;
}

function endOfNested(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at, end);
      if (at < 0) return -1;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    at++;
    if (depth === 0) return at;
  }
  return -1;
}
