import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { isJson, numberOf, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { Lineage } from "./lineage.ts";
import { enterMeta, enterRecord, historyOf, parentOf } from "./lineage.ts";
import { promptOfEvent } from "./reader.ts";
import { skimCommandEnd } from "./skim.ts";

/** One record of a rollout, of any generation of the format. */
export interface Item {
  /** `session_meta`, `turn_context`, `event`, `item` (a response item), or another type of the agent. */
  readonly type: string;
  readonly payload: Json;
  readonly at?: number;
  /** Copied from the parent's history. */
  readonly inherited: boolean;
  /** Where its line begins in the file, and how long it is, in bytes. */
  readonly start: number;
  readonly length: number;
}

/** A rollout, read whole. */
export interface Rollout {
  readonly items: readonly Item[];
  readonly damaged: number;
  readonly meta: Json;
  /** How many records are copies of the parent's. */
  readonly inherited: number;
  readonly parent?: string;
  /** As `historyOf`. */
  readonly history?: number;
  /** Both kinds of records say the same; where events say it, items are not read for it. */
  readonly promptsByEvent: boolean;
  readonly answersByItem: boolean;
  readonly reasoningByItem: boolean;
}

export function readRollout(bytes: Uint8Array): Rollout {
  const lineage: Lineage = { inherited: false };
  const items: Item[] = [];
  let meta: Json = {};
  let damaged = 0;
  for (const { record, start, line } of recordsOf(bytes, skimCommandEnd)) {
    if (record === null) {
      damaged++;
      continue;
    }
    const { type, payload } = envelope(record);
    enterRecord(lineage, numberOf(record, "ordinal"), turnOf(type, payload));
    if (type === "session_meta" && enterMeta(lineage, payload)) meta = payload;
    const at = timeOf(textOf(record, "timestamp"));
    items.push({ type, payload, inherited: lineage.inherited && type !== "session_meta", start, length: line.length, ...(at === undefined ? {} : { at }) });
  }
  const own = items.filter(({ inherited }) => !inherited);
  const parent = parentOf(meta);
  const history = historyOf(meta);
  return {
    items,
    damaged,
    meta,
    inherited: items.length - own.length,
    ...(parent === undefined ? {} : { parent }),
    ...(history === undefined ? {} : { history }),
    promptsByEvent: own.some(({ type, payload }) => type === "event" && promptOfEvent(payload) !== undefined),
    answersByItem: own.some(({ type, payload }) => type === "item" && payload["type"] === "message" && payload["role"] === "assistant"),
    reasoningByItem: own.some(({ type, payload }) => type === "item" && payload["type"] === "reasoning"),
  };
}

function envelope(record: Json): { readonly type: string; readonly payload: Json } {
  const type = textOf(record, "type");
  if (isJson(record["payload"])) {
    const named = type ?? "no type";
    return { type: named === "event_msg" ? "event" : named === "response_item" ? "item" : named, payload: record["payload"] };
  }
  // The first generation has no envelope.
  if (type !== undefined) return { type: "item", payload: record };
  if (record["record_type"] !== undefined) return { type: "state", payload: record };
  return { type: textOf(record, "id") === undefined ? "no type" : "session_meta", payload: record };
}

function turnOf(type: string, payload: Json): string | undefined {
  return type === "turn_context" || (type === "event" && payload["type"] === "task_started") ? textOf(payload, "turn_id") : undefined;
}

/** What the events of a rollout say of its calls, by the call's id. */
export interface CallEnds {
  readonly exitCode?: number;
  readonly changes?: Json;
}

export function callEnds(items: readonly Item[]): ReadonlyMap<string, CallEnds> {
  const ends = new Map<string, CallEnds>();
  for (const { type, payload } of items) {
    if (type !== "event") continue;
    const item = payload["type"] === "item_completed" ? objectOf(payload, "item") : payload;
    const id = textOf(item, "call_id") ?? textOf(item, "id");
    if (id === undefined) continue;
    const kind = item["type"];
    const exitCode = numberOf(item, "exit_code");
    if ((kind === "exec_command_end" || kind === "CommandExecution") && exitCode !== undefined) ends.set(id, { exitCode });
    const applied = kind === "patch_apply_end" ? item["success"] !== false : kind === "FileChange" && item["status"] !== "failed" && item["status"] !== "declined";
    if (applied && isJson(item["changes"])) ends.set(id, { changes: item["changes"] });
  }
  return ends;
}
