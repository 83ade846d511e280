import type { Entry, SessionView } from "../../../domain/view.ts";
import type { CapturedFile, SessionFacts } from "../../../ports/agent.ts";
import type { Branches } from "../shared/branches.ts";
import { branches } from "../shared/branches.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isAbsolutePath, isJson, textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import type { Context } from "./entries.ts";
import { answerEntries, baseOf, resultEntries, systemEntry } from "./entries.ts";
import { BOOKKEEPING, QUIET } from "./known-types.ts";
import { promptOf, queuedPromptOf } from "./prompt.ts";
import { claudeReader } from "./reader.ts";
import { PROJECT } from "./session-files.ts";
import { skimProgress } from "./skim.ts";
import { idOfName, isId } from "./store.ts";
import { mergeSubagents } from "./subagents.ts";
import type { Usage } from "./usage.ts";
import { usage } from "./usage.ts";

/** The normalised view of a session of Claude Code: docs/agents/claude-code.md. */
export async function claudeView(files: readonly CapturedFile[]): Promise<SessionView> {
  const transcripts = files.filter(({ role }) => role === "transcript");
  const main = mainOf(transcripts);
  const builder = viewBuilder();
  const tokens = usage();
  const bytes = main === undefined ? new Uint8Array(0) : await main.bytes();
  const context: Context = { calls: new Map(), moved: await movedResults(files) };
  const told = takeMain(bytes, { builder, tokens, context, tree: branches(), seen: new Set() });
  for (const aside of transcripts) {
    if (aside !== main) builder.add({ kind: "note", text: `the agent set a transcript aside: '${nameOf(aside.path)}'` });
  }
  await mergeSubagents(files, { builder, tokens, moved: context.moved });
  const named = main === undefined ? undefined : idOfName(nameOf(main.path));
  const id = named !== undefined && isId(named) ? named : told.id;
  const total = tokens.total();
  const { title, branch, version, first, last } = told.facts;
  return builder.build({ agent: "claude-code", id: id ?? "", ...defined({ title, branch, version, first, last, directory: told.directory, tokens: total }) });
}

/** The live one of the transcripts of a session. */
export function mainOf(transcripts: readonly CapturedFile[]): CapturedFile | undefined {
  const live = transcripts.filter(({ path }) => path.endsWith(`/${idOfName(nameOf(path)) ?? ""}.jsonl`));
  return live.find(({ path }) => path.startsWith(`projects/${PROJECT}/`)) ?? live[0] ?? transcripts[0];
}

/** A record of the main transcript, and the turn that is open after it. */
export interface PlacedRecord {
  readonly record: Json;
  readonly start: number;
  readonly line: Uint8Array;
  readonly turn: number | undefined;
}

/** The records that the view takes, in order. */
export function placedRecords(bytes: Uint8Array): readonly PlacedRecord[] {
  const builder = viewBuilder();
  const placed: PlacedRecord[] = [];
  const work = { builder, tokens: usage(), context: { calls: new Map(), moved: () => undefined }, tree: branches(), seen: new Set<string>() };
  takeMain(bytes, work, (record, start, line) => void placed.push({ record, start, line, turn: builder.current() }));
  return placed;
}

interface Work {
  readonly builder: ViewBuilder;
  readonly tokens: Usage;
  readonly context: Context;
  readonly tree: Branches;
  /** Ids of records that were taken already: a resumed session may repeat them. */
  readonly seen: Set<string>;
}

interface Told {
  readonly id?: string;
  readonly directory?: string;
  readonly facts: SessionFacts;
}

function takeMain(bytes: Uint8Array, work: Work, taken?: (record: Json, start: number, line: Uint8Array) => void): Told {
  const reader = claudeReader({ path: "", role: "transcript" });
  let id: string | undefined;
  let directory: string | undefined;
  let boundary: Entry | undefined;
  for (const { record, start, line } of recordsOf(bytes, skimProgress)) {
    if (record === null) {
      work.builder.damaged();
      reader.take(line);
      continue;
    }
    reader.takeParsed(record, line);
    const cwd = textOf(record, "cwd");
    if (cwd !== undefined && isAbsolutePath(cwd)) directory ??= cwd;
    id ??= textOf(record, "sessionId");
    if (isRepeated(record, work)) continue;
    work.tree.enter(record);
    // The summary follows its boundary; a compaction that was cut off in between has none.
    if (boundary !== undefined && record["isCompactSummary"] !== true && record["type"] === "assistant") work.builder.add(boundary);
    if (record["isCompactSummary"] === true || record["type"] === "assistant") boundary = undefined;
    if (record["type"] === "system" && record["subtype"] === "compact_boundary") boundary = { ...baseOf(record, work.context), kind: "compaction" };
    takeRecord(record, work);
    taken?.(record, start, line);
  }
  if (boundary !== undefined) work.builder.add(boundary);
  return { facts: reader.facts(), ...defined({ id, directory }) };
}

function isRepeated(record: Json, { seen }: Work): boolean {
  const uuid = textOf(record, "uuid");
  if (uuid !== undefined && seen.has(uuid)) return true;
  if (uuid !== undefined && (record["type"] !== "user" || isJson(record["message"]))) seen.add(uuid);
  return false;
}

function takeRecord(record: Json, work: Work): void {
  const { builder, context } = work;
  const type = textOf(record, "type");
  switch (type) {
    case "assistant":
      work.tokens.take(record);
      for (const entry of answerEntries(record, context)) addEntry(builder, entry);
      return;
    case "user":
      return takeUser(record, work);
    case "attachment": {
      const queued = queuedPromptOf(record);
      if (queued !== undefined) beginTurn(queued, record, work);
      return;
    }
    case "system":
      return takeSystem(record, work);
    default:
      if (type === undefined || !BOOKKEEPING.has(type)) builder.unknown(type ?? "no type");
  }
}

function takeUser(record: Json, { builder, context, tree, ...rest }: Work): void {
  if (!isJson(record["message"])) return builder.damaged();
  if (record["isCompactSummary"] === true) {
    const text = record["message"]["content"];
    builder.add({ ...baseOf(record, context), kind: "compaction", ...(typeof text === "string" ? { summary: text } : {}) });
    return;
  }
  const prompt = promptOf(record);
  if (prompt !== undefined) return beginTurn(prompt, record, { builder, context, tree, ...rest });
  for (const entry of resultEntries(record, context)) addEntry(builder, entry);
}

function beginTurn(prompt: string, record: Json, { builder, tree }: Work): void {
  const handle = builder.prompt(prompt, timeOf(textOf(record, "timestamp")));
  for (const dropped of tree.prompt(record, handle)) builder.abandon(dropped);
}

function takeSystem(record: Json, { builder, context }: Work): void {
  const subtype = textOf(record, "subtype") ?? "";
  if (QUIET.has(subtype)) return;
  const entry = systemEntry(record, context);
  if (entry !== undefined) builder.add(entry);
  if (entry === undefined && subtype !== "api_error") builder.unknown(`system/${subtype}`);
}

function addEntry(builder: ViewBuilder, entry: Entry): void {
  builder.model(entry.model);
  builder.add(entry);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Results of tools that the agent moved out of the transcript. */
async function movedResults(files: readonly CapturedFile[]): Promise<(name: string) => string | undefined> {
  const texts = new Map<string, string>();
  for (const file of files) {
    if (file.role === "tool-result") texts.set(nameOf(file.path), Buffer.from(await file.bytes()).toString("utf8"));
  }
  return (name) => texts.get(name);
}
