import { concat, uint32 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import { bad } from "./fields.ts";
import { checkStorePath, decodeHead } from "./stream-head.ts";
import type { FileRole, StreamHead } from "./stream-head.ts";


/** docs/spec/segment.md, "Part stream". `data` comes in as many pieces as the chunks cut it into. */
export type StreamRecord =
  | Exclude<StreamHead, { readonly kind: "data" }>
  | { readonly kind: "data"; readonly file: number; readonly generation: number; readonly offset: number; readonly bytes: Uint8Array };

const MAX_HEAD = 65536;
const EMPTY = new Uint8Array(0);

/** @throws HxError `encoding-invalid` for a path outside the rules. */
export function encodeRecord(record: StreamRecord): Uint8Array {
  return concat(encodeRecordHead(record), record.kind === "data" ? record.bytes : EMPTY);
}

/** What goes before the bytes of a `data` record, and all of any other: for who does not want the bytes copied. */
export function encodeRecordHead(record: StreamRecord): Uint8Array {
  if (record.kind === "file") checkStorePath(record.path);
  const head = encodeCbor(headFields(record));
  return concat(uint32(head.length), head);
}

function headFields(record: StreamRecord): Record<string, number | string> {
  switch (record.kind) {
    case "file":
      return { t: "file", f: record.file, p: record.path, r: record.role };
    case "data":
      return { t: "data", f: record.file, g: record.generation, o: record.offset, n: record.bytes.length };
    case "end":
      return { t: "end", f: record.file, g: record.generation, n: record.length, m: record.modified };
    case "omit":
      return { t: "omit", f: record.file, g: record.generation, o: record.offset, n: record.length };
    case "gone":
      return { t: "gone", f: record.file };
  }
}

interface KnownFile {
  readonly path: string;
  readonly role: FileRole;
  readonly ends: Map<number, number>;
  latest: number;
}

/**
 * What the parts so far said of the files of a session. Hand one to the readers of all parts, in
 * order from part 0, and holes are refused over the whole session; a reader of one part alone, with a
 * ledger of its own, takes the first offset of each generation as given.
 */
export class FileLedger {
  readonly #whole: boolean;
  readonly #files = new Map<number, KnownFile>();
  readonly #paths = new Map<string, number>();

  constructor(options: { readonly whole: boolean }) {
    this.#whole = options.whole;
  }

  declare(file: number, path: string, role: FileRole): void {
    const known = this.#files.get(file);
    if (known !== undefined && (known.path !== path || known.role !== role)) throw bad("file", "the file that it was before");
    if ((this.#paths.get(path) ?? file) !== file) throw bad("p", "the path of one file only");
    this.#paths.set(path, file);
    if (known === undefined) this.#files.set(file, { path, role, ends: new Map(), latest: this.#whole ? -1 : Number.MAX_SAFE_INTEGER });
  }

  /** Bytes `offset` to `offset + length` of a generation are given or marked as left out. */
  extend(file: number, generation: number, offset: number, length: number): void {
    const known = this.#files.get(file);
    if (known === undefined) throw bad("f", "a file that was declared");
    if (generation > known.latest + 1) throw bad("g", "a generation that follows");
    if (offset + length > Number.MAX_SAFE_INTEGER) throw bad("n", "within what a file can have");
    const end = known.ends.get(generation) ?? (this.#whole ? 0 : offset);
    if (offset > end) throw bad("o", "at or before the end of what is known");
    known.ends.set(generation, Math.max(end, offset + length));
    if (this.#whole) known.latest = Math.max(known.latest, generation);
  }

  /** The generation has `length` bytes, at most what is known. May begin one: that of an emptied file. */
  cut(file: number, generation: number, length: number): void {
    this.extend(file, generation, length, 0);
    this.#files.get(file)?.ends.set(generation, length);
  }
}

/** Reads the records of one part as its segments give them. */
export class PartStreamReader {
  readonly #ledger: FileLedger;
  readonly #declared = new Set<number>();
  #pending: Uint8Array = EMPTY;
  #data: { file: number; generation: number; offset: number; left: number } | null = null;

  constructor(ledger: FileLedger = new FileLedger({ whole: false })) {
    this.#ledger = ledger;
  }

  /**
   * The records that `chunk` completes. Bytes of `data` are views of `chunk`, or copies.
   * @throws HxError `encoding-invalid`, or `too-new` for an unknown record.
   */
  push(chunk: Uint8Array): StreamRecord[] {
    const records: StreamRecord[] = [];
    let rest = this.#pending.length === 0 ? chunk : concat(this.#pending, chunk);
    this.#pending = EMPTY;
    while (rest.length > 0) {
      const used = this.#data === null ? this.#readHead(rest, records) : this.#readData(rest, records);
      if (used === 0) break;
      rest = rest.subarray(used);
    }
    this.#pending = rest.length === 0 ? EMPTY : rest.slice();
    return records;
  }

  /** @throws HxError `encoding-invalid` when the stream stops within a record. */
  finish(): void {
    if (this.#pending.length > 0 || this.#data !== null) throw new HxError("encoding-invalid", "the stream of a part stops within a record");
  }

  #readHead(bytes: Uint8Array, records: StreamRecord[]): number {
    if (bytes.length < 4) return 0;
    const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (length === 0 || length > MAX_HEAD) throw bad("head", `1 to ${MAX_HEAD} bytes`);
    if (bytes.length < 4 + length) return 0;
    const head = decodeHead(decodeCborMap(bytes.subarray(4, 4 + length)));
    this.#follow(head);
    if (head.kind !== "data") records.push(head);
    else if (head.length === 0) records.push({ kind: "data", file: head.file, generation: head.generation, offset: head.offset, bytes: EMPTY });
    else this.#data = { file: head.file, generation: head.generation, offset: head.offset, left: head.length };
    return 4 + length;
  }

  #readData(bytes: Uint8Array, records: StreamRecord[]): number {
    const data = this.#data;
    if (data === null) return 0;
    const taken = bytes.subarray(0, data.left);
    records.push({ kind: "data", file: data.file, generation: data.generation, offset: data.offset, bytes: taken });
    data.offset += taken.length;
    data.left -= taken.length;
    if (data.left === 0) this.#data = null;
    return taken.length;
  }

  #follow(head: StreamHead): void {
    if (head.kind === "file") {
      this.#ledger.declare(head.file, head.path, head.role);
      this.#declared.add(head.file);
      return;
    }
    if (!this.#declared.has(head.file)) throw bad("f", "a file that this part declared");
    if (head.kind === "end") this.#ledger.cut(head.file, head.generation, head.length);
    if (head.kind === "data" || head.kind === "omit") this.#ledger.extend(head.file, head.generation, head.offset, head.length);
  }
}
