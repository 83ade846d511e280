import type { Entry, SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { isBlank, linesOf } from "../shared/lines.ts";
import { factsOf } from "../shared/reader-state.ts";
import { defined, isJson, textOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import { entriesOfBubble, isKnown, isPrompt, textIn, timeIn } from "./bubbles.ts";
import { chatName } from "./chat.ts";
import { composerName } from "./composers.ts";
import { entriesOf, noCalls, type Calls } from "./entries.ts";
import { promptOf } from "./prompt.ts";
import { newState, takeInto } from "./reader.ts";
import { cursorRecord, type CursorRecord } from "./records.ts";

/** The normalised view of a session of Cursor: docs/agents/cursor.md. */
export async function cursorView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = await mainOf(files);
  const state = newState();
  const builder = viewBuilder();
  let directory: string | undefined;
  for (const { record } of linesIn(main?.bytes ?? new Uint8Array(0), builder)) {
    if (record === null) {
      builder.damaged();
      continue;
    }
    const told = takeInto(record, state);
    directory ??= told;
  }
  await eachSubagent(files, ({ entries, call }) => {
    builder.insert(entries, call === undefined ? undefined : (entry) => entry.kind === "tool-call" && call(entry));
  }, builder);
  const { title, first, last, models = [] } = factsOf(state);
  for (const model of models) builder.model(model);
  return builder.build({ agent: "cursor", id: idOf(main?.file.path ?? ""), ...defined({ title, first, last, directory }) });
}

/** A line, and the turn that is open after it where the line is part of it. */
export interface PlacedLine {
  readonly record: CursorRecord | null;
  readonly start: number;
  readonly length: number;
  readonly turn: number | undefined;
}

/** Fills the builder as it goes. */
export function* linesIn(bytes: Uint8Array, builder: ViewBuilder): Generator<PlacedLine> {
  const calls = noCalls();
  for (const { line, start, whole } of linesOf(bytes)) {
    if (isBlank(line)) continue;
    const record = cursorRecord(line);
    if (record === null && !whole) continue;
    const isSaid = record !== null && enter(record, builder, calls);
    yield { record, start, length: line.length, turn: isSaid ? builder.current() : undefined };
  }
}

/** @returns whether something of it is shown */
function enter(record: CursorRecord, builder: ViewBuilder, calls: Calls): boolean {
  switch (record.kind) {
    case "unknown":
      builder.unknown(record.type);
      return false;
    case "user": {
      const prompt = promptOf(record.parts);
      if (prompt !== undefined) builder.prompt(prompt.text, prompt.at);
      return prompt !== undefined;
    }
    case "assistant":
    case "tool":
      for (const entry of entriesOf(record, calls, builder.unknown)) builder.add(entry);
      return true;
    case "bubble":
      if (!isKnown(record.bubble)) builder.unknown(`bubble/${String(record.bubble["type"])}`);
      else if (isPrompt(record.bubble)) builder.prompt(textIn(record.bubble), timeIn(record.bubble));
      else for (const entry of entriesOfBubble(record.bubble)) builder.add(entry);
      return isKnown(record.bubble);
    case "head":
    case "title":
    case "system":
      return false;
  }
}

export interface MainFile {
  readonly file: CapturedFile;
  readonly bytes: Uint8Array;
}

/**
 * The file that tells most of the session. A database has more of each turn, but of a session that began in the editor only the
 * turns of the CLI.
 */
export async function mainOf(files: readonly CapturedFile[]): Promise<MainFile | undefined> {
  let best: (MainFile & { readonly prompts: number; readonly rank: number }) | undefined;
  for (const file of files.filter(({ role }) => role === "transcript")) {
    const bytes = await file.bytes();
    const state = newState();
    for (const { record } of linesIn(bytes, viewBuilder())) if (record !== null) takeInto(record, state);
    const rank = chatName(file.path) !== undefined ? 2 : composerName(file.path) !== undefined ? 1 : 0;
    const isBetter = best === undefined || state.prompts > best.prompts || (state.prompts === best.prompts && rank > best.rank);
    if (isBetter) best = { file, bytes, prompts: state.prompts, rank };
  }
  return best;
}

interface Subagent {
  readonly file: CapturedFile;
  readonly entries: readonly Entry[];
  /** Tells the call that started it; absent where no prompt is recorded. */
  readonly call?: (entry: Entry & { readonly kind: "tool-call" }) => boolean;
}

/** What sub-agents wrote. Nothing but the task names the call that started one. */
export async function eachSubagent(files: readonly CapturedFile[], found: (subagent: Subagent) => void, counts: ViewBuilder): Promise<void> {
  for (const file of files.filter(({ role }) => role === "subagent")) {
    const name = idOf(file.path);
    const builder = viewBuilder();
    for (const { record } of linesIn(await file.bytes(), builder)) if (record === null) counts.damaged();
    const { turns, unknown } = builder.build({ agent: "cursor", id: name });
    for (const [type, times] of Object.entries(unknown)) for (let i = 0; i < times; i++) counts.unknown(type);
    const task = turns.find(({ prompt }) => prompt !== undefined)?.prompt;
    const entries = turns.flatMap((turn) => turn.entries).map((entry): Entry => ({ ...entry, subagent: name }));
    found({ file, entries, ...(task === undefined ? {} : { call: ({ tool, input }) => tool === "Task" && startedBy(input, task) }) });
  }
}

function startedBy(input: unknown, task: string): boolean {
  const prompt = isJson(input) ? textOf(input, "prompt")?.trim() : undefined;
  return prompt !== undefined && prompt !== "" && task.includes(prompt);
}

function idOf(path: string): string {
  return chatName(path)?.id ?? composerName(path)?.id ?? path.slice(path.lastIndexOf("/") + 1).replace(/\.jsonl$/, "");
}
