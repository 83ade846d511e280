import { Tokenizer, decode as decodeWithCborg } from "cborg";
import { compareBytes, concat, fromUtf8, sameBytes, utf8 } from "./bytes.ts";
import { refuse } from "./errors.ts";

/** What may appear in a payload. */
export type Cbor = number | string | boolean | Uint8Array | Cbor[] | CborMap;

/** A map with text keys. */
export type CborMap = Map<string, Cbor>;

/** The specification does not say how deep values may nest; see NOTES.md. */
const maximumDepth = 16;

const options = {
  strict: true, allowIndefinite: false, allowUndefined: false, allowBigInt: false,
  useMaps: true, rejectDuplicateMapKeys: true, retainStringBytes: true,
};

/** cborg's tokens, with texts decoded strictly: its own decoder drops byte-order marks. */
class StrictTokenizer extends Tokenizer {
  override next(): ReturnType<Tokenizer["next"]> {
    const token = super.next();
    if (token.type.name === "string" && token.byteValue !== undefined) token.value = fromUtf8(token.byteValue);
    return token;
  }
}

/** Decodes CBOR; refuses what is not deterministic or holds other kinds of values. */
export function decodeCbor(bytes: Uint8Array): Cbor {
  let value: Cbor;
  try {
    const decoded: unknown = decodeWithCborg(bytes, { ...options, tokenizer: new StrictTokenizer(bytes, options) });
    value = asCbor(decoded, 0);
  } catch (error) {
    return refuse("encoding-invalid", `CBOR: ${String(error)}`);
  }
  if (!sameBytes(encodeCbor(value), bytes)) refuse("encoding-invalid", "CBOR is not deterministic");
  return value;
}

/** Decodes CBOR that must be a map. */
export function decodeMap(bytes: Uint8Array): CborMap {
  const value = decodeCbor(bytes);
  return value instanceof Map ? value : refuse("encoding-invalid", "not a map");
}

function asCbor(value: unknown, depth: number): Cbor {
  if (depth > maximumDepth) throw new Error("nested too deep");
  if (typeof value === "string" || typeof value === "boolean" || value instanceof Uint8Array) return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => asCbor(item, depth + 1));
  if (value instanceof Map) {
    const map: CborMap = new Map();
    for (const [key, item] of value as Map<unknown, unknown>) {
      if (typeof key !== "string") throw new Error("a key that is not text");
      map.set(key, asCbor(item, depth + 1));
    }
    return map;
  }
  throw new Error(`a value of kind ${typeof value}`);
}

/** Core deterministic encoding of RFC 8949, 4.2.1. */
export function encodeCbor(value: Cbor): Uint8Array {
  if (typeof value === "number") return encodeHead(0, value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (value instanceof Uint8Array) return concat(encodeHead(2, value.length), value);
  if (typeof value === "string") {
    const bytes = utf8(value);
    return concat(encodeHead(3, bytes.length), bytes);
  }
  if (Array.isArray(value)) return concat(encodeHead(4, value.length), ...value.map(encodeCbor));
  const entries = [...value].map(([key, item]) => ({ key: encodeCbor(key), item: encodeCbor(item) }));
  entries.sort((a, b) => compareBytes(a.key, b.key));
  return concat(encodeHead(5, value.size), ...entries.flatMap(({ key, item }) => [key, item]));
}

/** Encodes a map given as an object. */
export function encodeObject(object: Record<string, Cbor>): Uint8Array {
  return encodeCbor(new Map(Object.entries(object)));
}

function encodeHead(major: number, value: number): Uint8Array {
  const first = major << 5;
  if (value < 24) return Uint8Array.of(first | value);
  const bytes = new Uint8Array(9);
  const view = new DataView(bytes.buffer);
  const [code, size] = value < 2 ** 8 ? [24, 1] : value < 2 ** 16 ? [25, 2] : value < 2 ** 32 ? [26, 4] : [27, 8];
  view.setBigUint64(1, BigInt(value) << BigInt(64 - 8 * size));
  bytes[0] = first | code;
  return bytes.subarray(0, 1 + size);
}
