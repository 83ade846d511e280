import type { SessionView, TokenUsage } from "../../../domain/view.ts";
import type { CapturedFile, SessionFacts } from "../../../ports/agent.ts";
import { asBuffer } from "../shared/json-scan.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import type { Base, Calls } from "./entries.ts";
import { entriesOfMessage, outcomeEntries } from "./entries.ts";
import { asPrompt, isOfConversation, textOfUser } from "./prompt.ts";
import { droidReader } from "./reader.ts";
import { parentOf, partOf } from "./store.ts";

/** Records that hold nothing of the conversation: what the tools' arguments say, and settings. */
const BOOKKEEPING: ReadonlySet<string> = new Set(["session_settings", "session_start", "todo_state"]);

/** The normalised view of a session of Droid: docs/agents/factory-droid.md. */
export async function droidView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = mainOf(files);
  const bytes = main === undefined ? new Uint8Array(0) : await main.bytes();
  const settings = await settingsOf(files);
  const builder = viewBuilder();
  const told = takeRecords(bytes, builder);
  if (told.facts.models === undefined) builder.model(textOf(settings, "model"));
  const { title, branch, version, first, last } = told.facts;
  const named = partOf(main?.path.split("/").at(-1) ?? "")?.id;
  return builder.build({ agent: "factory-droid", id: named ?? told.id ?? "", ...defined({ title, branch, version, first, last, directory: told.directory, tokens: tokensOf(settings) }) });
}

export function mainOf(files: readonly CapturedFile[]): CapturedFile | undefined {
  return files.find(({ role }) => role === "transcript");
}

async function settingsOf(files: readonly CapturedFile[]): Promise<Json> {
  const file = files.find(({ path }) => path.endsWith(".settings.json"));
  if (file === undefined) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(await file.bytes()).toString("utf8"));
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}

/** The session's own total, without that of the sessions that it called. What came from the cache is not in `input`. */
function tokensOf(settings: Json): TokenUsage | undefined {
  const recorded = settings["tokenUsage"];
  if (!isJson(recorded)) return undefined;
  return defined({
    input: numberOf(recorded, "inputTokens"),
    output: numberOf(recorded, "outputTokens"),
    reasoning: numberOf(recorded, "thinkingTokens"),
    cacheRead: numberOf(recorded, "cacheReadTokens"),
    cacheWrite: numberOf(recorded, "cacheCreationTokens"),
  });
}

/** A record of the transcript, and the turn that is open after it; no turn for what tells of others too. */
export interface PlacedRecord {
  readonly start: number;
  readonly length: number;
  readonly turn: number | undefined;
}

/** The records that can be read, in order. */
export function placedRecords(bytes: Uint8Array): readonly PlacedRecord[] {
  const placed: PlacedRecord[] = [];
  takeRecords(bytes, viewBuilder(), (record) => void placed.push(record));
  return placed;
}

interface Told {
  readonly id?: string | undefined;
  readonly directory?: string | undefined;
  readonly facts: SessionFacts;
}

function takeRecords(bytes: Uint8Array, builder: ViewBuilder, taken?: (record: PlacedRecord) => void): Told {
  const reader = droidReader({ path: "", role: "transcript" });
  const calls: Calls = new Map();
  let start: Json = {};
  let directory: string | undefined;
  let copied: number | undefined;
  for (const { record, start: at, line } of recordsOf(bytes)) {
    const place = reader.take(line);
    if (record === null) {
      builder.damaged();
      continue;
    }
    directory ??= place;
    const isCopy = copied !== undefined;
    if (record["type"] === "session_start") {
      start = record;
      copied = isFork(record, bytes) ? 0 : undefined;
      if (copied === undefined && parentOf(record) !== undefined) builder.add({ kind: "note", text: `goes on from session '${parentOf(record) ?? ""}'` });
    } else if (copied === undefined) takeRecord(record, textOf(start, "callingSessionId") !== undefined, builder, calls);
    else if (record["id"] !== start["forkedAtMessageId"]) copied++;
    else {
      builder.add({ kind: "note", text: `goes on from session '${parentOf(start) ?? ""}': ${copied + 1} records copied from it are left out` });
      copied = undefined;
    }
    taken?.({ start: at, length: line.length, turn: isCopy || !isOfOneTurn(record) ? undefined : builder.current() });
  }
  return { id: textOf(start, "id"), directory, facts: reader.facts() };
}

/** A fork begins with a copy of its parent's records, up to a message that it names. Where that is not there, nothing is taken for a copy. */
function isFork(start: Json, bytes: Uint8Array): boolean {
  const last = textOf(start, "forkedAtMessageId");
  return last !== undefined && asBuffer(bytes).includes(`"id":${JSON.stringify(last)}`);
}

/** The start of a session has its title, so the first prompt; runs of hooks and reminders, and what compactions keep, are of all turns. */
function isOfOneTurn(record: Json): boolean {
  return record["type"] === "agent_turn_outcome" || (record["type"] === "message" && isOfConversation(textOf(objectOf(record, "message"), "visibility")));
}

function takeRecord(record: Json, isCalled: boolean, builder: ViewBuilder, calls: Calls): void {
  const type = textOf(record, "type") ?? "no type";
  const at = timeOf(textOf(record, "timestamp"));
  if (type === "message") return isJson(record["message"]) ? takeMessage(record["message"], at, isCalled, builder, calls) : builder.damaged();
  if (type === "agent_turn_outcome") for (const entry of outcomeEntries(record, defined({ at }))) builder.add(entry);
  else if (type === "compaction_state") builder.add({ ...defined({ at, summary: summaryOf(record) }), kind: "compaction" });
  else if (!BOOKKEEPING.has(type)) builder.unknown(type);
}

function summaryOf(record: Json): string | undefined {
  return textOf(record, "summaryText") ?? textOf(record, "summary") ?? textOf(objectOf(record, "summary"), "text");
}

function takeMessage(message: Json, at: number | undefined, isCalled: boolean, builder: ViewBuilder, calls: Calls): void {
  if (!isOfConversation(textOf(message, "visibility"))) return;
  const text = message["role"] === "user" ? textOfUser(message["content"]) : undefined;
  const prompt = asPrompt(text, isCalled);
  if (prompt !== undefined) return void builder.prompt(prompt, at);
  const base: Base = defined({ at, model: message["role"] === "assistant" ? textOf(message, "modelId") : undefined });
  builder.model(base.model);
  if (text !== undefined) builder.add({ ...base, kind: "note", text });
  for (const entry of entriesOfMessage(message, base, calls)) builder.add(entry);
}
