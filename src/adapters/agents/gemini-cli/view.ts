import type { Entry, SessionView, TokenUsage } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { linesOf } from "../shared/lines.ts";
import type { Json } from "../shared/record.ts";
import { defined, isAbsolutePath, textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import type { Context } from "./entries.ts";
import { answeredIn, answerEntries, baseOf, handedEntries, toldEntry } from "./entries.ts";
import type { Item } from "./messages.ts";
import { idOf, itemsOf, newsOf, promptOf, saidIn } from "./messages.ts";
import { projectHash } from "./projects.ts";
import { geminiReader } from "./reader.ts";
import type { Rewinds } from "./rewinds.ts";
import { rewinds } from "./rewinds.ts";
import { mergeSubagents } from "./subagents.ts";
import { withUsage } from "./usage.ts";

/** The normalised view of a session of Gemini CLI: docs/agents/gemini-cli.md. */
export async function geminiView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = await mainOf(files);
  const bytes = main === undefined ? new Uint8Array(0) : await main.bytes();
  const path = main?.path ?? "";
  const items = [...itemsOf(path, bytes)];
  const work = workOn(items, await movedResults(files));
  for (const item of items) takeItem(item, work);
  for (const aside of files) {
    if (aside.role === "transcript" && aside !== main && aside.path.includes(".unreadable-")) work.builder.add({ kind: "note", text: `the agent set a transcript aside: '${nameOf(aside.path)}'` });
  }
  await mergeSubagents(files, work);
  const { title, first, last } = factsIn(path, bytes);
  return work.builder.build({ agent: "gemini-cli", id: work.id ?? "", ...defined({ title, first, last, directory: directoryIn(items), tokens: work.tokens }) });
}

/** The transcript that the session went on in: a resumed session has a stub beside it, and a converted one a document. */
export async function mainOf(files: readonly CapturedFile[]): Promise<CapturedFile | undefined> {
  const transcripts = files.filter(({ role }) => role === "transcript");
  const growing = transcripts.filter(({ path }) => path.endsWith(".jsonl"));
  let main: { readonly file: CapturedFile; readonly size: number } | undefined;
  for (const file of growing.length > 0 ? growing : transcripts) {
    const size = transcripts.length === 1 ? 0 : (await file.bytes()).length;
    if (main === undefined || size > main.size) main = { file, size };
  }
  return main?.file;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function factsIn(path: string, bytes: Uint8Array): ReturnType<ReturnType<typeof geminiReader>["facts"]> {
  const reader = geminiReader({ path, role: "transcript" });
  if (path.endsWith(".json")) reader.take(bytes);
  else for (const { line } of linesOf(bytes)) reader.take(line);
  return reader.facts();
}

/**
 * Where the session ran: no record says it, but the header has its hash, and the first message that the agent writes lists
 * directories. Absent when none of them has that hash.
 */
function directoryIn(items: readonly Item[]): string | undefined {
  let hash: string | undefined;
  for (const item of items) {
    if (item.kind === "header") hash ??= textOf(item.record, "projectHash");
    const messages = item.kind === "list" ? item.messages : item.kind === "message" ? [item.record] : [];
    for (const message of messages) {
      const text = message["type"] === "user" ? saidIn(message) : "";
      if (!text.startsWith("<session_context>")) continue;
      const named = text.split("\n", 400).map((line) => line.trim().replace(/^- /, ""));
      const found = named.find((name) => isAbsolutePath(name) && projectHash(name) === hash);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

export interface Work {
  readonly builder: ViewBuilder;
  readonly context: Context;
  /** Of each message the last version that was written. */
  readonly versions: ReadonlyMap<string, Json>;
  readonly seen: Set<string>;
  readonly live: Rewinds;
  tokens: TokenUsage | undefined;
  id: string | undefined;
}

export function workOn(items: readonly Item[], moved: Context["moved"]): Work {
  const versions = versionsIn(items);
  return { builder: viewBuilder(), context: { answered: answeredIn(versions.values()), moved }, versions, seen: new Set(), live: rewinds(), tokens: undefined, id: undefined };
}

/** Lists shorten what they repeat, so a message that was written by itself counts as it was written. */
export function versionsIn(items: readonly Item[]): ReadonlyMap<string, Json> {
  return new Map(items.flatMap((item) => (item.kind === "message" ? [[idOf(item.record), item.record] as const] : [])));
}

/** Takes the next record. */
export function takeItem(item: Item, work: Work): void {
  const { builder } = work;
  switch (item.kind) {
    case "damaged":
      return builder.damaged();
    case "unknown":
      return builder.unknown(item.type);
    case "header":
      work.id ??= textOf(item.record, "sessionId");
      return;
    case "rewind":
      for (const turn of work.live.rewind(item.to)) builder.abandon(turn);
      return;
    case "list": {
      const { summary, added } = newsOf(item.messages, work.seen);
      for (const message of added) takeMessage(message, work);
      if (summary !== undefined) builder.add({ ...baseOf(summary, work.context), kind: "compaction", summary: saidIn(summary) });
      return work.live.replace(item.messages);
    }
    case "message": {
      const id = idOf(item.record);
      if (work.seen.has(id)) return;
      work.seen.add(id);
      return takeMessage(work.versions.get(id) ?? item.record, work);
    }
    case "other":
      return;
  }
}

function takeMessage(message: Json, work: Work): void {
  const { builder, context, live } = work;
  const prompt = promptOf(message);
  live.enter(idOf(message), prompt === undefined ? undefined : builder.prompt(prompt, timeOf(textOf(message, "timestamp"))));
  if (prompt !== undefined) return;
  work.tokens = withUsage(work.tokens, message);
  builder.model(textOf(message, "model"));
  const entries = entriesOf(message, context);
  if (entries === undefined) return builder.unknown(`message/${textOf(message, "type") ?? "no type"}`);
  for (const entry of entries) builder.add(entry);
}

/** The entries of a message that is no prompt; undefined when its type is not known. */
export function entriesOf(message: Json, context: Context): Iterable<Entry> | undefined {
  switch (message["type"]) {
    case "gemini":
      return answerEntries(message, context);
    case "user":
      return handedEntries(message, context);
    case "info":
    case "warning":
    case "error": {
      const entry = toldEntry(message, context);
      return entry === undefined ? [] : [entry];
    }
    default:
      return undefined;
  }
}

/** Results of tools that the agent moved out of the transcript, by name. */
async function movedResults(files: readonly CapturedFile[]): Promise<Context["moved"]> {
  const texts = new Map<string, string>();
  for (const file of files) if (file.role === "tool-result") texts.set(nameOf(file.path), Buffer.from(await file.bytes()).toString("utf8"));
  return (name) => texts.get(name);
}
