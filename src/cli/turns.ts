import { HxError } from "../domain/errors.ts";
import type { TurnRange } from "../domain/sharing/statement.ts";

/** `3-7,9`, in any order. @throws HxError `usage` */
export function parseTurns(text: string | undefined): readonly TurnRange[] | undefined {
  if (text === undefined) return undefined;
  const ranges = text.split(",").map((piece): TurnRange => {
    const [, from, to] = /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(piece) ?? [];
    const range = [Number(from), Number(to ?? from)] as const;
    if (from === undefined || range[0] < 1 || range[1] < range[0]) throw wrong(text);
    return range;
  });
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  if (sorted.some(([from], i) => i > 0 && from <= (sorted[i - 1]?.[1] ?? 0))) throw wrong(text);
  return sorted;
}

function wrong(text: string): HxError {
  return new HxError("usage", `'--turns ${text}' is no list of turns that do not overlap`, { hints: ["give turns like 3-7,9: the first is 1"] });
}
