import { compare } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { isCborMap } from "./cbor.ts";
import type { CborMap, CborValue } from "./cbor.ts";

/**
 * Typed readers over a decoded map. Each throws HxError `encoding-invalid` that names the key; the
 * `optional…` ones give `undefined` for an absent key and throw for one of another type.
 */
export function bytesField(map: CborMap, key: string, length?: number): Uint8Array {
  return asBytes(map.get(key), key, length);
}

/** An unsigned integer of at most `max`, by default 2^53-1. */
export function intField(map: CborMap, key: string, max = Number.MAX_SAFE_INTEGER): number {
  return asInt(map.get(key), key, max);
}

export function textField(map: CborMap, key: string): string {
  return asText(map.get(key), key);
}

export function booleanField(map: CborMap, key: string): boolean {
  const value = map.get(key);
  if (typeof value !== "boolean") throw bad(key, "true or false");
  return value;
}

export function listField(map: CborMap, key: string, length?: number): readonly CborValue[] {
  return asList(map.get(key), key, length);
}

export function mapField(map: CborMap, key: string): CborMap {
  return asMap(map.get(key), key);
}

export function optionalBytesField(map: CborMap, key: string, length?: number): Uint8Array | undefined {
  return map.has(key) ? bytesField(map, key, length) : undefined;
}

export function boolField(map: CborMap, key: string): boolean {
  const value = map.get(key);
  if (typeof value !== "boolean") throw bad(key, "true or false");
  return value;
}

export function optionalIntField(map: CborMap, key: string): number | undefined {
  return map.has(key) ? intField(map, key) : undefined;
}

export function optionalTextField(map: CborMap, key: string): string | undefined {
  return map.has(key) ? textField(map, key) : undefined;
}

export function optionalListField(map: CborMap, key: string): readonly CborValue[] | undefined {
  return map.has(key) ? listField(map, key) : undefined;
}

export function asBytes(value: CborValue | undefined, key: string, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw bad(key, "a byte string");
  if (length !== undefined && value.length !== length) throw bad(key, `${length} bytes`);
  return value;
}

export function asInt(value: CborValue | undefined, key: string, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number") throw bad(key, "an unsigned integer");
  if (value > max) throw bad(key, `at most ${max}`);
  return value;
}

export function asText(value: CborValue | undefined, key: string): string {
  if (typeof value !== "string") throw bad(key, "text");
  return value;
}

export function asList(value: CborValue | undefined, key: string, length?: number): readonly CborValue[] {
  if (!Array.isArray(value)) throw bad(key, "an array");
  if (length !== undefined && value.length !== length) throw bad(key, `an array of ${length}`);
  return value;
}

export function asMap(value: CborValue | undefined, key: string): CborMap {
  if (!isCborMap(value)) throw bad(key, "a map");
  return value;
}

/** A list that must be sorted bytewise, each key once. */
export function rising(keys: readonly Uint8Array[], key: string): void {
  for (let i = 1; i < keys.length; i++) {
    const before = keys[i - 1];
    const here = keys[i];
    if (before !== undefined && here !== undefined && compare(before, here) >= 0) throw bad(key, "sorted, each once");
  }
}

/**
 * The version of a payload.
 * @throws HxError `too-new` for one that this program does not know.
 */
export function checkVersion(map: CborMap, what: string): void {
  const version = intField(map, "v");
  if (version > 1) throw new HxError("too-new", `'${what}' has version ${version}, this program knows 1`);
  if (version !== 1) throw bad("v", "1");
}

/** The only set of primitives of this version, docs/spec/encoding.md. */
export const SUITE = 1;

/** @throws HxError `too-new` for a suite that this program does not know. */
export function suiteField(map: CborMap, key = "suite"): number {
  return checkSuite(intField(map, key));
}

export function checkSuite(suite: number): number {
  if (suite > SUITE) throw new HxError("too-new", `suite '${suite}' is not known, this program knows 1`);
  if (suite !== SUITE) throw bad("suite", "1");
  return suite;
}

export function bad(key: string, wanted: string): HxError {
  return new HxError("encoding-invalid", `'${key}' is not ${wanted}`);
}
