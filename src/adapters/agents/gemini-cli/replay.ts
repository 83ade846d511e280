import type { Entry, TokenUsage } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import type { Context } from "./entries.ts";
import { answeredIn, answerEntries, baseOf, handedEntries, toldEntry } from "./entries.ts";
import type { Item } from "./messages.ts";
import { idOf, newsOf, promptOf, saidIn } from "./messages.ts";
import type { Rewinds } from "./rewinds.ts";
import { rewinds } from "./rewinds.ts";
import { withUsage } from "./usage.ts";

/** What becomes a view while the records of a transcript are taken in order. */
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
