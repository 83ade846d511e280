import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { mainOf, placedEvents } from "./view.ts";

const OF_ONE_TURN = /^(?:user\.message|assistant\.|tool\.|subagent\.|abort$|skill\.invoked$|session\.(?:usage_record|error)$)/;

/**
 * Which lines belong to which turn: docs/agents/copilot-cli.md. Hooks repeat prompts and answers before they stand in the
 * transcript, the system's message, compactions, notifications and totals tell of others too.
 */
export async function copilotTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = mainOf(files);
  if (main === undefined) return new Map();
  const lines: { readonly start: number; readonly length: number; readonly turn: TurnRange["turn"] }[] = [];
  for (const { type, start, length, turn } of placedEvents(await main.bytes())) {
    if (type === "session.start") lines.push({ start, length, turn: "frame" });
    else if (turn !== undefined && OF_ONE_TURN.test(type)) lines.push({ start, length, turn });
  }
  return new Map([[main.path, rangesOf(lines)]]);
}
