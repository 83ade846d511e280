import type { FileRole } from "../../format/stream-head.ts";
import type { StreamRecord } from "../../format/part-stream.ts";

/** The generation is shorter than what an earlier capture, killed before it noted its offset, had staged of it. */
async function cut<Target extends FileTarget>(file: Building<Target>, length: number): Promise<void> {
  await file.target.truncate(length);
  file.size = length;
  file.omitted = file.omitted.filter(({ from }) => from < length).map(({ from, to }) => ({ from, to: Math.min(to, length) }));
}

const ZEROS = new Uint8Array(1 << 16);

/** Takes the content of one file as its records give it. Only the last generation counts. */
export interface FileTarget {
  write(offset: number, bytes: Uint8Array): Promise<void>;
  reset(): Promise<void>;
  /** Cuts it to so many bytes. */
  truncate(length: number): Promise<void>;
}

/** A file of a session as it was captured. */
export interface RebuiltFile<Target> {
  readonly path: string;
  readonly role: FileRole;
  readonly target: Target;
  /** Bytes of the last generation, left-out ranges included. */
  readonly size: number;
  /** Bytes that were left out at capture: they ran outside the collection boundary, or in a pause. Zeros stand in their place. */
  readonly omitted: number;
  /** ms since 1970. */
  readonly modified?: number;
  readonly gone: boolean;
}

interface Building<Target> {
  path: string;
  role: FileRole;
  target: Target;
  generation: number;
  size: number;
  omitted: { from: number; to: number }[];
  modified?: number;
  gone: boolean;
}

/**
 * Follows the records of a session and gives its files, each with its last generation.
 * @param gap what stands, repeated, in place of bytes that were left out
 */
export async function rebuild<Target extends FileTarget>(
  records: AsyncIterable<StreamRecord>,
  begin: (path: string, role: FileRole) => Promise<Target>,
  gap = ZEROS,
): Promise<readonly RebuiltFile<Target>[]> {
  const files = new Map<number, Building<Target>>();
  for await (const record of records) {
    if (record.kind === "file") {
      if (files.has(record.file)) continue;
      files.set(record.file, {
        path: record.path,
        role: record.role,
        target: await begin(record.path, record.role),
        generation: 0,
        size: 0,
        omitted: [],
        gone: false,
      });
      continue;
    }
    const file = files.get(record.file);
    if (file !== undefined) await follow(file, record, gap);
  }
  return [...files.values()].map(({ path, role, target, size, omitted, modified, gone }) => ({
    path,
    role,
    target,
    size,
    omitted: omitted.reduce((sum, { from, to }) => sum + to - from, 0),
    ...(modified === undefined ? {} : { modified }),
    gone,
  }));
}

async function follow<Target extends FileTarget>(file: Building<Target>, record: Exclude<StreamRecord, { kind: "file" }>, gap: Uint8Array): Promise<void> {
  if (record.kind === "gone") {
    file.gone = true;
    return;
  }
  if (record.generation < file.generation) return;
  if (record.generation > file.generation) {
    await file.target.reset();
    Object.assign(file, { generation: record.generation, size: 0, omitted: [] });
  }
  file.gone = false;
  if (record.kind === "end") {
    file.modified = record.modified;
    if (record.length < file.size) await cut(file, record.length);
    return;
  }
  const length = record.kind === "data" ? record.bytes.length : record.length;
  const to = record.offset + length;
  if (record.kind === "data") {
    await file.target.write(record.offset, record.bytes);
    file.omitted = file.omitted.filter((range) => range.to <= record.offset || range.from >= to);
  } else if (!file.omitted.some((range) => range.from === record.offset && range.to === to)) {
    file.omitted.push({ from: record.offset, to });
    for (let at = record.offset; at < to; at += gap.length) await file.target.write(at, gap.subarray(0, to - at));
  }
  file.size = Math.max(file.size, to);
}
