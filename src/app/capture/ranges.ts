import { concat } from "../../domain/bytes.ts";
import type { OpenFile, RecordReader } from "../../ports/agent.ts";

const BLOCK = 1 << 20;
/** A line longer than this is not handed to the record reader whole. */
const LONG_LINE = 4 << 20;
const LINE_END = 0x0a;

/** Whether any of the bytes [from, to) of a file was written while capture was paused. */
export type IsMuted = (from: number, to: number) => boolean;

/** Whole records, all of them on one side of the boundary. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** Directory in force, undefined while none is known. */
  readonly directory: string | undefined;
  /** The bytes, where they were read in one go; else they are read when they are needed. */
  readonly bytes?: Uint8Array;
  /** It was written while capture was paused. */
  readonly muted?: true;
  /** Set where it is a last line without its line feed. */
  readonly torn?: TornLine;
}

/** Where a last line without its line feed begins, and what held before it: when the rest comes, it is read again as a whole. */
export interface TornLine {
  readonly from: number;
  readonly directory?: string | undefined;
  /** State of the record reader, JSON. */
  readonly reader: unknown;
}

/**
 * Reads the records of a file that grows, from `from` to its last line feed (or to its end, when `tail`), and
 * gives them in order, joined into ranges that ran in one directory. The reader keeps what records inside the
 * boundary say, and forgets the others. Memory is bounded by the block and by
 * `LONG_LINE`, whatever the length of a line.
 */
export async function* recordRanges(
  file: OpenFile,
  reader: RecordReader,
  from: number,
  start: string | undefined,
  tail: boolean,
  side: (directory: string) => Promise<"inside" | "outside">,
  isMuted: IsMuted,
): AsyncGenerator<Range> {
  let directory = start;
  let place = start === undefined ? undefined : await side(start);
  let at = from;
  while (at < file.size) {
    const block = await file.read(at, Math.min(BLOCK, file.size - at));
    if (block.length === 0) return;
    const whole = block.lastIndexOf(LINE_END) + 1;
    if (whole === 0) {
      const long = await longLine(file, at, block);
      if (!long.ended && !tail) return;
      const before = { from: at, directory, reader: reader.state() };
      const next = reader.take(long.sample) ?? directory;
      if (next !== undefined && next !== directory) place = await side(next);
      const muted = isMuted(at, long.end);
      settle(reader, muted ? "outside" : place);
      directory = next;
      yield { from: at, to: long.end, directory, ...mutedField(muted), ...(long.ended ? {} : { torn: before }) };
      at = long.end;
      continue;
    }
    let rangeStart = 0;
    let lineStart = 0;
    let wasMuted = false;
    while (lineStart < whole) {
      const lineEnd = block.indexOf(LINE_END, lineStart);
      const next = reader.take(block.subarray(lineStart, lineEnd)) ?? directory;
      if (next !== undefined && next !== directory) place = await side(next);
      const muted = isMuted(at + lineStart, at + lineEnd + 1);
      settle(reader, muted ? "outside" : place);
      if ((next !== directory || muted !== wasMuted) && lineStart > rangeStart) {
        yield { from: at + rangeStart, to: at + lineStart, directory, ...mutedField(wasMuted), bytes: block.subarray(rangeStart, lineStart) };
        rangeStart = lineStart;
      }
      wasMuted = muted;
      directory = next;
      lineStart = lineEnd + 1;
    }
    yield { from: at + rangeStart, to: at + whole, directory, ...mutedField(wasMuted), bytes: block.subarray(rangeStart, whole) };
    at += whole;
  }
}

function mutedField(muted: boolean): Pick<Range, "muted"> {
  return muted ? { muted } : {};
}

/** What a record says of its session counts only when it ran inside; while its place is unknown that waits. */
function settle(reader: RecordReader, place: "inside" | "outside" | undefined): void {
  if (place === "inside") reader.keep();
  else if (place === "outside") reader.forget();
}

interface LongLine {
  readonly end: number;
  /** False: the file ends before a line feed. */
  readonly ended: boolean;
  /** The line, or its head and tail when it is too long to hold. */
  readonly sample: Uint8Array;
}

async function longLine(file: OpenFile, at: number, first: Uint8Array): Promise<LongLine> {
  const head: Uint8Array[] = [first];
  let held = first.length;
  let last: Uint8Array = new Uint8Array(0);
  let position = at + first.length;
  while (position < file.size) {
    const block = await file.read(position, Math.min(BLOCK, file.size - position));
    if (block.length === 0) break;
    const lineEnd = block.indexOf(LINE_END);
    const piece = lineEnd < 0 ? block : block.subarray(0, lineEnd);
    if (held + piece.length <= LONG_LINE) {
      head.push(piece);
      held += piece.length;
    } else {
      last = piece;
    }
    position += piece.length;
    if (lineEnd >= 0) return { end: position + 1, ended: true, sample: concat(...head, last) };
  }
  return { end: position, ended: false, sample: concat(...head, last) };
}
