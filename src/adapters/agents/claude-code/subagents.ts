import type { Entry } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { isJson, textOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { answerEntries, baseOf, resultEntries } from "./entries.ts";
import { personsText } from "./prompt.ts";
import type { Usage } from "./usage.ts";

interface Work {
  readonly builder: ViewBuilder;
  readonly tokens: Usage;
  readonly moved: (name: string) => string | undefined;
}

const FILE = /agent-([A-Za-z0-9_-]+)\.jsonl$/;

/** Puts what sub-agents wrote behind the call that started them; where that is not recorded, into the turn that ran then. */
export async function mergeSubagents(files: readonly CapturedFile[], work: Work): Promise<void> {
  const calls = await callsOf(files);
  for (const file of files) {
    const id = file.role === "subagent" ? FILE.exec(file.path)?.[1] : undefined;
    if (id === undefined) continue;
    const call = calls.get(file.path.replace(/\.jsonl$/, ".meta.json"));
    const entries = entriesOf(await file.bytes(), id, call === undefined, work);
    if (entries.length > 0) work.builder.insert(entries, call === undefined ? undefined : (entry) => entry.kind === "tool-call" && entry.call === call);
  }
}

/** The call that started a sub-agent, by the path of the file that says so. */
async function callsOf(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, string>> {
  const calls = new Map<string, string>();
  for (const file of files) {
    if (!file.path.endsWith(".meta.json")) continue;
    const [first] = recordsOf(await file.bytes());
    const call = first?.record === null || first === undefined ? undefined : textOf(first.record, "toolUseId");
    if (call !== undefined) calls.set(file.path, call);
  }
  return calls;
}

function entriesOf(bytes: Uint8Array, subagent: string, withTask: boolean, { builder, tokens, moved }: Work): readonly Entry[] {
  const context = { calls: new Map(), moved, subagent };
  const entries: Entry[] = [];
  for (const { record } of recordsOf(bytes)) {
    if (record === null) {
      builder.damaged();
      continue;
    }
    if (record["type"] === "assistant") {
      tokens.take(record);
      for (const entry of answerEntries(record, context)) entries.push(entry);
    }
    if (record["type"] === "user") {
      const task = withTask && entries.length === 0 ? taskOf(record) : undefined;
      if (task !== undefined) entries.push({ ...baseOf(record, context), kind: "note", text: task });
      else for (const entry of resultEntries(record, context)) entries.push(entry);
    }
  }
  for (const entry of entries) builder.model(entry.model);
  return entries;
}

function taskOf(record: Json): string | undefined {
  const { message } = record;
  return isJson(message) ? personsText(message) : undefined;
}
