import type { Json } from "../shared/record.ts";
import { textOf } from "../shared/record.ts";

/** What a person asked. */
export interface Prompt {
  readonly text: string;
  /** ms since 1970, to the minute: Cursor says it to the model. */
  readonly at?: number;
}

const [OPENS, CLOSES] = ["<user_query>", "</user_query>"] as const;
/** Cursor wraps what it adds of itself. */
const ADDED = /^\s*<[a-z][a-z_]*>/;
const TIME = /^\s*<timestamp>\w+, (\w{3} \d{1,2}, \d{4}), (\d{1,2}:\d{2} [AP]M) \(UTC(?:([+-])(\d{1,2})(?::(\d{2}))?)?\)<\/timestamp>/;

/** undefined: what Cursor said to the model in the person's place. */
export function promptOf(parts: readonly Json[]): Prompt | undefined {
  const texts = parts.flatMap((part) => (part["type"] === "text" ? [textOf(part, "text") ?? ""] : []));
  const at = texts.map(timeIn).find((time) => time !== undefined);
  const asked = texts.flatMap((text) => {
    const from = text.indexOf(OPENS);
    const to = text.lastIndexOf(CLOSES);
    if (from >= 0) return [text.slice(from + OPENS.length, to > from ? to : undefined).trim()];
    return ADDED.test(text) ? [] : [text];
  });
  const text = asked.join("\n").trim();
  const hasImage = parts.some(({ type }) => type === "image" || type === "file");
  if (text === "" && !hasImage) return undefined;
  return { text: text === "" ? "[image]" : text, ...(at === undefined ? {} : { at }) };
}

function timeIn(text: string): number | undefined {
  const [, day, time, sign = "+", hours = "0", minutes = "0"] = TIME.exec(text) ?? [];
  if (day === undefined) return undefined;
  const local = Date.parse(`${day} ${time} UTC`);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return Number.isNaN(local) ? undefined : local - (sign === "-" ? -offset : offset);
}
