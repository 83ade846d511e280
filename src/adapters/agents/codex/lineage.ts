import type { Json } from "../shared/record.ts";
import { isJson, numberOf, objectOf, textOf } from "../shared/record.ts";
import { timeOfId } from "./rollout-name.ts";

/** Whose history a record of a rollout is: a fork may begin with a copy of its parent's. JSON. */
export interface Lineage {
  /** The thread of the first `session_meta`: this session. */
  thread?: string | undefined;
  /** The ordinal at which a sub-agent's own history begins. */
  start?: number | undefined;
  /** The records that come now were copied from the parent. */
  inherited: boolean;
}

/** The agent's id of the session that a `session_meta` names as its origin. */
export function parentOf(meta: Json): string | undefined {
  const source = meta["source"];
  const subagent = isJson(source) ? objectOf(source, "subagent") : {};
  const id =
    textOf(meta, "forked_from_id") ??
    textOf(objectOf(meta, "history_base"), "thread_id") ??
    textOf(meta, "parent_thread_id") ??
    textOf(objectOf(subagent, "thread_spawn"), "parent_thread_id");
  return id === textOf(meta, "id") ? undefined : id;
}

/** Of a fork that holds no copy: how many records of its parent's file, from the first, are its history. */
export function historyOf(meta: Json): number | undefined {
  return numberOf(objectOf(meta, "history_base"), "end_ordinal_exclusive");
}

/** Takes a `session_meta`. Only the first one is this session's own. */
export function enterMeta(lineage: Lineage, meta: Json): boolean {
  const id = textOf(meta, "id");
  if (lineage.thread === undefined) {
    lineage.thread = id ?? "";
    lineage.start = numberOf(meta, "subagent_history_start_ordinal");
    lineage.inherited = lineage.start !== undefined;
    return true;
  }
  if (id !== undefined && id !== lineage.thread) lineage.inherited = true;
  return false;
}

/**
 * Takes what comes before any other record. A copied record keeps its turn's id, and that holds the time:
 * a turn that is younger than this thread is its own.
 */
export function enterRecord(lineage: Lineage, ordinal: number | undefined, turn: string | undefined): void {
  if (!lineage.inherited) return;
  if (lineage.start !== undefined) {
    if (ordinal !== undefined && ordinal >= lineage.start) lineage.inherited = false;
    return;
  }
  if (turn === undefined) return;
  const born = timeOfId(lineage.thread ?? "");
  const begun = timeOfId(turn);
  if (born === undefined || begun === undefined || begun >= born) lineage.inherited = false;
}
