import type { NewFile } from "../../ports/file-tree.ts";
import { LONGEST_MAPPED } from "../../domain/map-paths.ts";
import type { TextForm } from "../../domain/secrets/unescape.ts";
import { concat } from "../../domain/bytes.ts";

const BLOCK = 1 << 20;
const LINE_FEED = 0x0a;

export interface MappedFile {
  /** Bytes. */
  readonly size: number;
  /** In how many records a path was changed. */
  readonly records: number;
}

/**
 * The records of a file, one after the other: its lines without their line feeds, or its whole content. Of a line that is longer than any
 * that is mapped, each piece is no record, nor are line feeds, nor the zeros that stand for what was left out at capture.
 */
export async function* recordsIn(file: Pick<NewFile, "read">, size: number, form: TextForm): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isRecord: boolean }> {
  let held: Uint8Array[] = [];
  let length = 0;
  let isLong = false;
  for (let at = 0; at < size; at += BLOCK) {
    const block = await file.read(at, Math.min(BLOCK, size - at));
    for (let from = 0; from < block.length; ) {
      const feed = form === "lines" ? block.indexOf(LINE_FEED, from) : -1;
      if (length === 0 && !isLong) {
        const zeros = zerosAt(block, from);
        if (zeros > 0) yield { bytes: block.subarray(from, from + zeros), isRecord: false };
        from += zeros;
        if (from === block.length) break;
      }
      const to = feed < 0 ? block.length : feed;
      held.push(block.subarray(from, to));
      length += to - from;
      isLong ||= length > LONGEST_MAPPED;
      if (feed >= 0 || isLong) {
        yield { bytes: held.length === 1 ? (held[0] ?? block) : concat(...held), isRecord: !isLong };
        held = [];
        length = 0;
      }
      if (feed >= 0) {
        yield { bytes: Uint8Array.of(LINE_FEED), isRecord: false };
        isLong = false;
      }
      from = to + (feed < 0 ? 0 : 1);
    }
  }
  if (length > 0) yield { bytes: concat(...held), isRecord: !isLong };
}

function zerosAt(block: Uint8Array, from: number): number {
  let at = from;
  while (block[at] === 0) at++;
  return at - from;
}

/** Writes the file anew, record by record. */
export async function mapFile(from: Pick<NewFile, "read">, size: number, form: TextForm, map: (record: Uint8Array) => Uint8Array, into: Pick<NewFile, "write">): Promise<MappedFile> {
  let written = 0;
  let records = 0;
  let waiting: Uint8Array[] = [];
  let waits = 0;
  const flush = async (): Promise<void> => {
    await into.write(written, concat(...waiting));
    written += waits;
    waiting = [];
    waits = 0;
  };
  for await (const { bytes, isRecord } of recordsIn(from, size, form)) {
    const mapped = isRecord ? map(bytes) : bytes;
    if (mapped !== bytes) records++;
    waiting.push(mapped);
    waits += mapped.length;
    if (waits >= BLOCK) await flush();
  }
  await flush();
  return { size: written, records };
}
