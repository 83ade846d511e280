import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { movedName } from "./entries.ts";
import type { Item } from "./messages.ts";
import { idOf, itemsOf } from "./messages.ts";
import { takeItem, workOn } from "./replay.ts";
import { nameOf } from "./store.ts";
import { subagentOf } from "./subagents.ts";
import { geminiView, mainOf } from "./view.ts";

/** Which lines belong to which turn: docs/agents/gemini-cli.md. Lists of messages, summaries and rewinds tell of several. */
export async function geminiTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = await mainOf(files);
  if (main === undefined) return new Map();
  const turns = new Map<string, readonly TurnRange[]>([[main.path, main.path.endsWith(".json") ? [] : rangesOf(linesIn([...itemsOf(main.path, await main.bytes())]))]]);
  const view = await geminiView(files);
  for (const file of files) {
    const turn = file.role === "subagent" ? turnOfSubagent(subagentOf(file.path), view) : file.role === "tool-result" ? turnOfResult(nameOf(file.path), view) : undefined;
    if (turn !== undefined) turns.set(file.path, [{ from: 0, to: (await file.bytes()).length, turn }]);
  }
  return turns;
}

type Line = Parameters<typeof rangesOf>[0][number];

/** A message belongs to the turn in which it was first written, also where it is written again later. */
function linesIn(items: readonly Item[]): readonly Line[] {
  const work = workOn(items, () => undefined);
  const turnOf = new Map<string, number | undefined>();
  return items.flatMap((item): readonly Line[] => {
    takeItem(item, work);
    const { start, length } = item;
    if (item.shares === true) return [];
    if (item.kind === "header") return [{ start, length, turn: "frame" }];
    if (item.kind !== "message") return [];
    const id = idOf(item.record);
    if (!turnOf.has(id)) turnOf.set(id, work.builder.current());
    const turn = turnOf.get(id);
    return turn === undefined ? [] : [{ start, length, turn }];
  });
}

function turnOfSubagent(id: string, view: SessionView): number | undefined {
  const found = view.turns.filter(({ entries }) => entries.some(({ subagent }) => subagent === id));
  return found.length === 1 ? found[0]?.index : undefined;
}

function turnOfResult(name: string, view: SessionView): number | undefined {
  const found = view.turns.filter(({ entries }) => entries.some((entry) => entry.kind === "tool-call" && movedName(entry.call, entry.tool) === name));
  return found.length === 1 ? found[0]?.index : undefined;
}
