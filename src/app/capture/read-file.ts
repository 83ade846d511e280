import { toHex } from "../../domain/bytes.ts";
import type { Agent, OpenFile, SourceFile } from "../../ports/agent.ts";
import type { Hashes } from "../../ports/crypto.ts";
import type { Boundary } from "./boundary.ts";
import { mutedIn, type KeptOut } from "./kept-out.ts";
import { held, readDocument } from "./document.ts";
import { addWindows, windowsHold } from "./prefix-windows.ts";
import { recordRanges, type Range, type TornLine } from "./ranges.ts";
import type { FileProgress, SessionIndex } from "./session-index.ts";

const BLOCK = 1 << 20;

/** Where new bytes of a session go. */
export interface Sink {
  data(file: FileProgress, path: string, offset: number, bytes: Uint8Array): Promise<void>;
  omit(file: FileProgress, path: string, offset: number, length: number): Promise<void>;
}

export interface ReadContext {
  readonly agent: Agent;
  readonly hashes: Hashes;
  readonly boundary: Boundary;
  readonly index: SessionIndex;
  readonly sink: Sink;
  /** True: bytes after the last line feed are taken too, because nobody is writing them any more. */
  readonly takeTail: (modifiedMs: number) => boolean;
  /** A directory that a hook named for this session; used when the records name none. */
  readonly hint?: string;
  /** What was written during pauses, by path. */
  readonly muted: KeptOut["files"];
}

/**
 * Takes what is new in one file. Changes `progress` only after the sink took the bytes.
 * @returns whether anything was taken or left out
 */
export async function readFile(context: ReadContext, source: SourceFile, progress: FileProgress): Promise<boolean> {
  if (hasStamp(progress, source)) return false;
  const file = await context.agent.open(source);
  try {
    if (isUnchanged(progress, file)) {
      keepStamp(progress, source);
      return false;
    }
    return source.growth === "append" ? await readGrown(context, source, progress, file) : await readRewritten(context, source, progress, file);
  } finally {
    await file.close();
  }
}

/** Whether a source says of itself that it is as its last capture left it. */
export function hasStamp(progress: FileProgress, source: SourceFile): boolean {
  return source.stamp !== undefined && source.stamp === progress.stamp;
}

/** Whether a file is, by size, time and identity, the one that was captured whole. */
export function isUnchanged(progress: FileProgress, file: OpenFile): boolean {
  return progress.identity === file.identity && progress.size === file.size && progress.modifiedMs === file.modifiedMs;
}

async function readGrown(context: ReadContext, source: SourceFile, progress: FileProgress, file: OpenFile): Promise<boolean> {
  const grew = file.size >= progress.size && (await windowsHold(context.hashes, file, progress.windows));
  if (!grew) startGeneration(progress);
  const start = progress.torn ?? { from: progress.size, directory: progress.directory ?? source.directory, reader: progress.reader };
  const reader = context.agent.records({ path: source.path, role: source.role }, start.reader);
  const tail = context.takeTail(file.modifiedMs);
  const side = (directory: string): Promise<"inside" | "outside"> => context.boundary.side(directory);
  let took = !grew; // a file that was emptied is a generation too
  let last: Range | undefined;
  const held: Range[] = [];
  const isMuted = await mutedIn(context.hashes, file, context.muted[source.path]);
  for await (const range of recordRanges(file, reader, start.from, start.directory, tail, side, isMuted)) {
    last = range;
    if (range.directory === undefined) {
      held.push(range);
      continue;
    }
    if (source.role === "transcript") context.index.home ??= range.directory;
    for (const early of held.splice(0)) took = (await place(context, source, progress, file, early, range.directory)) || took;
    took = (await place(context, source, progress, file, range, range.directory)) || took;
    progress.directory = range.directory;
  }
  if (held.length > 0) {
    const fallback = context.index.home ?? context.hint;
    if (fallback === undefined) return took; // the reader's state is not kept: these records are read again when a directory is known
    if (source.role === "transcript") context.index.home ??= fallback;
    // A file that never says where it came from goes the way of its session.
    const outside = source.role !== "transcript" && context.index.walkedOut === true;
    if (outside || (await side(fallback)) === "outside") reader.forget();
    else reader.keep();
    for (const range of held) took = (await place(context, source, progress, file, range, outside ? undefined : fallback)) || took;
    // Other files are asked anew each time: the session may have walked out meanwhile.
    if (source.role === "transcript") progress.directory = fallback;
  }
  if (last !== undefined) keepReader(progress, reader.state(), last.torn);
  if (last !== undefined && source.role === "transcript" && progress.f === 0) context.index.facts = reader.facts();
  progress.windows = await addWindows(context.hashes, file, progress.windows, progress.size);
  progress.identity = file.identity;
  progress.modifiedMs = file.modifiedMs;
  keepStamp(progress, source);
  return took;
}

function keepStamp(progress: FileProgress, { stamp }: SourceFile): void {
  if (stamp === undefined) delete progress.stamp;
  else progress.stamp = stamp;
}

function keepReader(progress: FileProgress, state: unknown, torn: TornLine | undefined): void {
  progress.reader = state;
  if (torn === undefined) delete progress.torn;
  else progress.torn = torn;
}

/** @param directory undefined: outside, wherever it was */
async function place(context: ReadContext, source: SourceFile, progress: FileProgress, file: OpenFile, range: Range, directory: string | undefined): Promise<boolean> {
  const from = Math.max(range.from, progress.size); // of a line that was torn, the beginning was taken before
  const length = range.to - from;
  if (length <= 0) return false;
  const isOutside = directory === undefined || (await context.boundary.side(directory)) === "outside";
  if (isOutside || range.muted === true) {
    if (isOutside) context.index.walkedOut = true;
    await context.sink.omit(progress, source.path, from, length);
    context.index.omitted += length;
    progress.size = range.to;
    return true;
  }
  if (range.bytes !== undefined) {
    await context.sink.data(progress, source.path, from, range.bytes.subarray(from - range.from));
    progress.size = range.to;
  } else {
    await copy(context, source, progress, file, range.to);
  }
  context.index.bytes += progress.size - from;
  return true;
}

async function copy(context: ReadContext, source: SourceFile, progress: FileProgress, file: OpenFile, to: number): Promise<void> {
  while (progress.size < to) {
    const block = await file.read(progress.size, Math.min(BLOCK, to - progress.size));
    if (block.length === 0) return; // the file shrank under the reader: the next capture sees it
    await context.sink.data(progress, source.path, progress.size, block);
    progress.size += block.length;
  }
}

/**
 * A file that the agent replaces as a whole is taken as a whole, when its content changed. A transcript says where it ran,
 * and what its session is about; any other goes the way of its session. Once that has walked outside the boundary,
 * both are left out: no range of a document can be taken out of it and the rest be read.
 */
async function readRewritten(context: ReadContext, source: SourceFile, progress: FileProgress, file: OpenFile): Promise<boolean> {
  const content = source.role === "transcript" ? await held(file) : file;
  const whole = await hashOf(context.hashes, content);
  if (progress.whole === whole) {
    progress.identity = file.identity;
    progress.modifiedMs = file.modifiedMs;
    keepStamp(progress, source);
    return false;
  }
  const document = source.role === "transcript" ? await readDocument(context.agent, source, content) : null;
  if (document?.isWhole === false && !context.takeTail(file.modifiedMs)) return false;
  const home = document?.directories[0] ?? source.directory ?? context.index.home ?? context.hint;
  if (home === undefined) return false;
  if (document !== null) context.index.home ??= home;
  if (progress.whole !== undefined || progress.size > 0) startGeneration(progress);
  const walked = await isAnyOutside(context.boundary, [home, ...(document?.directories ?? [])]);
  if (walked && document !== null) context.index.walkedOut = true;
  if (walked || context.index.walkedOut === true || context.muted[source.path] !== undefined) {
    await context.sink.omit(progress, source.path, 0, content.size);
    context.index.omitted += content.size;
    progress.size = content.size;
  } else {
    await copy(context, source, progress, content, content.size);
    context.index.bytes += progress.size;
    // A torn one says less than the one before it.
    if (document !== null && progress.f === 0) context.index.facts = document.isWhole ? document.facts : { ...context.index.facts, ...document.facts };
  }
  progress.whole = whole;
  progress.identity = file.identity;
  progress.modifiedMs = file.modifiedMs;
  keepStamp(progress, source);
  return true;
}

async function isAnyOutside(boundary: Boundary, directories: readonly string[]): Promise<boolean> {
  for (const directory of new Set(directories)) if ((await boundary.side(directory)) === "outside") return true;
  return false;
}

/** A hash over the hashes of blocks: memory stays bounded, and only equality matters. */
async function hashOf(hashes: Hashes, file: OpenFile): Promise<string> {
  let chain: Uint8Array = new Uint8Array(32);
  for (let at = 0; at < file.size; at += BLOCK) {
    chain = hashes.keyed(chain, await file.read(at, Math.min(BLOCK, file.size - at)));
  }
  return toHex(chain);
}

function startGeneration(progress: FileProgress): void {
  if (progress.size > 0 || progress.whole !== undefined) progress.g += 1;
  progress.size = 0;
  progress.windows = [];
  delete progress.whole;
  delete progress.reader;
  delete progress.torn;
  delete progress.directory;
}
