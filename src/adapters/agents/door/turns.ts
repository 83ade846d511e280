import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { placedRecords } from "./view.ts";

/** Which lines belong to which turn. The first line of a file frames them all; a summary tells of several and belongs to none. */
export async function doorTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const ranges = new Map<string, readonly TurnRange[]>();
  for (const [path, records] of await placedRecords(files)) {
    const lines = records.flatMap(({ type, start, line, turn }, index): { start: number; length: number; turn: TurnRange["turn"] }[] => {
      if (index === 0) return [{ start, length: line.length, turn: "frame" }];
      return turn === undefined || type === "session" || type === "compaction" ? [] : [{ start, length: line.length, turn }];
    });
    if (lines.length > 0) ranges.set(path, rangesOf(lines));
  }
  return ranges;
}
