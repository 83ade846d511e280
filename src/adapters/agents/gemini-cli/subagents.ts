import type { Entry } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { isJson, listOf, textOf } from "../shared/record.ts";
import type { Json } from "../shared/record.ts";
import type { Context } from "./entries.ts";
import { answeredIn, baseOf } from "./entries.ts";
import { itemsOf, promptOf } from "./messages.ts";
import type { Work } from "./replay.ts";
import { entriesOf, versionsIn } from "./replay.ts";
import { nameOf } from "./store.ts";
import { withUsage } from "./usage.ts";

/** Puts what sub-agents wrote behind the call that started them; where that is not recorded, into the turn that ran then. */
export async function mergeSubagents(files: readonly CapturedFile[], work: Work): Promise<void> {
  const own = await Promise.all(
    files.filter(({ role }) => role === "subagent").map(async (file) => {
      const items = [...itemsOf(file.path, await file.bytes())];
      for (const { kind } of items) if (kind === "damaged") work.builder.damaged();
      return { id: subagentOf(file.path), versions: versionsIn(items) };
    }),
  );
  const calls = callsIn([work.versions, ...own.map(({ versions }) => versions)]);
  for (const { id, versions } of own) {
    const call = calls.get(id);
    const context: Context = { answered: answeredIn(versions.values()), moved: work.context.moved, subagent: id };
    const entries = [...versions.values()].flatMap((message) => entriesOfMessage(message, context, call === undefined));
    for (const message of versions.values()) work.tokens = withUsage(work.tokens, message);
    for (const entry of entries) work.builder.model(entry.model);
    if (entries.length > 0) work.builder.insert(entries, call === undefined ? undefined : (entry) => entry.kind === "tool-call" && entry.call === call);
  }
}

/** The sub-agent whose transcript this is. */
export function subagentOf(path: string): string {
  return nameOf(path).replace(/\.jsonl?$/, "");
}

/** The call that started each sub-agent. */
export function callsIn(transcripts: readonly ReadonlyMap<string, Json>[]): ReadonlyMap<string, string> {
  const calls = new Map<string, string>();
  for (const messages of transcripts) {
    for (const message of messages.values()) {
      for (const call of listOf(message, "toolCalls")) {
        const agent = isJson(call) ? textOf(call, "agentId") : undefined;
        if (isJson(call) && agent !== undefined) calls.set(agent, textOf(call, "id") ?? "");
      }
    }
  }
  return calls;
}

/** @param withTask the first thing that it was told stands in no call */
function entriesOfMessage(message: Json, context: Context, withTask: boolean): readonly Entry[] {
  const task = promptOf(message);
  if (task !== undefined) return withTask ? [{ ...baseOf(message, context), kind: "note", text: task }] : [];
  return [...(entriesOf(message, context) ?? [])];
}
