import { allZero, concat, readUint32 } from "./bytes.ts";
import { encodeCbor } from "./cbor.ts";
import { demand } from "./errors.ts";
import { openStream } from "./primitives.ts";

const chunkLength = 65536;
const maximumPadded = 983040;
/** Longest raw content of a segment. */
export const maximumRaw = 16777216;

/** Where a segment stands; all of it is authenticated. */
export interface SegmentPlace {
  repo: Uint8Array;
  session: Uint8Array;
  part: number;
  segment: number;
}

/** A segment after decryption, still compressed. */
export interface SegmentContent {
  codec: number;
  rawLength: number;
  compressed: Uint8Array;
}

/** Additional data of the chunks of a segment. */
export function segmentAdditional(place: SegmentPlace): Uint8Array {
  return encodeCbor(["hx/segment/v1", 1, place.repo, place.session, place.part, place.segment]);
}

/** Padmé over at least 4096 bytes. */
export function pad(length: number): number {
  const padded = Math.max(length, 4096);
  const e = Math.floor(Math.log2(padded));
  const s = Math.floor(Math.log2(e)) + 1;
  const unit = 2 ** (e - s);
  return Math.ceil(padded / unit) * unit;
}

/** Whether a segment can have this many bytes. */
export function isSegmentLength(length: number): boolean {
  const body = length - 25;
  const chunks = Math.ceil(body / (chunkLength + 17));
  const padded = body - 17 * chunks;
  return padded >= 4096 && padded <= maximumPadded && pad(padded) === padded && Math.ceil(padded / chunkLength) === chunks;
}

/** Decrypts a segment and takes its padding off. */
export function openSegment(blob: Uint8Array, key: Uint8Array, place: SegmentPlace): SegmentContent {
  const bad = "segment-invalid";
  demand((blob[0] ?? 0) <= 1, "too-new", `a segment of suite ${blob[0]}`);
  demand(blob[0] === 1 && isSegmentLength(blob.length), bad, "a length that no segment has, or suite 0");
  const stream = openStream(blob.slice(1, 25), key, segmentAdditional(place));
  const messages: Uint8Array[] = [];
  for (let at = 25; at < blob.length; at += chunkLength + 17) {
    const end = Math.min(at + chunkLength + 17, blob.length);
    const pulled = stream.pull(blob.slice(at, end));
    demand(pulled !== undefined, bad, "a chunk that does not open");
    demand(pulled.final === (end === blob.length), bad, "FINAL in another place than at the end");
    messages.push(pulled.message);
  }
  return unpad(concat(...messages));
}

function unpad(plaintext: Uint8Array): SegmentContent {
  const bad = "segment-invalid";
  const codec = plaintext[0] ?? 0;
  const length = readUint32(plaintext, 1);
  const rawLength = readUint32(plaintext, 5);
  demand(9 + length <= plaintext.length, bad, "a compressed length that does not fit");
  demand(pad(9 + length) === plaintext.length, bad, "padded to another length");
  demand(allZero(plaintext.subarray(9 + length)), bad, "padding that is not zero");
  demand(rawLength <= maximumRaw, bad, "a raw length beyond 16 MiB");
  demand(codec <= 2, "too-new", `codec ${codec}`);
  demand(codec !== 0 || rawLength === length, bad, "stored with another raw length");
  return { codec, rawLength, compressed: plaintext.slice(9, 9 + length) };
}
