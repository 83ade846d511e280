import type { CapturedFile, TurnRange } from "../../../../ports/agent.ts";
import { rangesOf } from "../turn-ranges.ts";
import { viewBuilder } from "../view-builder.ts";
import { fileOf, recordLines } from "./lines.ts";
import { newRowsState } from "./reader.ts";
import { fillView } from "./view.ts";

/** Which lines belong to which turn. Summaries of what came before, the title and the rows of the state tell of several, or of it all. */
export async function rowsTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = fileOf(files, "messages");
  if (main === undefined) return new Map();
  const bytes = await main.bytes();
  const lines: { start: number; length: number; turn: TurnRange["turn"] }[] = [];
  for (const { record, start, length } of recordLines(bytes)) if (record?.kind === "head") lines.push({ start, length, turn: "frame" });
  fillView(bytes, viewBuilder(), newRowsState(), (group, turn) => {
    if (turn !== undefined) for (const { start, length } of group.lines) lines.push({ start, length, turn });
  });
  return new Map([[main.path, rangesOf(lines.sort((a, b) => a.start - b.start))]]);
}
