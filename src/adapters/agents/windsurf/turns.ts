import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { placedSteps } from "./view.ts";

/** Which lines belong to which turn: from a prompt to the next. */
export async function windsurfTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = files.find(({ role }) => role === "transcript");
  if (main === undefined) return new Map();
  const placed = placedSteps(await main.bytes());
  return new Map([[main.path, rangesOf(placed.flatMap(({ start, line, turn }) => (turn === undefined ? [] : [{ start, length: line.length, turn }])))]]);
}
