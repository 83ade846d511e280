import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { mainOf, placedRecords } from "./view.ts";

/**
 * Which lines belong to which turn: docs/agents/pi.md. The header frames all turns; names, summaries, settings, data of
 * extensions and what was copied from the parent tell of others too.
 */
export async function piTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = mainOf(files);
  if (main === undefined) return new Map();
  const lines: { readonly start: number; readonly length: number; readonly turn: TurnRange["turn"] }[] = [];
  for (const { type, start, length, turn } of placedRecords(await main.bytes())) {
    if (type === "session") lines.push({ start, length, turn: "frame" });
    else if (turn !== undefined && type === "message") lines.push({ start, length, turn });
  }
  return new Map([[main.path, rangesOf(lines)]]);
}
