import { HxError } from "../domain/errors.ts";

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `12h`, `30d`, `4w`, a date, or a time by RFC 3339, in the future. @returns ms since 1970 @throws HxError `usage` */
export function parseExpires(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const span = count === undefined || unit === undefined ? null : now + Number(count) * (UNITS[unit] ?? 0);
  const time = span ?? (/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(time)) throw new HxError("usage", `'${text}' is neither a time nor a span`, { hints: ["give a span like 30d or 12h, or a date like 2027-01-31"] });
  if (time <= now) throw new HxError("usage", `'${text}' is over already`, { hints: ["give a span like 30d, or a later date"] });
  return time;
}

/** `3-7,9`. @throws HxError `usage` */
export function parseTurns(text: string | undefined): readonly (readonly [number, number])[] | undefined {
  if (text === undefined) return undefined;
  const ranges = text.split(",").map((range): readonly [number, number] => {
    const [, from, to] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(range) ?? [];
    return [Number(from ?? 0), Number(to ?? from ?? 0)];
  });
  const rises = ranges.every(([from, to], i) => from > (ranges[i - 1]?.[1] ?? 0) && to >= from);
  if (!rises) throw new HxError("usage", `'${text}' are no turns`, { hints: ["give turns like 3-7,9: counted from 1, rising"] });
  return ranges;
}
