import { utf8 } from "../bytes.ts";

/** Stands in the text for what is no text: between the lines of a file of records, and for runs that hold no secret. No rule takes it. */
export const BREAK = "\0";
/** Runs of base64 of so many characters are images and blobs; a key in one piece is shorter. */
const LONG_RUN = 4096;

/**
 * `lines`: JSON records, one a line; nothing in one goes on in the next. `text`: one text.
 */
export type TextForm = "lines" | "text";

/** Bytes as a person would read them, with all layers of JSON escapes taken off, and where each character came from. */
export interface Unescaped {
  readonly text: string;
  /** The bytes of the chunk from which characters `from` to `to` were made: [from, to). Escapes are never cut. */
  bytesOf(from: number, to: number): readonly [number, number];
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const single = new TextDecoder("latin1");
const ESCAPES = /\\+(?:u[0-9a-fA-F]{4}|["nrtbf/])?/g;
const ESCAPES_AND_LINES = /\n|\\+(?:u[0-9a-fA-F]{4}|["nrtbf/])?/g;
const MEANING: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "/": "/", '"': '"' };

/**
 * Takes bytes that are no UTF-8 as one character each.
 * @param runs what becomes of long runs of base64: `skip` for rules, which find nothing there
 */
export function unescapeBytes(bytes: Uint8Array, form: TextForm, runs: "skip" | "keep"): Unescaped {
  const raw = decode(bytes);
  const flat = flatten(raw, form, runs);
  const ascii = raw.length === bytes.length;
  // Findings come in order: each is counted from the one before.
  let known = { at: 0, bytes: 0 };
  const byteAt = (at: number): number => {
    if (ascii) return at;
    if (at < known.at) known = { at: 0, bytes: 0 };
    known = { at, bytes: known.bytes + utf8(raw.slice(known.at, at)).length };
    return known.bytes;
  };
  return {
    text: flat.text,
    bytesOf(from, to) {
      const start = flat.rawAt(from);
      const first = byteAt(start);
      const end = flat.rawAt(to);
      return [first, ascii ? end : first + utf8(raw.slice(start, end)).length];
    },
  };
}

/** As `unescapeBytes`, of a text alone. */
export function unescapeText(text: string): string {
  return flatten(text, "text", "keep").text;
}

function decode(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return single.decode(bytes);
  }
}

function flatten(raw: string, form: TextForm, runs: "skip" | "keep"): { readonly text: string; rawAt(at: number): number } {
  const pieces: string[] = [];
  /** From the character `flats[i]` on, text and raw go in step, from `raws[i]`. */
  const flats: number[] = [0];
  const raws: number[] = [0];
  let length = 0;
  let done = 0;
  const put = (piece: string, to: number): void => {
    pieces.push(piece);
    length += piece.length;
    done = to;
    flats.push(length);
    raws.push(to);
  };
  const plain = (to: number): void => {
    for (const [from, end] of runs === "skip" ? longRuns(raw, done, to) : []) {
      pieces.push(raw.slice(done, from));
      length += from - done;
      flats.push(length);
      raws.push(from);
      put(BREAK, end);
    }
    pieces.push(raw.slice(done, to));
    length += to - done;
    done = to;
  };
  for (const match of raw.matchAll(form === "lines" ? ESCAPES_AND_LINES : ESCAPES)) {
    const token = match[0];
    plain(match.index);
    const end = match.index + token.length;
    if (token === "\n") {
      put(`\n${BREAK}\n`, end);
      continue;
    }
    const slashes = token.lastIndexOf("\\") + 1;
    const letter = token.charAt(slashes);
    // After an even number of backslashes a quote ends its string: it is no part of the escape.
    if (letter === '"' && slashes % 2 === 0) {
      put("\\", end - 1);
      plain(end);
    } else if (letter === "") put("\\", end);
    else put(letter === "u" ? String.fromCharCode(Number.parseInt(token.slice(slashes + 1), 16)) : (MEANING[letter] ?? letter), end);
  }
  plain(raw.length);
  return {
    text: pieces.join(""),
    rawAt(at) {
      const i = lastAtMost(flats, at);
      const position = (raws[i] ?? 0) + at - (flats[i] ?? 0);
      return Math.min(position, raws[i + 1] ?? raw.length);
    },
  };
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** A run of that length covers one of the places looked at, so the others need no look. */
function* longRuns(raw: string, from: number, to: number): Generator<readonly [number, number]> {
  let searched = from;
  for (let probe = from + LONG_RUN - 1; probe < to; probe += LONG_RUN) {
    if (probe < searched || !isBase64(raw.charCodeAt(probe))) continue;
    let start = probe;
    while (start > searched && isBase64(raw.charCodeAt(start - 1))) start--;
    let end = probe + 1;
    while (end < to && isBase64(raw.charCodeAt(end))) end++;
    searched = end;
    if (end - start >= LONG_RUN) yield [start, end];
  }
}

function isBase64(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 43 || code === 47 || code === 45 || code === 95;
}
