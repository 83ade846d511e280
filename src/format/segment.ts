import { concat, uint32 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { RepoId, SessionId } from "../domain/ids.ts";
import { encodeCbor } from "./cbor.ts";
import { SUITE } from "./fields.ts";
import { idBytes } from "./ids.ts";
import type { StreamCipher } from "./primitives.ts";

/** docs/spec/segment.md. Lengths in bytes. */
export const CHUNK = 65536;
export const CHUNK_OVERHEAD = 17;
export const STREAM_HEADER = 24;
const FRAME_HEAD = 9;
const FLOOR = 4096;
export const MAX_PADDED = 983040;
export const MAX_RAW = 16777216;
export const MAX_COMPRESSED: number = MAX_PADDED - FRAME_HEAD;

/** 0 stored, 1 a brotli stream starts, 2 the stream of the segment before goes on. */
export type Codec = 0 | 1 | 2;

export interface Frame {
  readonly codec: Codec;
  readonly rawLength: number;
  readonly compressed: Uint8Array;
}

export interface SegmentPlace {
  readonly repo: RepoId;
  readonly session: SessionId;
  readonly part: number;
  readonly segment: number;
}

/** Padmé: at most 12 % more, and only O(log log) bits of a length remain visible. */
export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = 31 - Math.clz32(length);
  const kept = 32 - Math.clz32(exponent);
  const mask = 2 ** (exponent - kept) - 1;
  return mask < 1 ? length : Math.ceil(length / (mask + 1)) * (mask + 1);
}

/** The length to which a segment plaintext of `length` is padded. */
export function paddedLength(length: number): number {
  return padme(Math.max(length, FLOOR));
}

/** Length of the blob of a padded plaintext. */
export function segmentLength(padded: number): number {
  return 1 + STREAM_HEADER + padded + CHUNK_OVERHEAD * Math.ceil(padded / CHUNK);
}

/** Whether a segment blob can have this length. */
export function isSegmentLength(length: number): boolean {
  const sealed = length - 1 - STREAM_HEADER;
  if (!Number.isSafeInteger(length) || sealed <= 0) return false;
  const padded = sealed - CHUNK_OVERHEAD * Math.ceil(sealed / (CHUNK + CHUNK_OVERHEAD));
  return padded >= FLOOR && padded <= MAX_PADDED && paddedLength(padded) === padded && segmentLength(padded) === length;
}

/** @throws HxError `segment-invalid` when it is longer than a segment may be. */
export function frameSegment(codec: Codec, compressed: Uint8Array, rawLength: number): Uint8Array {
  if (compressed.length > MAX_COMPRESSED || rawLength > MAX_RAW) throw invalid("more bytes than a segment may hold");
  if (codec === 0 && compressed.length !== rawLength) throw invalid("stored bytes of another length than the raw length");
  const padded = new Uint8Array(paddedLength(FRAME_HEAD + compressed.length));
  padded[0] = codec;
  padded.set(uint32(compressed.length), 1);
  padded.set(uint32(rawLength), 5);
  padded.set(compressed, FRAME_HEAD);
  return padded;
}

/** @throws HxError `segment-invalid`, or `too-new` for an unknown codec. `compressed` is a view of `padded`. */
export function parseFrame(padded: Uint8Array): Frame {
  if (padded.length < FLOOR || padded.length > MAX_PADDED) throw invalid("a plaintext of a wrong length");
  const view = new DataView(padded.buffer, padded.byteOffset, padded.byteLength);
  const length = view.getUint32(1);
  const rawLength = view.getUint32(5);
  if (length > MAX_COMPRESSED || paddedLength(FRAME_HEAD + length) !== padded.length) throw invalid("a compressed length that does not fit");
  if (rawLength > MAX_RAW) throw invalid("a raw length over the limit");
  for (let at = FRAME_HEAD + length; at < padded.length; at++) if (padded[at] !== 0) throw invalid("padding that is not zero");
  const codec = view.getUint8(0);
  if (codec !== 0 && codec !== 1 && codec !== 2) throw new HxError("too-new", `the codec '${codec}' is not known`);
  if (codec === 0 && length !== rawLength) throw invalid("stored bytes of another length than the raw length");
  return { codec, rawLength, compressed: padded.subarray(FRAME_HEAD, FRAME_HEAD + length) };
}

/** Additional data of each chunk. */
export function segmentContext(place: SegmentPlace): Uint8Array {
  return encodeCbor(["hx/segment/v1", SUITE, idBytes(place.repo), idBytes(place.session), place.part, place.segment]);
}

/** `padded` as `frameSegment` gives it. */
export function sealSegment(cipher: StreamCipher, part: Uint8Array, place: SegmentPlace, padded: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(SUITE), cipher.seal(part, segmentContext(place), padded));
}

/**
 * The caller has checked the part's commitment and the hash of the blob.
 * @throws HxError `segment-invalid`, or `too-new` for an unknown suite or codec.
 */
export function openSegment(cipher: StreamCipher, part: Uint8Array, place: SegmentPlace, blob: Uint8Array): Frame {
  if (!isSegmentLength(blob.length)) throw invalid(`no segment has ${blob.length} bytes`);
  if (blob[0] === 0) throw invalid("suite 0");
  if (blob[0] !== SUITE) throw new HxError("too-new", `the suite '${blob[0]}' of a segment is not known`);
  return parseFrame(cipher.open(part, segmentContext(place), blob.subarray(1)));
}

function invalid(what: string): HxError {
  return new HxError("segment-invalid", `a segment is damaged: ${what}`);
}
