import type { SessionView, TokenUsage } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, textOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { plus, viewBuilder } from "../shared/view-builder.ts";
import { DESCRIPTION, readDescription, type Description } from "./description.ts";
import { directoryOf, entryOf, isHeader, momentOf, usageOf } from "./lines.ts";
import { agentName } from "./names.ts";
import { doorReader } from "./reader.ts";

/** Characters of a file that is not understood. */
const MOST_SHOWN = 1 << 20;

/** The normalised view of a session that was handed over: docs/spec/door.md. */
export async function doorView(files: readonly CapturedFile[]): Promise<SessionView> {
  const said = await descriptionIn(files);
  const builder = viewBuilder();
  const told: Told = { tokens: undefined, directory: undefined };
  const facts = [];
  for (const file of files.filter(({ role }) => role === "transcript")) {
    const bytes = await file.bytes();
    if (isUnderstood(bytes)) {
      takeRecords(bytes, builder, told);
      facts.push(factsIn(bytes));
    } else if (bytes.length > 0) builder.add({ kind: "note", text: asText(nameOf(file), bytes) });
  }
  for (const file of files.filter(({ role }) => role === "subagent")) {
    const bytes = await file.bytes();
    if (isUnderstood(bytes)) takeSubagent(bytes, nameOf(file), builder, told);
  }
  const [first = {}] = facts;
  return builder.build({
    agent: agentName(said?.agent ?? agentIn(files)),
    id: said?.id ?? idIn(files),
    ...defined({
      title: said?.title ?? first.title,
      version: said?.version ?? first.version,
      branch: first.branch,
      first: first.first,
      last: first.last,
      directory: told.directory ?? said?.directory,
      tokens: told.tokens,
    }),
  });
}

/** A record of a file that is understood, and the turn that is open after it. */
export interface PlacedRecord {
  readonly type: string;
  readonly start: number;
  readonly line: Uint8Array;
  readonly turn: number | undefined;
}

/** The records of all transcripts, by path; of one that is not understood none. */
export async function placedRecords(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly PlacedRecord[]>> {
  const builder = viewBuilder();
  const placed = new Map<string, PlacedRecord[]>();
  for (const file of files.filter(({ role }) => role === "transcript")) {
    const bytes = await file.bytes();
    const own: PlacedRecord[] = [];
    placed.set(file.path, own);
    const told: Told = { tokens: undefined, directory: undefined };
    if (isUnderstood(bytes)) takeRecords(bytes, builder, told, (record, start, line) => void own.push({ type: textOf(record, "type") ?? "", start, line, turn: builder.current() }));
    else if (bytes.length > 0) builder.add({ kind: "note", text: "" });
  }
  return placed;
}

interface Told {
  tokens: TokenUsage | undefined;
  directory: string | undefined;
}

function isUnderstood(bytes: Uint8Array): boolean {
  const [first] = recordsOf(bytes);
  return first !== undefined && isHeader(first.record);
}

function takeRecords(bytes: Uint8Array, builder: ViewBuilder, told: Told, taken?: (record: Json, start: number, line: Uint8Array) => void): void {
  for (const { record, start, line } of recordsOf(bytes)) {
    if (record === null) {
      builder.damaged();
      continue;
    }
    told.directory ??= directoryOf(record);
    builder.model(textOf(record, "model"));
    takeRecord(record, builder, told);
    taken?.(record, start, line);
  }
}

function takeRecord(record: Json, builder: ViewBuilder, told: Told): void {
  const type = textOf(record, "type");
  if (type === "session") return;
  if (type === "usage") {
    told.tokens = plus(told.tokens ?? {}, usageOf(record));
    return;
  }
  if (type === "prompt") {
    const text = textOf(record, "text");
    if (text === undefined) return builder.damaged();
    const handle = builder.prompt(text, momentOf(record));
    if (record["abandoned"] === true) builder.abandon(handle);
    return;
  }
  const entry = entryOf(record);
  if (entry === undefined) builder.unknown(type ?? "no type");
  else if (entry === null) builder.damaged();
  else builder.add(entry);
}

/** Entries of a sub-agent's own file, where they ran by their time. Its prompts are the agent's. */
function takeSubagent(bytes: Uint8Array, name: string, builder: ViewBuilder, told: Told): void {
  const entries = [];
  for (const { record } of recordsOf(bytes)) {
    if (record === null) builder.damaged();
    else if (record["type"] === "usage") told.tokens = plus(told.tokens ?? {}, usageOf(record));
    const entry = record === null ? undefined : entryOf(record);
    if (entry !== undefined && entry !== null) entries.push({ ...entry, subagent: entry.subagent ?? name });
  }
  if (entries.length > 0) builder.insert(entries, undefined);
}

function factsIn(bytes: Uint8Array): ReturnType<ReturnType<typeof doorReader>["facts"]> {
  const reader = doorReader({ path: "", role: "transcript" });
  for (const { line } of recordsOf(bytes)) reader.take(line);
  return reader.facts();
}

function asText(name: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (text.includes("\0")) throw new TypeError("binary");
    return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}\n… '${name}' has ${text.length - MOST_SHOWN} characters more`;
  } catch {
    return `'${name}' has ${bytes.length} bytes that are no text`;
  }
}

async function descriptionIn(files: readonly CapturedFile[]): Promise<Description | undefined> {
  const file = files.find(({ path }) => nameOf({ path }) === DESCRIPTION && path.split("/").length === 3);
  const read = file === undefined ? undefined : readDescription(await file.bytes());
  return read !== undefined && "description" in read ? read.description : undefined;
}

function agentIn(files: readonly CapturedFile[]): string {
  return files[0]?.path.split("/")[0] ?? "";
}

function idIn(files: readonly CapturedFile[]): string {
  return files[0]?.path.split("/")[1] ?? "";
}

function nameOf({ path }: { readonly path: string }): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
