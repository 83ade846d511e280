import { encode, rfc8949EncodeOptions } from "cborg";
import { compare, fromUtf8 } from "../domain/bytes.ts";
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
 * Strict: refuses all that `encodeCbor` would not have written, byte for byte. The decoder is our own
 * because that of cborg drops a byte-order mark from the start of a text.
 * @throws HxError `encoding-invalid`
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = { bytes, at: 0 };
  const value = readItem(reader, 0);
  if (reader.at !== bytes.length) throw new HxError("encoding-invalid", "bytes after the CBOR value");
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
  return new Uint8Array(bytes);
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** One item. Where there are several encodings of it (of a number or length, of the order of keys), only the deterministic one is taken. */
function readItem(reader: Reader, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw new HxError("encoding-invalid", "CBOR nested too deep");
  const first = take(reader, 1)[0] ?? 0;
  const major = first >> 5;
  if (major === 7) return simple(first & 31);
  const value = readArgument(reader, first & 31);
  if (major === 0) return unsigned(value);
  if (major === 2) return plain(take(reader, value));
  if (major === 3) return fromUtf8(take(reader, value));
  if (major === 4) return readList(reader, value, depth);
  if (major === 5) return readMap(reader, value, depth);
  throw new HxError("encoding-invalid", "a CBOR value of a type that is not allowed");
}

function readList(reader: Reader, length: number, depth: number): CborValue {
  const list: CborValue[] = [];
  while (list.length < length) list.push(readItem(reader, depth + 1));
  return list;
}

function readMap(reader: Reader, size: number, depth: number): CborValue {
  const map = new Map<string, CborValue>();
  let before: Uint8Array = new Uint8Array();
  for (let i = 0; i < size; i++) {
    const from = reader.at;
    const key = readItem(reader, depth + 1);
    if (typeof key !== "string") throw new HxError("encoding-invalid", "a CBOR map key that is not text");
    const encoded = reader.bytes.subarray(from, reader.at);
    if (compare(before, encoded) >= 0) throw notDeterministic();
    before = encoded;
    map.set(key, readItem(reader, depth + 1));
  }
  return map;
}

function simple(minor: number): boolean {
  if (minor !== 20 && minor !== 21) throw new HxError("encoding-invalid", "a CBOR value of a type that is not allowed");
  return minor === 21;
}

function readArgument(reader: Reader, minor: number): number {
  if (minor < 24) return minor;
  if (minor > 27) throw new HxError("encoding-invalid", "CBOR of indefinite length");
  let value = 0;
  for (const byte of take(reader, 1 << (minor - 24))) value = value * 256 + byte;
  if (value < (SHORTEST[minor - 24] ?? 0)) throw notDeterministic();
  return value;
}

/** The least number that needs an argument of 1, 2, 4, 8 bytes. */
const SHORTEST = [24, 2 ** 8, 2 ** 16, 2 ** 32] as const;

const notDeterministic = (): HxError => new HxError("encoding-invalid", "not deterministic CBOR");

function take(reader: Reader, length: number): Uint8Array {
  if (length > reader.bytes.length - reader.at) throw new HxError("encoding-invalid", "CBOR cut off");
  reader.at += length;
  return reader.bytes.subarray(reader.at - length, reader.at);
}
