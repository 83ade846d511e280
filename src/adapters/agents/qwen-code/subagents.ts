import type { Entry } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { recordsOf } from "../shared/parsed.ts";
import { isJson, textOf } from "../shared/record.ts";
import type { Context } from "./entries.ts";
import { answerEntries, baseOf, resultEntries } from "./entries.ts";
import { toldIn } from "./prompt.ts";
import type { Work } from "./replay.ts";
import { withUsage } from "./usage.ts";

const FILE = /(?:^|\/)agent-([A-Za-z0-9_.-]+)\.jsonl$/;

/** Puts what sub-agents wrote behind the call that started them; where that is not recorded, into the turn that ran then. */
export async function mergeSubagents(files: readonly CapturedFile[], work: Work): Promise<void> {
  for (const file of files) {
    const id = file.role === "subagent" ? FILE.exec(file.path)?.[1] : undefined;
    if (id === undefined) continue;
    const call = await callOf(file, files);
    const entries = entriesOf(await file.bytes(), { calls: new Map(), moved: work.context.moved, subagent: id }, call === undefined, work);
    for (const entry of entries) work.builder.model(entry.model);
    if (entries.length > 0) work.builder.insert(entries, call === undefined ? undefined : (entry) => entry.kind === "tool-call" && entry.call === call);
  }
}

/** The call that started a sub-agent: the file beside its transcript says so. */
export async function callOf({ path }: CapturedFile, files: readonly CapturedFile[]): Promise<string | undefined> {
  const beside = path.endsWith(".meta.json") ? path : path.replace(/\.jsonl$/, ".meta.json");
  const meta = files.find((file) => file.path === beside);
  if (meta === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(await meta.bytes()).toString("utf8"));
    return isJson(value) ? textOf(value, "toolUseId") : undefined;
  } catch {
    return undefined;
  }
}

function entriesOf(bytes: Uint8Array, context: Context, withTask: boolean, work: Work): readonly Entry[] {
  const entries: Entry[] = [];
  for (const { record } of recordsOf(bytes)) {
    if (record === null) {
      work.builder.damaged();
      continue;
    }
    if (record["type"] === "assistant") {
      work.tokens = withUsage(work.tokens, record);
      for (const entry of answerEntries(record, context)) entries.push(entry);
    }
    if (record["type"] === "tool_result") for (const entry of resultEntries(record, context)) entries.push(entry);
    const task = record["type"] === "user" && withTask && entries.length === 0 ? toldIn(record) : undefined;
    if (task !== undefined) entries.push({ ...baseOf(record, context), kind: "note", text: task });
  }
  return entries;
}
