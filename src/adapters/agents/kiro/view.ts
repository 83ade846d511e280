import type { Entry, SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { asBuffer, valueAt } from "../shared/json-scan.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import { entriesOfAnswer, entriesOfResults, exchangeOf, type Calls, type Exchange } from "./conversation.ts";
import { turnOf } from "./document-lines.ts";
import { kiroReader } from "./reader.ts";
import { momentOf, partsOf, textsOf } from "./records.ts";
import { NO_SIDECAR, readSidecar } from "./sidecar.ts";
import { editOf, resultOf } from "./tools.ts";

/** The normalised view of a session of Kiro CLI: docs/agents/kiro.md. */
export async function kiroView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = files.find(({ role }) => role === "transcript");
  const beside = files.find(({ role, path }) => role === "sidecar" && path.endsWith(".json"));
  const sidecar = await beside?.bytes();
  const told = sidecar === undefined ? NO_SIDECAR : readSidecar(sidecar);
  const builder = viewBuilder();
  for (const model of told.facts.models ?? []) builder.model(model);
  const reader = kiroReader({ path: "", role: "transcript" });
  const ends = endsIn(sidecar);
  const calls: Calls = new Map();
  let directory = told.directory;
  for (const { record, line } of recordsOf((await main?.bytes()) ?? new Uint8Array(0))) {
    const ran = reader.take(line);
    directory ??= ran;
    takeRecord(record, builder, ends, calls);
  }
  const { title, first, last, models = [] } = reader.facts();
  for (const model of models) builder.model(model);
  return builder.build({ agent: "kiro", id: idOf(main?.path ?? ""), ...defined({ title: told.facts.title ?? title, directory, first, last }) });
}

/** A record, and the turn that is open after it. */
export interface PlacedRecord {
  readonly start: number;
  readonly line: Uint8Array;
  readonly turn: number | "frame" | undefined;
}

export function placedRecords(bytes: Uint8Array): readonly PlacedRecord[] {
  const builder = viewBuilder();
  const placed: PlacedRecord[] = [];
  for (const { record, start, line } of recordsOf(bytes)) {
    takeRecord(record, builder, new Map(), new Map());
    if (record !== null && isHead(record)) placed.push({ start, line, turn: "frame" });
    else if (record !== null && isKnown(record)) placed.push({ start, line, turn: builder.current() });
  }
  return placed;
}

const KINDS: readonly unknown[] = ["Prompt", "AssistantMessage", "ToolResults"];

function isKnown(record: Json): boolean {
  const turn = turnOf(record);
  if (turn === undefined) return KINDS.includes(record["kind"]);
  const { prompt, results, unknown } = turn === null ? { unknown: [""], prompt: undefined, results: [] } : exchangeOf(turn);
  // What was asked with the results of calls of the turn before tells of both.
  return unknown.length === 0 && (prompt === undefined || results.length === 0);
}

function isHead(record: Json): boolean {
  return record["kiro"] !== undefined;
}

function takeRecord(record: Json | null, builder: ViewBuilder, ends: ReadonlyMap<string, number>, calls: Calls): void {
  const turn = record === null ? null : turnOf(record);
  if (record === null || turn === null) return builder.damaged();
  if (turn !== undefined) return takeExchange(exchangeOf(turn), builder, calls);
  if (isHead(record)) return;
  const data = objectOf(record, "data");
  const at = ends.get(textOf(data, "message_id") ?? "");
  switch (record["kind"]) {
    case "Prompt":
      if (!Array.isArray(data["content"])) return builder.damaged();
      return void builder.prompt(textsOf(data), momentOf(objectOf(data, "meta")));
    case "AssistantMessage":
      for (const part of partsOf(data)) addAnswer(part, at, builder);
      return;
    case "ToolResults":
      for (const part of partsOf(data)) addResult(part, objectOf(data, "results"), builder);
      return;
    default:
      builder.unknown(textOf(record, "kind") ?? "no type");
  }
}

/** Results come before what was asked with them. */
function takeExchange(exchange: Exchange, builder: ViewBuilder, calls: Calls): void {
  for (const entry of entriesOfResults(exchange, calls)) builder.add(entry);
  if (exchange.prompt !== undefined) builder.prompt(exchange.prompt, exchange.at);
  for (const entry of entriesOfAnswer(exchange, calls)) builder.add(entry);
  for (const type of exchange.unknown) builder.unknown(type);
}

function addAnswer({ kind, data }: { readonly kind: string; readonly data: unknown }, at: number | undefined, builder: ViewBuilder): void {
  const base = at === undefined ? {} : { at };
  if (kind === "text") {
    if (typeof data === "string" && data !== "") builder.add({ ...base, kind: "message", text: data });
    return;
  }
  if (kind === "toolUse" && isJson(data)) {
    // Why the agent uses a tool is said among the tool's own arguments.
    const { __tool_use_purpose: purpose, ...input } = objectOf(data, "input");
    if (typeof purpose === "string" && purpose !== "") builder.add({ ...base, kind: "reasoning", text: purpose });
    return builder.add({ ...base, kind: "tool-call", call: textOf(data, "toolUseId") ?? "", tool: textOf(data, "name") ?? "", input });
  }
  builder.unknown(`AssistantMessage/${kind}`);
}

function addResult({ kind, data }: { readonly kind: string; readonly data: unknown }, results: Json, builder: ViewBuilder): void {
  if (kind !== "toolResult" || !isJson(data)) return builder.unknown(`ToolResults/${kind}`);
  const call = textOf(data, "toolUseId") ?? "";
  const result: Entry & { readonly kind: "tool-result" } = { kind: "tool-result", call, ...resultOf(data) };
  builder.add(result);
  const edit = result.failed === true ? undefined : editOf(objectOf(objectOf(results, call), "tool"));
  if (edit !== undefined) builder.add({ kind: "edit", call, ...edit });
}

/** When each turn ended, by the id of its last message: records other than prompts have no time of their own. */
function endsIn(sidecar: Uint8Array | undefined): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  const value = sidecar === undefined ? undefined : valueAt(asBuffer(sidecar), { start: 0, end: sidecar.length });
  if (!isJson(value)) return ends;
  for (const turn of listOf(objectOf(objectOf(value, "session_state"), "conversation_metadata"), "user_turn_metadatas")) {
    if (!isJson(turn)) continue;
    const last = listOf(turn, "message_ids").at(-1);
    const at = timeOf(textOf(turn, "end_timestamp"));
    if (typeof last === "string" && at !== undefined) ends.set(last, at);
  }
  return ends;
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.jsonl$/, "");
}
