import { asBuffer, scanList, scanObject, type Span } from "../shared/json-scan.ts";
import { isJson, listOf, type Json } from "../shared/record.ts";

/** The document of a conversation, taken apart: docs/agents/kiro.md. */
export interface Apart {
  /** The items of `history`, byte for byte. */
  readonly turns: readonly string[];
  /** The document with an empty `history`. */
  readonly rest: string;
  /** What stands before, between and behind the items, where that is not commas alone. */
  readonly gaps?: readonly string[];
}

/** null for what is no document with a history. */
export function apart(document: string): Apart | null {
  const bytes = Buffer.from(document);
  const history = historyIn(bytes);
  if (history === undefined) return null;
  const [from, to] = [history.start + 1, history.end - 1];
  const spans: Span[] = [];
  const items = scanList(bytes, history);
  for (let next = items.next(); ; next = items.next()) {
    if (next.done !== true) spans.push(next.value);
    else if (next.value) break;
    else return null;
  }
  const text = (start: number, end: number): string => bytes.toString("utf8", start, end);
  const gaps = [...spans.map(({ start }, i) => text(spans[i - 1]?.end ?? from, start)), text(spans.at(-1)?.end ?? from, to)];
  const turns = spans.map(({ start, end }) => text(start, end));
  return { turns, rest: text(0, from) + text(to, bytes.length), ...(gaps.every((gap, i) => gap === usualGap(i, turns.length)) ? {} : { gaps }) };
}

/** The same document; with other turns than it had, commas alone stand between them. null where there is no history to fill. */
export function together({ turns, rest, gaps }: Apart): string | null {
  const bytes = Buffer.from(rest);
  const history = historyIn(bytes);
  if (history === undefined) return null;
  const between = gaps?.length === turns.length + 1 ? gaps : [...turns, ""].map((_, i) => usualGap(i, turns.length));
  const filled = turns.map((turn, i) => `${between[i] ?? ""}${turn}`).join("") + (between[turns.length] ?? "");
  return bytes.toString("utf8", 0, history.start + 1) + filled + bytes.toString("utf8", history.end - 1);
}

function historyIn(bytes: Buffer): Span | undefined {
  const span = scanObject(asBuffer(bytes), ["history"])?.get("history");
  return span !== undefined && bytes[span.start] === 0x5b ? span : undefined;
}

function usualGap(i: number, count: number): string {
  return i === 0 || i === count ? "" : ",";
}

/** Text of JSON as it is where it is on one line, so that secrets and paths in it are found; else as a string. */
function raw(text: string): string {
  const value = /[\r\n]/.test(text) ? undefined : parsed(text);
  return value === undefined || typeof value === "string" ? JSON.stringify(text) : text;
}

const TURN = '{"turn":';
const REST = '{"rest":';

export function turnLine(turn: string): string {
  return `${TURN}${raw(turn)}}\n`;
}

export function restLine({ rest, gaps }: Apart): string {
  return `{${gaps === undefined ? "" : `"gaps":${JSON.stringify(gaps)},`}${REST.slice(1)}${raw(rest)}}\n`;
}

/** The item of a line that has one; null for a line that cannot be read, undefined for another one. */
export function turnOf(record: Json): Json | null | undefined {
  const turn = record["turn"];
  if (turn === undefined) return undefined;
  const value = typeof turn === "string" ? parsed(turn) : turn;
  return isJson(value) ? value : null;
}

/** The text of a turn in its line. */
export function turnText(line: string): string | undefined {
  return line.startsWith(TURN) && line.endsWith("}") ? unraw(line.slice(TURN.length, -1)) : undefined;
}

export function restOf(line: string): Omit<Apart, "turns"> | undefined {
  const record = parsed(line);
  if (!isJson(record) || record["rest"] === undefined || !line.endsWith("}")) return undefined;
  const gaps = listOf(record, "gaps").filter((gap) => typeof gap === "string");
  const begins = record["gaps"] === undefined ? REST : `{"gaps":${JSON.stringify(record["gaps"])},${REST.slice(1)}`;
  const rest = line.startsWith(begins) ? unraw(line.slice(begins.length, -1)) : undefined;
  return rest === undefined ? undefined : { rest, ...(record["gaps"] === undefined ? {} : { gaps }) };
}

function unraw(text: string): string | undefined {
  const value = parsed(text);
  return typeof value === "string" ? value : value === undefined ? undefined : text;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
