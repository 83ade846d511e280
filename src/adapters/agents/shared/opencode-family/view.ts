import type { SessionView, TokenUsage } from "../../../../domain/view.ts";
import type { CapturedFile } from "../../../../ports/agent.ts";
import { factsOf } from "../reader-state.ts";
import type { Json } from "../record.ts";
import { defined, isJson, numberOf, objectOf, textOf } from "../record.ts";
import type { ViewBuilder } from "../view-builder.ts";
import { plus, viewBuilder } from "../view-builder.ts";
import { entriesOfPart, entryOfError } from "./entries.ts";
import { fileOf, idIn, recordLines, timeOfRow, type Line, type RowRecord } from "./lines.ts";
import { promptOfPart } from "./prompt.ts";
import { rowsOfTree } from "./tree-records.ts";
import { isCopy, newRowsState, takeRow, type RowsState } from "./reader.ts";

type Message = RowRecord & { readonly kind: "message" | "part" };

/** A message with its parts, and the lines that hold them. */
interface Group {
  readonly message: Message;
  readonly parts: readonly Json[];
  readonly lines: readonly Line[];
}

/** The normalised view of a session of an agent of this family: docs/agents/opencode.md. */
export async function rowsView(agent: string, captured: readonly CapturedFile[]): Promise<SessionView> {
  // A session whose files the agent has moved into its database has both.
  const files = fileOf(captured, "messages") === undefined ? await rowsOfTree(agent, captured) : captured;
  const main = fileOf(files, "messages");
  const state = newRowsState();
  const builder = viewBuilder();
  const filled = fillView(main === undefined ? new Uint8Array(0) : await main.bytes(), builder, state);
  const sides = await sidesOf(files, builder);
  for (const turn of filled.turnsFrom(textOf(sides.revert, "messageID"))) builder.abandon(turn);
  const { title, version, first, last } = factsOf(state);
  const id = (main === undefined ? undefined : idIn(main)) ?? filled.id ?? "";
  return builder.build({ agent, id, ...defined({ title, version, first, last, directory: filled.directory, tokens: filled.tokens }) });
}

interface Filled {
  readonly id: string | undefined;
  readonly directory: string | undefined;
  readonly tokens: TokenUsage | undefined;
  /** Turns from the one on that has a message. */
  turnsFrom(message: string | undefined): readonly number[];
}

/** @param taken called for each message with its lines, after its entries were added; `turn` is where they are, undefined where they tell of several */
export function fillView(bytes: Uint8Array, builder: ViewBuilder, state: RowsState, taken?: (group: Group, turn: number | undefined) => void): Filled {
  let tokens: TokenUsage | undefined;
  let id: string | undefined;
  let directory: string | undefined;
  let isCompacted = false;
  const begun: { readonly message: string | undefined; readonly turn: number }[] = [];
  const enter = (open: Group): void => {
    const { row, data } = open.message;
    const at = timeOfRow(row, data);
    const asks = data["role"] === "user";
    const compacts = asks && open.parts.some(({ type }) => type === "compaction");
    const sums = !asks && data["summary"] === true;
    if (isCompacted && !sums) builder.add({ kind: "compaction" });
    isCompacted = compacts;
    if (asks) enterUser(open, at, builder, begun);
    else enterAnswer(open, at, builder, sums);
    if (!asks && !isCopy(row["time_created"], state.created)) tokens = tokensOf(objectOf(data, "tokens"), tokens);
    taken?.(open, compacts || sums ? undefined : builder.current());
  };
  for (const group of groupsOf(bytes, builder, state, (head) => {
    id ??= textOf(head, "session");
    directory ??= textOf(head, "directory");
  })) {
    directory ??= group.message.directory;
    enter(group);
  }
  if (isCompacted) builder.add({ kind: "compaction" });
  return {
    id,
    directory,
    tokens,
    turnsFrom: (message) => {
      const from = message === undefined ? -1 : begun.findIndex((turn) => turn.message === message);
      return from < 0 ? [] : begun.slice(from).map(({ turn }) => turn);
    },
  };
}

function* groupsOf(bytes: Uint8Array, builder: ViewBuilder, state: RowsState, head: (head: Json) => void): Generator<Group> {
  let open: { message: Message; parts: Json[]; lines: Line[] } | undefined;
  for (const line of recordLines(bytes)) {
    const { record } = line;
    if (record === null) {
      builder.damaged();
      continue;
    }
    takeRow(record, state);
    if (record.kind === "head") head(record.head);
    if (record.kind === "side") builder.unknown(`table/${record.table}`);
    if (record.kind === "part") {
      open ??= { message: { ...record, row: {}, data: {} }, parts: [], lines: [] };
      open.parts.push(record.data);
      open.lines.push(line);
    }
    if (record.kind !== "message") continue;
    if (open !== undefined) yield open;
    open = { message: record, parts: [], lines: [line] };
  }
  if (open !== undefined) yield open;
}

function enterUser({ message, parts }: Group, at: number | undefined, builder: ViewBuilder, begun: { message: string | undefined; turn: number }[]): void {
  const prompts = parts.map(promptOfPart).filter((prompt) => prompt !== undefined);
  const texts = prompts.flatMap(({ text }) => (text === undefined ? [] : [text]));
  const said = texts.length > 0 ? texts : prompts.flatMap(({ file }) => (file === undefined ? [] : [file]));
  if (said.length > 0) begun.push({ message: textOf(message.row, "id"), turn: builder.prompt(said.join("\n"), at) });
  for (const part of parts) {
    if (part["type"] === "text") continue;
    addPart(part, defined({ at }), builder);
  }
}

function enterAnswer({ message: { data }, parts }: Group, at: number | undefined, builder: ViewBuilder, sums: boolean): void {
  const model = textOf(data, "modelID");
  builder.model(model);
  const base = defined({ at, model });
  const summary = sums ? parts.flatMap((part) => (part["type"] === "text" ? [textOf(part, "text") ?? ""] : [])).join("\n") : "";
  if (sums) builder.add({ ...base, kind: "compaction", ...(summary === "" ? {} : { summary }) });
  for (const part of parts) if (!sums || part["type"] !== "text") addPart(part, base, builder);
  const error = entryOfError(data, base);
  if (error !== undefined) builder.add(error);
}

function addPart(part: Json, base: { readonly at?: number; readonly model?: string }, builder: ViewBuilder): void {
  const entries = entriesOfPart(part, base);
  if (entries === undefined) builder.unknown(`part/${textOf(part, "type") ?? "no type"}`);
  for (const entry of entries ?? []) builder.add(entry);
}

/** `output` is without `reasoning` here, unless the total says otherwise. */
function tokensOf(usage: Json, before: TokenUsage | undefined): TokenUsage | undefined {
  const cache = objectOf(usage, "cache");
  const cacheRead = numberOf(cache, "read");
  const cacheWrite = numberOf(cache, "write");
  const input = numberOf(usage, "input");
  const reasoning = numberOf(usage, "reasoning");
  const said = numberOf(usage, "output");
  const total = numberOf(usage, "total");
  const holdsReasoning = total !== undefined && reasoning !== undefined && total === (input ?? 0) + (said ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0);
  const output = said === undefined || holdsReasoning ? said : said + (reasoning ?? 0);
  const own = defined({ input, output, reasoning, cacheRead, cacheWrite });
  return Object.keys(own).length === 0 ? before : plus(before ?? {}, own);
}

/** Rows beside the messages: a session that was taken back to a message says so. */
async function sidesOf(files: readonly CapturedFile[], builder: ViewBuilder): Promise<{ readonly revert: Json }> {
  let revert: Json = {};
  const state = fileOf(files, "state");
  for (const { record } of recordLines(state === undefined ? new Uint8Array(0) : await state.bytes())) {
    if (record === null) builder.damaged();
    if (record?.kind === "side" && record.table === "session") revert = revertIn(record.row);
  }
  return { revert };
}

function revertIn(session: Json): Json {
  try {
    const value: unknown = JSON.parse(textOf(session, "revert") ?? "null");
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}
