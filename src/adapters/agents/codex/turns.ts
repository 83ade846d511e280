import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { textOf } from "../shared/record.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { promptOfMessage } from "./prompt.ts";
import { promptOfEvent } from "./reader.ts";
import { readRollout, type Item } from "./rollout.ts";
import { latestFirst, placedItems } from "./view.ts";

/**
 * Which lines belong to which turn: docs/agents/codex.md. A turn begins in the view with its prompt, in the file with what Codex writes before it: its
 * context, and the same prompt as a message. Compactions, names and the parent's history tell of others too.
 */
export async function codexTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const [live, ...others] = latestFirst(files);
  if (live === undefined) return new Map();
  const rollout = readRollout(await live.bytes());
  const lines: { readonly start: number; readonly length: number; readonly turn: TurnRange["turn"] }[] = [];
  let waiting: Item[] = [];
  let prompts: ReadonlySet<string> = new Set();
  let open: number | undefined;
  const settle = (turn: number | undefined): void => {
    for (const item of waiting) if (turn !== undefined && isOfPrompt(item, prompts)) lines.push({ ...placeOf(item), turn });
    waiting = [];
  };
  for (const { item, turn } of placedItems(rollout, others)) {
    if (item.type === "session_meta") {
      if (item.payload === rollout.meta) lines.push({ ...placeOf(item), turn: "frame" });
      continue;
    }
    if (tellsOfOthers(item)) continue;
    const prompt = promptOf(item, rollout.promptsByEvent);
    if (prompt !== undefined) {
      prompts = new Set([prompt]);
      settle(turn);
      open = turn;
    } else if (opens(item)) {
      waiting.push(item);
      continue;
    }
    settle(open);
    open ??= turn;
    if (open !== undefined) lines.push({ ...placeOf(item), turn: open });
  }
  settle(open);
  return new Map([[live.path, rangesOf(lines.sort((a, b) => a.start - b.start))]]);
}

function placeOf({ start, length }: Item): { readonly start: number; readonly length: number } {
  return { start, length };
}

function promptOf({ type, payload }: Item, byEvent: boolean): string | undefined {
  if (byEvent) return type === "event" ? promptOfEvent(payload) : undefined;
  return isMessage({ type, payload }) ? promptOfMessage(payload) : undefined;
}

function isMessage({ type, payload }: Pick<Item, "type" | "payload">): boolean {
  return type === "item" && payload["type"] === "message" && payload["role"] === "user";
}

/** What may stand before the prompt of the turn to which it belongs. */
function opens(item: Item): boolean {
  const { type, payload } = item;
  return type === "turn_context" || isMessage(item) || (type === "item" && payload["role"] === "developer") || (type === "event" && payload["type"] === "task_started");
}

/** A message with a prompt belongs to the turn that has this prompt, or to none that is known. */
function isOfPrompt(item: Item, prompts: ReadonlySet<string>): boolean {
  if (!isMessage(item)) return true;
  const prompt = promptOfMessage(item.payload);
  return prompt === undefined || prompts.has(prompt);
}

function tellsOfOthers({ type, payload }: Item): boolean {
  if (type !== "event" && type !== "item" && type !== "turn_context" && type !== "token_usage_record") return true;
  return /compact|summary|title|name|rolled_back/.test(textOf(payload, "type") ?? "");
}
