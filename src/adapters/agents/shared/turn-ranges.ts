import type { TurnRange } from "../../../ports/agent.ts";

/** Joins lines that follow each other in one turn. The line feed of a line goes with it. @param lines in the order of the file */
export function rangesOf(lines: readonly { readonly start: number; readonly length: number; readonly turn: TurnRange["turn"] }[]): readonly TurnRange[] {
  const ranges: { from: number; to: number; turn: TurnRange["turn"] }[] = [];
  for (const { start, length, turn } of lines) {
    const last = ranges.at(-1);
    if (last?.turn === turn && last.to === start) last.to = start + length + 1;
    else ranges.push({ from: start, to: start + length + 1, turn });
  }
  return ranges;
}
