import { demand } from "./errors.ts";
import { readPartStream, type StreamRecord } from "./part-stream.ts";

const bad = "encoding-invalid";

/** A file of a session, with its newest generation. */
export interface SessionFile {
  path: string;
  role: string;
  generation: number;
  modified: number | undefined;
  gone: boolean;
  bytes: Uint8Array;
}

interface GrowingFile extends Omit<SessionFile, "bytes"> {
  content: Uint8Array;
  length: number;
}

/** The files of a session, put together from its parts, which must come in order. */
export class SessionFiles {
  readonly #files = new Map<number, GrowingFile>();
  readonly #paths = new Map<string, number>();

  /** Adds the stream of the next part; gives the number of its records. */
  addPart(stream: Uint8Array): number {
    const declared = new Set<number>();
    const records = readPartStream(stream);
    for (const record of records) this.#apply(record, declared);
    return records.length;
  }

  /** All files as they stand now; a file that was declared and nothing else is none. */
  list(): SessionFile[] {
    const begun = [...this.#files.values()].filter(({ generation }) => generation >= 0);
    return begun.map(({ content, length, ...file }) => ({ ...file, bytes: content.slice(0, length) }));
  }

  #apply(record: StreamRecord, declared: Set<number>): void {
    if (record.kind === "file") {
      this.#declare(record.file, record.path, record.role);
      declared.add(record.file);
      return;
    }
    const file = this.#files.get(record.file);
    demand(file !== undefined && declared.has(record.file), bad, "a file that is not declared in this part");
    if (record.kind === "gone") {
      file.gone = true;
      return;
    }
    if (record.kind === "end") {
      if (!startGeneration(file, record.generation)) return;
      demand(record.length <= file.length, bad, "an end after what is known");
      file.length = record.length;
      file.gone = false;
      file.modified = record.modified;
      return;
    }
    if (!startGeneration(file, record.generation)) return;
    demand(record.offset <= file.length, bad, "a hole");
    file.gone = false;
    const data = record.kind === "data" ? record.data : new Uint8Array(omittedLength(record.length));
    write(file, record.offset, data);
  }

  #declare(number: number, path: string, role: string): void {
    const known = this.#files.get(number);
    demand(known === undefined || known.path === path, bad, "a file with two paths");
    demand(known === undefined || known.role === role, bad, "a file with two roles");
    demand((this.#paths.get(path) ?? number) === number, bad, "two files with one path");
    if (known !== undefined) return;
    this.#paths.set(path, number);
    this.#files.set(number, {
      path, role, generation: -1, modified: undefined, gone: false, content: new Uint8Array(0), length: 0,
    });
  }
}

/** False for a record of an older generation: it changes nothing. */
function startGeneration(file: GrowingFile, generation: number): boolean {
  if (generation <= file.generation) return generation === file.generation;
  demand(generation === file.generation + 1, bad, "a generation that does not follow");
  file.generation = generation;
  file.length = 0;
  return true;
}

/** Omitted bytes are given back as zeros. */
function omittedLength(length: number): number {
  demand(length <= 2 ** 31, bad, "more is omitted than this reader can hold");
  return length;
}

function write(file: GrowingFile, offset: number, data: Uint8Array): void {
  const end = offset + data.length;
  if (end > file.content.length) {
    const larger = new Uint8Array(Math.max(end, 2 * file.content.length));
    larger.set(file.content.subarray(0, file.length));
    file.content = larger;
  }
  file.content.set(data, offset);
  file.length = Math.max(file.length, end);
}
