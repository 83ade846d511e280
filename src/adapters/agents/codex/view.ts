import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import type { Json } from "../shared/record.ts";
import { defined, isAbsolutePath, numberOf, textOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import type { Context } from "./entries.ts";
import { entriesOfEvent, entriesOfItem } from "./entries.ts";
import { factsOfRollout } from "./facts.ts";
import { promptOfMessage } from "./prompt.ts";
import { directoryOfMessage, promptOfEvent } from "./reader.ts";
import type { Item, Rollout } from "./rollout.ts";
import { callEnds, readRollout } from "./rollout.ts";
import { rolloutName } from "./rollout-name.ts";
import type { Usage } from "./usage.ts";
import { usage } from "./usage.ts";

/** The normalised view of a session of Codex: docs/agents/codex.md. */
export async function codexView(files: readonly CapturedFile[]): Promise<SessionView> {
  const transcripts = latestFirst(files);
  const live = transcripts[0];
  const bytes = live === undefined ? new Uint8Array(0) : await live.bytes();
  const rollout = readRollout(bytes);
  const builder = viewBuilder();
  const tokens = usage();
  builder.damaged(rollout.damaged);
  for (const text of notes(rollout, transcripts.slice(1))) builder.add({ kind: "note", text });
  const directory = fill(rollout, builder, tokens);
  const id = (live === undefined ? undefined : rolloutName(nameOf(live))?.id) ?? textOf(rollout.meta, "id") ?? "";
  return builder.build({ agent: "codex", id, ...factsOfRollout(rollout), ...defined({ directory, tokens: tokens.total() }) });
}

/** Of several rollouts of a thread the latest is the live one; the time stands first in the name. */
export function latestFirst(files: readonly CapturedFile[]): readonly CapturedFile[] {
  return files.filter(({ role }) => role === "transcript").sort((a, b) => (nameOf(a) > nameOf(b) ? -1 : 1));
}

/** The session's own records in order, each with the turn that is open after it. @param others earlier rollouts of the thread */
export function placedItems(rollout: Rollout, others: readonly CapturedFile[]): readonly { readonly item: Item; readonly turn: number | undefined }[] {
  const builder = viewBuilder();
  const placed: { item: Item; turn: number | undefined }[] = [];
  for (const text of notes(rollout, others)) builder.add({ kind: "note", text });
  fill(rollout, builder, usage(), (item) => void placed.push({ item, turn: builder.current() }));
  return placed;
}

function nameOf({ path }: CapturedFile): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function* notes(rollout: Rollout, aside: readonly CapturedFile[]): Generator<string> {
  const { inherited, parent, history } = rollout;
  if (parent !== undefined && inherited > 0) yield `goes on from session '${parent}': ${inherited} records copied from it are left out`;
  if (parent !== undefined && inherited === 0) yield `goes on from session '${parent}'${history === undefined ? "" : `: what came before are the first ${history} records of that session's file, and no part of this one`}`;
  for (const file of aside) yield `the thread was reverted: an earlier rollout is '${nameOf(file)}'`;
}

interface Running {
  model?: string | undefined;
  directory?: string | undefined;
  compacted: boolean;
  live: number[];
}

/** @returns the directory of the session */
function fill(rollout: Rollout, builder: ViewBuilder, tokens: Usage, taken?: (item: Item) => void): string | undefined {
  const context: Context = { ends: callEnds(rollout.items), patches: new Map() };
  const running: Running = { directory: absolute(textOf(rollout.meta, "cwd")), compacted: rollout.items.some(({ type }) => type === "compacted"), live: [] };
  for (const item of rollout.items) {
    if (item.type === "event" && item.payload["type"] === "token_count") tokens.count(item.payload, item.inherited);
    if (item.inherited) continue;
    takeItem(item, { rollout, builder, tokens, context, running });
    taken?.(item);
  }
  return running.directory;
}

interface Work {
  readonly rollout: Rollout;
  readonly builder: ViewBuilder;
  readonly tokens: Usage;
  readonly context: Context;
  readonly running: Running;
}

function takeItem({ type, payload, at }: Item, work: Work): void {
  const { builder, running, tokens } = work;
  const base = defined({ at, model: running.model });
  switch (type) {
    case "session_meta":
    case "world_state":
    case "state":
    case "inter_agent_communication_metadata":
    case "inter_agent_communication":
      return;
    case "turn_context":
      running.model = textOf(payload, "model") ?? running.model;
      builder.model(running.model);
      running.directory ??= absolute(textOf(payload, "cwd"));
      return;
    case "token_usage_record":
      return tokens.answer(payload);
    case "compacted": {
      const summary = textOf(payload, "message");
      return builder.add({ ...base, kind: "compaction", ...(summary === undefined || summary === "" ? {} : { summary }) });
    }
    case "event":
      return takeEvent(payload, base, work);
    case "item":
      return takeResponse(payload, base, work);
    default:
      return builder.unknown(type);
  }
}

type Base = { readonly at?: number; readonly model?: string };

function takeEvent(payload: Json, base: Base, { rollout, builder, running }: Work): void {
  const prompt = promptOfEvent(payload);
  if (prompt !== undefined) return void running.live.push(builder.prompt(prompt, base.at));
  if (payload["type"] === "thread_rolled_back") {
    const count = Math.max(0, Math.trunc(numberOf(payload, "num_turns") ?? 0));
    for (const handle of count === 0 ? [] : running.live.splice(-count)) builder.abandon(handle);
    return;
  }
  if (payload["type"] === "context_compacted" && !running.compacted) return builder.add({ ...base, kind: "compaction" });
  const entries = entriesOfEvent(payload, base, rollout);
  if (entries === undefined) builder.unknown(`event_msg/${textOf(payload, "type") ?? "no type"}`);
  for (const entry of entries ?? []) builder.add(entry);
}

function takeResponse(payload: Json, base: Base, { rollout, builder, context, running }: Work): void {
  if (payload["type"] === "message" && payload["role"] === "user") {
    running.directory ??= absolute(directoryOfMessage(payload));
    const prompt = rollout.promptsByEvent ? undefined : promptOfMessage(payload);
    if (prompt !== undefined) running.live.push(builder.prompt(prompt, base.at));
    return;
  }
  const entries = entriesOfItem(payload, base, context);
  if (entries === undefined) builder.unknown(`response_item/${textOf(payload, "type") ?? "no type"}`);
  for (const entry of entries ?? []) builder.add(entry);
}

function absolute(directory: string | undefined): string | undefined {
  return directory !== undefined && isAbsolutePath(directory) ? directory : undefined;
}
