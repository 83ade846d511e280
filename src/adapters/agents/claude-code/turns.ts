import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { asBuffer } from "../shared/json-scan.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { textOf } from "../shared/record.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { claudeView, mainOf, nameOf, placedRecords, type PlacedRecord } from "./view.ts";

const CONVERSATION = new Set(["user", "assistant", "attachment", "system"]);

/** Which lines belong to which turn: docs/agents/claude-code.md. Titles, queues and summaries of compactions tell of others too. */
export async function claudeTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = mainOf(files.filter(({ role }) => role === "transcript"));
  if (main === undefined) return new Map();
  const placed = placedRecords(await main.bytes()).filter(({ record }) => isOfOneTurn(record));
  const turns = new Map<string, readonly TurnRange[]>([
    [main.path, rangesOf(placed.flatMap(({ start, line, turn }) => (turn === undefined ? [] : [{ start, length: line.length, turn }])))],
  ]);
  const view = await claudeView(files);
  for (const file of files) {
    const turn = file.role === "subagent" || file.path.endsWith(".meta.json") ? await turnOfSubagent(file, files, view) : file.role === "tool-result" ? turnOfResult(nameOf(file.path), placed) : undefined;
    if (turn !== undefined) turns.set(file.path, [{ from: 0, to: (await file.bytes()).length, turn }]);
  }
  return turns;
}

function isOfOneTurn(record: Json): boolean {
  return CONVERSATION.has(textOf(record, "type") ?? "") && record["isCompactSummary"] !== true && !(textOf(record, "subtype") ?? "").includes("summary");
}

/** The turn of the call that started it, where that is recorded. */
async function turnOfSubagent({ path }: CapturedFile, files: readonly CapturedFile[], view: SessionView): Promise<number | undefined> {
  const told = files.find((file) => file.path === path.replace(/\.jsonl$/, ".meta.json"));
  const [first] = told === undefined ? [] : recordsOf(await told.bytes());
  const call = first?.record === undefined || first.record === null ? undefined : textOf(first.record, "toolUseId");
  if (call === undefined) return undefined;
  return view.turns.find(({ entries }) => entries.some((entry) => entry.kind === "tool-call" && entry.call === call))?.index;
}

/** The turn whose records name the file, when it is one. */
function turnOfResult(name: string, placed: readonly PlacedRecord[]): number | undefined {
  const named = new Set(placed.filter(({ line }) => asBuffer(line).includes(name)).map(({ turn }) => turn));
  return named.size === 1 ? [...named][0] : undefined;
}
