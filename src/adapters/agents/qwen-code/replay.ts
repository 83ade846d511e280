import type { TokenUsage } from "../../../domain/view.ts";
import type { SessionFacts } from "../../../ports/agent.ts";
import type { Branches } from "../shared/branches.ts";
import { branches } from "../shared/branches.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isAbsolutePath, isJson, textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import type { Context } from "./entries.ts";
import { answerEntries, baseOf, compactionEntry, errorEntry, resultEntries } from "./entries.ts";
import { QUIET } from "./known-types.ts";
import { promptOf, toldIn } from "./prompt.ts";
import { qwenReader } from "./reader.ts";
import { withUsage } from "./usage.ts";

/** A record of the main transcript, and the turn that is open after it. */
export interface PlacedRecord {
  readonly record: Json;
  readonly start: number;
  readonly line: Uint8Array;
  readonly turn: number | undefined;
}

/** The records that the view takes, in order. */
export function placedRecords(bytes: Uint8Array): readonly PlacedRecord[] {
  const placed: PlacedRecord[] = [];
  const work = workOn(() => undefined);
  takeMain(bytes, work, (record, start, line) => void placed.push({ record, start, line, turn: work.builder.current() }));
  return placed;
}

/** What becomes a view while the records of a transcript are taken in order. */
export interface Work {
  readonly builder: ViewBuilder;
  readonly context: Context;
  readonly tree: Branches;
  tokens: TokenUsage | undefined;
}

export function workOn(moved: Context["moved"]): Work {
  return { builder: viewBuilder(), context: { calls: new Map(), moved }, tree: branches(), tokens: undefined };
}

export interface Told {
  readonly id?: string;
  readonly directory?: string;
  readonly facts: SessionFacts;
  /** Records that a fork copied. */
  readonly copied: number;
}

/** Takes all records of the main transcript. */
export function takeMain(bytes: Uint8Array, work: Work, taken?: (record: Json, start: number, line: Uint8Array) => void): Told {
  const reader = qwenReader({ path: "", role: "transcript" });
  let id: string | undefined;
  let directory: string | undefined;
  let copied = 0;
  for (const { record, start, line } of recordsOf(bytes)) {
    reader.take(line);
    if (record === null) {
      work.builder.damaged();
      continue;
    }
    const cwd = textOf(record, "cwd");
    if (cwd !== undefined && isAbsolutePath(cwd)) directory ??= cwd;
    id ??= textOf(record, "sessionId");
    if (isJson(record["forkedFrom"])) {
      copied++;
      continue;
    }
    work.tree.enter(record);
    takeRecord(record, work);
    taken?.(record, start, line);
  }
  return { facts: reader.facts(), copied, ...defined({ id, directory }) };
}

function takeRecord(record: Json, work: Work): void {
  const { builder, context, tree } = work;
  const type = textOf(record, "type");
  switch (type) {
    case "user": {
      const prompt = promptOf(record);
      const told = prompt === undefined ? toldIn(record) : undefined;
      if (prompt !== undefined) for (const dropped of tree.prompt(record, builder.prompt(prompt, timeOf(textOf(record, "timestamp"))))) builder.abandon(dropped);
      else if (told !== undefined) builder.add({ ...baseOf(record, context), kind: "note", text: told });
      return;
    }
    case "assistant":
      return takeAnswer(record, work);
    case "tool_result":
      for (const entry of resultEntries(record, context)) builder.add(entry);
      return;
    case "system":
      return takeSystem(record, work);
    default:
      builder.unknown(type ?? "no type");
  }
}

function takeAnswer(record: Json, work: Work): void {
  work.tokens = withUsage(work.tokens, record);
  work.builder.model(textOf(record, "model"));
  for (const entry of answerEntries(record, work.context)) work.builder.add(entry);
}

function takeSystem(record: Json, { builder, context }: Work): void {
  const subtype = textOf(record, "subtype") ?? "";
  if (subtype === "chat_compression") return builder.add(compactionEntry(record, context));
  const error = errorEntry(record, context);
  if (error !== undefined) builder.add(error);
  else if (!QUIET.has(subtype)) builder.unknown(`system/${subtype}`);
}
