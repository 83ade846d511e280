import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { textOf } from "../shared/record.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { placedRecords } from "./replay.ts";
import { nameOf, stemOf } from "./store.ts";
import { callOf } from "./subagents.ts";
import { mainOf, qwenView } from "./view.ts";

const CONVERSATION = new Set(["user", "assistant", "tool_result"]);

/** Which lines belong to which turn: docs/agents/qwen-code.md. Titles, snapshots, telemetry and summaries tell of other turns too. */
export async function qwenTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = mainOf(files);
  if (main === undefined) return new Map();
  const placed = placedRecords(await main.bytes()).filter(({ record }) => CONVERSATION.has(textOf(record, "type") ?? ""));
  const turns = new Map<string, readonly TurnRange[]>([
    [main.path, rangesOf(placed.flatMap(({ start, line, turn }) => (turn === undefined ? [] : [{ start, length: line.length, turn }])))],
  ]);
  const view = await qwenView(files);
  for (const file of files) {
    const call = file.role === "tool-result" ? stemOf(nameOf(file.path)) : file.role === "subagent" || file.path.endsWith(".meta.json") ? await callOf(file, files) : undefined;
    const turn = call === undefined ? undefined : turnOfCall(call, view);
    if (turn !== undefined) turns.set(file.path, [{ from: 0, to: (await file.bytes()).length, turn }]);
  }
  return turns;
}

function turnOfCall(call: string, view: SessionView): number | undefined {
  return view.turns.find(({ entries }) => entries.some((entry) => entry.kind === "tool-call" && entry.call === call))?.index;
}
