import { decode, encode, rfc8949EncodeOptions } from "cborg";
import { equal } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";

/** What a decoder gives: docs/spec/encoding.md, "CBOR". A map is a `Map`, so that no key can touch a prototype. */
export type CborValue = number | string | boolean | Uint8Array | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<string, CborValue>;

/** What can be encoded: also plain objects; a key whose value is `undefined` is absent. */
export type CborInput =
  | number
  | string
  | boolean
  | Uint8Array
  | readonly CborInput[]
  | ReadonlyMap<string, CborInput>
  | { readonly [key: string]: CborInput | undefined };

/** No format of hx nests deeper than 6; the bound keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 16;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Deterministic CBOR, RFC 8949 4.2.1.
 * @throws HxError `encoding-invalid` for a value that the formats do not allow.
 */
export function encodeCbor(value: CborInput): Uint8Array {
  return plain(encode(admit(value, 0), rfc8949EncodeOptions));
}

/**
 * Strict: refuses all that `encodeCbor` would not have written, byte for byte.
 * @throws HxError `encoding-invalid`
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  checkStructure(bytes);
  let value: CborValue;
  try {
    value = admitted(decode(bytes, { useMaps: true, strict: true, allowIndefinite: false, allowUndefined: false, allowBigInt: false, rejectDuplicateMapKeys: true }), 0);
  } catch (cause) {
    if (cause instanceof HxError) throw cause;
    throw new HxError("encoding-invalid", "not CBOR", { cause });
  }
  if (!equal(encodeCbor(value), bytes)) throw new HxError("encoding-invalid", "not deterministic CBOR");
  return value;
}

/** @throws HxError `encoding-invalid` when it is not a map. */
export function decodeCborMap(bytes: Uint8Array): CborMap {
  const value = decodeCbor(bytes);
  if (!isCborMap(value)) throw new HxError("encoding-invalid", "not a CBOR map");
  return value;
}

export function isCborMap(value: unknown): value is CborMap {
  return value instanceof Map;
}

/** One view of a value that is going out: maps as `Map`, bytes as plain `Uint8Array`. */
function admit(value: CborInput, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw new HxError("encoding-invalid", "CBOR nested too deep");
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return unsigned(value);
  if (value instanceof Uint8Array) return plain(value);
  if (isList(value)) return Array.from(value, (item) => admit(item, depth + 1));
  if (typeof value !== "object" || value === null) throw new HxError("encoding-invalid", `a value of type '${typeof value}' has no place in a payload`);
  const map = new Map<string, CborValue>();
  for (const [key, item] of entriesOf(value)) {
    if (item !== undefined) map.set(text(key), admit(item, depth + 1));
  }
  return map;
}

function isList(value: object | null): value is readonly CborInput[] {
  return Array.isArray(value);
}

function entriesOf(value: object): Iterable<[string, CborInput | undefined]> {
  return value instanceof Map ? value.entries() : Object.entries(value);
}

function admitted(value: unknown, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw new HxError("encoding-invalid", "CBOR nested too deep");
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return unsigned(value);
  if (value instanceof Uint8Array) return plain(value);
  if (Array.isArray(value)) return value.map((item) => admitted(item, depth + 1));
  if (!(value instanceof Map)) throw new HxError("encoding-invalid", "a CBOR value of a type that is not allowed");
  const map = new Map<string, CborValue>();
  for (const [key, item] of value) {
    if (typeof key !== "string") throw new HxError("encoding-invalid", "a CBOR map key that is not text");
    map.set(key, admitted(item, depth + 1));
  }
  return map;
}

function unsigned(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) throw new HxError("encoding-invalid", `not an unsigned integer up to 2^53-1: '${value}'`);
  return value;
}

function text(value: string): string {
  if (LONE_SURROGATE.test(value)) throw new HxError("encoding-invalid", "text with half a surrogate pair");
  return value;
}

/** A copy that is not a `Buffer` and does not pin a larger one. */
function plain(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}

/**
 * Walks the heads of all items without building anything: types, depth and lengths. So the decoder
 * behind it never sees a tag, an indefinite length, a nesting bomb or a length beyond the input.
 */
function checkStructure(bytes: Uint8Array): void {
  const open: number[] = [1];
  let at = 0;
  while (open.length > 0) {
    const left = open[open.length - 1] ?? 0;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1] = left - 1;
    const head = headAt(bytes, at);
    at = head.next;
    if (head.major === 2 || head.major === 3) at += head.value;
    if (at > bytes.length) throw new HxError("encoding-invalid", "CBOR cut off");
    if (head.major < 4 || head.major === 7) continue;
    if (open.length > MAX_DEPTH) throw new HxError("encoding-invalid", "CBOR nested too deep");
    const items = head.major === 5 ? head.value * 2 : head.value;
    if (items > bytes.length - at) throw new HxError("encoding-invalid", "CBOR cut off");
    open.push(items);
  }
  if (at !== bytes.length) throw new HxError("encoding-invalid", "bytes after the CBOR value");
}

interface ItemHead {
  readonly major: number;
  readonly value: number;
  readonly next: number;
}

function headAt(bytes: Uint8Array, at: number): ItemHead {
  const first = bytes[at];
  if (first === undefined) throw new HxError("encoding-invalid", "CBOR cut off");
  const major = first >> 5;
  const minor = first & 31;
  if (major === 7 && minor !== 20 && minor !== 21) throw new HxError("encoding-invalid", "a CBOR value of a type that is not allowed");
  if (major === 1 || major === 6 || minor > 27) throw new HxError("encoding-invalid", "a CBOR value of a type that is not allowed");
  if (minor < 24) return { major, value: minor, next: at + 1 };
  const width = 1 << (minor - 24);
  if (at + 1 + width > bytes.length) throw new HxError("encoding-invalid", "CBOR cut off");
  let value = 0;
  for (let i = 1; i <= width; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return { major, value, next: at + 1 + width };
}
