import { concat, equal } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import { bytesField, checkVersion, intField } from "./fields.ts";
import { decodeLaneKey, encodeLaneKey, type LaneKey } from "./lane-key.ts";
import type { Hash } from "./primitives.ts";

/** docs/spec/keyfile.md, "Capture-only key": what a throwaway machine gets. It signs one lane, and opens nothing. */
export interface CaptureKey {
  readonly key: LaneKey;
  /** The sealed item that ties the lane to its author. */
  readonly tie: Uint8Array;
  /** The last day on which it may be used, days since 1970-01-01 UTC. */
  readonly until: number;
}

const MARK = "hx-capture-1.";
const CHECKSUM = 8;
/** A lane key and a tie, with room for fields to come. */
const MOST = 16_384;

export function encodeCaptureKey(h: Hash, { key, tie, until }: CaptureKey): string {
  const bytes = encodeCbor({ v: 1, key: encodeLaneKey(key), tie, until });
  return MARK + toBase64Url(concat(bytes, checksum(h, bytes)));
}

/**
 * White space at its ends and in it (a terminal wraps lines) does not count.
 * @throws HxError `encoding-invalid` (cut, mistyped, or something else), `too-new`
 */
export function decodeCaptureKey(h: Hash, text: string): CaptureKey {
  const packed = text.replace(/\s+/g, "");
  if (packed.length > MOST || !packed.startsWith(MARK)) throw damaged();
  const all = fromBase64Url(packed.slice(MARK.length));
  const bytes = all.subarray(0, Math.max(0, all.length - CHECKSUM));
  if (!equal(checksum(h, bytes), all.subarray(bytes.length))) throw damaged();
  const map = decodeCborMap(bytes);
  checkVersion(map, "capture-only key");
  return { key: decodeLaneKey(bytesField(map, "key")), tie: bytesField(map, "tie"), until: intField(map, "until") };
}

function checksum(h: Hash, bytes: Uint8Array): Uint8Array {
  return h(bytes).subarray(0, CHECKSUM);
}

function damaged(): HxError {
  return new HxError("encoding-invalid", "the capture-only key is cut short or mistyped", { hints: ["hx device issue --capture-only"] });
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** RFC 4648, section 5, without padding. */
function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6) text += DIGITS.charAt((buffer >> (bits - 6)) & 63);
  }
  return bits > 0 ? text + DIGITS.charAt((buffer << (6 - bits)) & 63) : text;
}

function fromBase64Url(text: string): Uint8Array {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) throw damaged();
    buffer = ((buffer << 6) | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) bytes.push((buffer >> (bits -= 8)) & 255);
  }
  return Uint8Array.from(bytes);
}
