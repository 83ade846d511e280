import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { placedRecords } from "./view.ts";

/** Which lines belong to which turn. The file beside them tells of all turns, and belongs to none. */
export async function kiroTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = files.find(({ role }) => role === "transcript");
  if (main === undefined) return new Map();
  const placed = placedRecords(await main.bytes());
  return new Map([[main.path, rangesOf(placed.flatMap(({ start, line, turn }) => (turn === undefined ? [] : [{ start, length: line.length, turn }])))]]);
}
