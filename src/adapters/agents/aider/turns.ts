import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import { placedLines } from "./view.ts";

/** Which lines belong to which turn: from a prompt to the next. What stands before the first holds the command line, with a prompt in it perhaps. */
export async function aiderTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = files.find(({ role }) => role === "transcript");
  if (main === undefined) return new Map();
  const bytes = await main.bytes();
  let asked = false;
  const lines = placedLines(bytes, viewBuilder()).flatMap(({ kind, start, line, turn }): { start: number; length: number; turn: TurnRange["turn"] }[] => {
    if (start + line.length >= bytes.length) return []; // torn: its line feed is still to come
    if (kind === "header") return [{ start, length: line.length, turn: "frame" }];
    asked ||= kind === "asked";
    return turn === undefined || !asked ? [] : [{ start, length: line.length, turn }];
  });
  return new Map(lines.length === 0 ? [] : [[main.path, rangesOf(lines)]]);
}
