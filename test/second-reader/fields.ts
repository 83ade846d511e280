import { type Cbor, type CborMap, decodeMap } from "./cbor.ts";
import { demand, refuse } from "./errors.ts";

const bad = "encoding-invalid";
const safe = Number.MAX_SAFE_INTEGER;

/** Numbers of parts, segments, statements and pieces: below 2^32. */
export const maximumNumber = 2 ** 32 - 1;

/** A value as an unsigned integer of at most `maximum`. */
export function asUint(value: Cbor | undefined, maximum = safe): number {
  return typeof value === "number" && value <= maximum ? value : refuse(bad, "not an integer in range");
}

/** A value as a byte string, of a fixed length if one is given. */
export function asBytes(value: Cbor | undefined, length?: number): Uint8Array {
  demand(value instanceof Uint8Array, bad, "not a byte string");
  demand(length === undefined || value.length === length, bad, `not ${length} bytes`);
  return value;
}

/** A value as text. */
export function asText(value: Cbor | undefined): string {
  return typeof value === "string" ? value : refuse(bad, "not text");
}

/** A value as an array, of a fixed length if one is given. */
export function asList(value: Cbor | undefined, length?: number): Cbor[] {
  demand(Array.isArray(value), bad, "not an array");
  demand(length === undefined || value.length === length, bad, `not ${length} items`);
  return value;
}

/** The fields of a map, read with the types that they must have. */
export class Fields {
  readonly map: CborMap;
  constructor(value: Cbor | undefined) {
    this.map = value instanceof Map ? value : refuse(bad, "not a map");
  }
  /** Fields of an encoded map. */
  static decode(bytes: Uint8Array): Fields {
    return new Fields(decodeMap(bytes));
  }
  has(name: string): boolean {
    return this.map.has(name);
  }
  uint(name: string, maximum = safe): number {
    return asUint(this.map.get(name), maximum);
  }
  bytes(name: string, length?: number): Uint8Array {
    return asBytes(this.map.get(name), length);
  }
  text(name: string): string {
    return asText(this.map.get(name));
  }
  bool(name: string): boolean {
    const value = this.map.get(name);
    return typeof value === "boolean" ? value : refuse(bad, `${name} is neither true nor false`);
  }
  list(name: string, length?: number): Cbor[] {
    return asList(this.map.get(name), length);
  }
  fields(name: string): Fields {
    return new Fields(this.map.get(name));
  }
  /** A pair `[number, 32 bytes]`. */
  counted(name: string): { count: number; hash: Uint8Array } {
    const pair = this.list(name, 2);
    return { count: asUint(pair[0]), hash: asBytes(pair[1], 32) };
  }
  /** A number of which only 1 is known: more is `too-new`, less is wrong. */
  one(name: string): void {
    const value = this.uint(name);
    demand(value <= 1, "too-new", `${name} is ${value}`);
    demand(value === 1, bad, `${name} is ${value}`);
  }
}
