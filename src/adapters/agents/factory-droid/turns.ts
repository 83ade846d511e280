import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { mainOf, placedRecords } from "./view.ts";

/** Which lines belong to which turn: docs/agents/factory-droid.md. Nothing frames them: a turn can be read without the start of the session. */
export async function droidTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = mainOf(files);
  if (main === undefined) return new Map();
  const lines: { readonly start: number; readonly length: number; readonly turn: TurnRange["turn"] }[] = [];
  for (const { start, length, turn } of placedRecords(await main.bytes())) if (turn !== undefined) lines.push({ start, length, turn });
  return new Map([[main.path, rangesOf(lines)]]);
}
