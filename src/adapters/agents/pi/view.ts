import type { SessionView, TokenUsage } from "../../../domain/view.ts";
import type { CapturedFile, SessionFacts } from "../../../ports/agent.ts";
import { recordsOf, textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { plus, viewBuilder } from "../shared/view-builder.ts";
import type { Calls } from "./entries.ts";
import { entriesOfMessage, note } from "./entries.ts";
import { promptOf } from "./prompt.ts";
import { isCopied, isFork, piReader } from "./reader.ts";
import { idOfName } from "./store.ts";
import { tree } from "./tree.ts";

/** Entries that hold nothing of the conversation: settings, bookmarks, data of extensions. */
const BOOKKEEPING: ReadonlySet<string> = new Set(["context_edit", "custom", "label", "leaf", "model_change", "session_info", "thinking_level_change", "usage"]);

/** The normalised view of a session of Pi: docs/agents/pi.md. */
export async function piView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = mainOf(files);
  const bytes = main === undefined ? new Uint8Array(0) : await main.bytes();
  const builder = viewBuilder();
  const told = takeRecords(bytes, builder);
  const { title, branch, version, first, last } = told.facts;
  const named = idOfName(main?.path.split("/").at(-1) ?? "");
  return builder.build({ agent: "pi", id: named ?? told.id ?? "", ...defined({ title, branch, version, first, last, directory: told.directory, tokens: told.tokens }) });
}

export function mainOf(files: readonly CapturedFile[]): CapturedFile | undefined {
  return files.find(({ role }) => role === "transcript");
}

/** A record of the transcript, and the turn that is open after it; no turn for what was copied from the parent. */
export interface PlacedRecord {
  readonly type: string;
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
  readonly tokens?: TokenUsage | undefined;
  readonly facts: SessionFacts;
}

function takeRecords(bytes: Uint8Array, builder: ViewBuilder, taken?: (record: PlacedRecord) => void): Told {
  const reader = piReader({ path: "", role: "transcript" });
  const calls: Calls = new Map();
  const entries = tree();
  let session: string | undefined;
  let directory: string | undefined;
  let tokens: TokenUsage | undefined;
  let forked: number | undefined;
  let copied = 0;
  let isSaid = false;
  const say = (): void => {
    const text = isSaid ? undefined : lineageNote(reader.facts().parent, copied);
    isSaid = true;
    if (text !== undefined) builder.add({ kind: "note", text });
  };
  for (const { record, start, line } of recordsOf(bytes)) {
    const place = reader.take(line);
    if (record === null) {
      builder.damaged();
      continue;
    }
    directory ??= place;
    const type = textOf(record, "type") ?? "no type";
    const time = timeOf(textOf(record, "timestamp"));
    const isOwn = type === "session" || !isCopied(time, forked);
    if (type === "session") {
      session ??= textOf(record, "id");
      forked = isFork(record) ? time : undefined;
    } else entries.enter(record);
    if (!isOwn) copied++;
    if (type !== "session" && isOwn) {
      say();
      takeEntry(type, record, builder, calls, `bash-${start}`, (handle) => entries.prompt(record, handle));
      const used = usageOf(record);
      if (used !== undefined) tokens = plus(tokens ?? {}, used);
    }
    taken?.({ type, start, length: line.length, turn: isOwn ? builder.current() : undefined });
  }
  say();
  for (const handle of entries.abandoned()) builder.abandon(handle);
  return { id: session, directory, tokens, facts: reader.facts() };
}

/** What is to be said of a session that goes on from another. */
function lineageNote(parent: string | undefined, copied: number): string | undefined {
  if (parent === undefined && copied === 0) return undefined;
  const from = parent === undefined ? "goes on from another session" : `goes on from session '${parent}'`;
  return copied === 0 ? from : `${from}: ${copied} records copied from it are left out`;
}

function takeEntry(type: string, record: Json, builder: ViewBuilder, calls: Calls, fallback: string, begun: (handle: number) => void): void {
  const message = objectOf(record, "message");
  const at = timeOf(textOf(record, "timestamp"));
  const base = defined({ at, model: message["role"] === "assistant" ? textOf(message, "model") : undefined });
  if (type === "message" && !isJson(record["message"])) return builder.damaged();
  const prompt = type === "message" && message["role"] === "user" ? promptOf(message["content"]) : undefined;
  if (prompt !== undefined) return begun(builder.prompt(prompt, at));
  if (type === "message") {
    const entries = entriesOfMessage(message, base, calls, textOf(record, "id") ?? fallback);
    if (entries === undefined) builder.unknown(`message/${textOf(message, "role") ?? "no type"}`);
    builder.model(base.model);
    for (const entry of entries ?? []) builder.add(entry);
    return;
  }
  if (type === "compaction" || type === "compactionSummary") return builder.add({ ...base, kind: "compaction", ...defined({ summary: textOf(record, "summary") }) });
  const text = NOTED.get(type)?.(record);
  for (const entry of note(text ?? "", base)) builder.add(entry);
  if (text === undefined && !BOOKKEEPING.has(type)) builder.unknown(type);
}

const NOTED: ReadonlyMap<string, (record: Json) => string> = new Map([
  ["branch_summary", (record: Json) => textOf(record, "summary") ?? ""],
  ["branchSummary", (record: Json) => textOf(record, "summary") ?? ""],
  ["custom_message", (record: Json) => (record["display"] === false ? "" : textOfContent(record["content"]))],
]);

/** What came from the cache is not in `input`. */
function usageOf(record: Json): TokenUsage | undefined {
  const message = objectOf(record, "message");
  const usage = message["usage"];
  if (record["type"] !== "message" || message["role"] !== "assistant" || !isJson(usage)) return undefined;
  return defined({ input: numberOf(usage, "input"), output: numberOf(usage, "output"), cacheRead: numberOf(usage, "cacheRead"), cacheWrite: numberOf(usage, "cacheWrite") });
}
