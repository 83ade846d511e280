import { concat } from "../domain/bytes.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborValue } from "./cbor.ts";
import { asBytes, asInt, asList, bad, bytesField, intField, listField } from "./fields.ts";
import { PRIVATE_BLOCK_LENGTHS } from "./private-block.ts";
import type { Hash } from "./primitives.ts";
import { isSegmentLength } from "./segment.ts";

/** A part has at most this many segments, so that its record stays under 4096 bytes. */
export const MAX_SEGMENTS = 32;

export interface SegmentEntry {
  readonly number: number;
  /** Bytes of the blob. */
  readonly length: number;
  readonly hash: Uint8Array;
}

/** docs/spec/lane.md, "Part record". */
export interface PartRecord {
  readonly n: number;
  /** Number of the part that starts its key chain. */
  readonly chain: number;
  readonly commitment: Uint8Array;
  readonly segments: readonly SegmentEntry[];
  /** The sealed private block. */
  readonly private: Uint8Array;
}

/** @throws HxError `encoding-invalid` for a record that no reader would take. */
export function encodePartRecord(record: PartRecord): Uint8Array {
  return encodeCbor({
    n: record.n,
    chain: record.chain,
    commit: record.commitment,
    segs: checkPartRecord(record).segments.map(({ number, length, hash }) => [number, length, hash]),
    priv: record.private,
  });
}

/** @throws HxError `encoding-invalid` */
export function decodePartRecord(bytes: Uint8Array): PartRecord {
  const map = decodeCborMap(bytes);
  return checkPartRecord({
    n: intField(map, "n", 0xffffffff),
    chain: intField(map, "chain", 0xffffffff),
    commitment: bytesField(map, "commit", 32),
    segments: listField(map, "segs").map(segmentEntry),
    private: bytesField(map, "priv"),
  });
}

function segmentEntry(value: CborValue): SegmentEntry {
  const [number, length, hash] = asList(value, "segs", 3);
  return { number: asInt(number, "segs", 0xffffffff), length: asInt(length, "segs"), hash: asBytes(hash, "segs", 32) };
}

function checkPartRecord(record: PartRecord): PartRecord {
  if (record.chain > record.n) throw bad("chain", "at most the number of the part");
  if (record.segments.length > MAX_SEGMENTS) throw bad("segs", `at most ${MAX_SEGMENTS} segments`);
  if (!PRIVATE_BLOCK_LENGTHS.includes(record.private.length)) throw bad("priv", "a private block");
  let before = -1;
  for (const segment of record.segments) {
    if (segment.number <= before) throw bad("segs", "a list of rising numbers");
    if (!isSegmentLength(segment.length)) throw bad("segs", `a list of segments: no segment has ${segment.length} bytes`);
    before = segment.number;
  }
  return record;
}

/** `L[-1]` of the chain over part records. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/** `L[n] = H(L[n-1] || H(record n))`. */
export function chainHash(h: Hash, previous: Uint8Array, recordHash: Uint8Array): Uint8Array {
  return h(concat(previous, recordHash));
}

/** The head of the chain over whole records, from part 0. */
export function chainOf(h: Hash, records: readonly Uint8Array[]): Uint8Array {
  return records.reduce((head, record) => chainHash(h, head, h(record)), CHAIN_START);
}
