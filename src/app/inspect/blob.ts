import { fromUtf8, toHex } from "../../domain/bytes.ts";
import { isHxError } from "../../domain/errors.ts";
import { decodeCbor, isCborMap, type CborMap } from "../../format/cbor.ts";
import { SUITE } from "../../format/fields.ts";
import { decodeBody, type Body } from "../../format/header.ts";
import { ITEM_LENGTH } from "../../format/item.ts";
import { isKeyedWrap } from "../../format/keyed-wrap.ts";
import { decodePartRecord } from "../../format/part-record.ts";
import { CHUNK, CHUNK_OVERHEAD, isSegmentLength, STREAM_HEADER } from "../../format/segment.ts";
import { KEM_CIPHERTEXT, wrapLength } from "../../format/wrap.ts";
import type { Ledger } from "../ledger.ts";
import { cborFields } from "./cbor-fields.ts";
import { connectionText } from "./connection-text.ts";
import { decodedEnvelope, envelopeType } from "./envelope.ts";
import { firstBytes, hex } from "./hex.ts";
import type { Decoded, InspectField } from "./inspection.ts";

/** What a path says that a blob has to be; `unknown` where nothing says it. */
export type Expected = "segment" | "part record" | "item" | "wrap" | "body" | "unknown";

/** Decodes a blob: as what its path says, else as what it looks like. What cannot be decoded is shown as its first bytes. */
export async function decodedBlob(ledger: Ledger, bytes: Uint8Array, expected: Expected): Promise<Decoded> {
  try {
    return (await known(ledger, bytes, expected)) ?? unknownBlob(bytes);
  } catch (error) {
    if (!isHxError(error)) throw error;
    const damaged = unknownBlob(bytes);
    return { kind: expected === "unknown" ? damaged.kind : `damaged ${expected}`, sections: [...damaged.sections, { title: "problem", fields: [["code", error.code], ["message", error.message]] }] };
  }
}

async function known(ledger: Ledger, bytes: Uint8Array, expected: Expected): Promise<Decoded | null> {
  if (expected === "segment") return segment(bytes);
  if (expected === "part record") return partRecord(bytes);
  if (expected === "item") return item(bytes);
  if (expected === "wrap") return wrap(bytes);
  if (expected === "body") return bodyOf(decodeBody([bytes]));
  const type = envelopeType(bytes);
  if (type !== null) return decodedEnvelope(ledger, bytes, type);
  const map = cborMap(bytes);
  if (map?.has("segs") === true) return partRecord(bytes);
  if (map?.has("batch") === true) return bodyOf(decodeBody([bytes]));
  if (map !== null) return { kind: "CBOR map of no known kind", sections: [{ title: "values", fields: cborFields(map) }] };
  if (bytes[0] === SUITE && bytes.length === ITEM_LENGTH) return item(bytes);
  if (bytes[0] === SUITE && bytes.length === wrapLength(32)) return wrap(bytes);
  if (bytes[0] === SUITE && isSegmentLength(bytes.length)) return segment(bytes);
  return connectionText(ledger, bytes);
}

function cborMap(bytes: Uint8Array): CborMap | null {
  try {
    const value = decodeCbor(bytes);
    return isCborMap(value) ? value : null;
  } catch {
    return null;
  }
}

/** docs/spec/segment.md: suite, stream header, chunks. The key that opens it is nowhere near. */
function segment(bytes: Uint8Array): Decoded {
  const sealed = Math.max(0, bytes.length - 1 - STREAM_HEADER);
  const chunks = Math.ceil(sealed / (CHUNK + CHUNK_OVERHEAD));
  return {
    kind: "segment",
    sections: [
      {
        title: "segment",
        fields: [
          ["suite", bytes[0] ?? 0],
          ["length that a segment can have", isSegmentLength(bytes.length)],
          ["bytes", bytes.length],
          ["stream header", toHex(bytes.subarray(1, 1 + STREAM_HEADER))],
          ["chunks", chunks],
          ["padded length", Math.max(0, sealed - chunks * CHUNK_OVERHEAD)],
          ["content", "sealed"],
        ],
      },
    ],
  };
}

function partRecord(bytes: Uint8Array): Decoded {
  const record = decodePartRecord(bytes);
  return {
    kind: "part record",
    sections: [
      {
        title: "part",
        fields: [
          ["part", record.n],
          ["key chain begins at part", record.chain],
          ["commitment", toHex(record.commitment)],
          ["segments", record.segments.length],
          ["private block", `${record.private.length} bytes, sealed`],
        ],
      },
      { title: "segments", fields: record.segments.map(({ number, length, hash }): InspectField => [String(number), `${length} bytes  ${toHex(hash)}`]) },
    ],
  };
}

function wrap(bytes: Uint8Array): Decoded {
  if (isKeyedWrap(bytes)) return keyedWrap(bytes);
  return {
    kind: "wrap",
    sections: [
      {
        title: "wrap",
        fields: [
          ["suite", bytes[0] ?? 0],
          ["kind", bytes[1] === 1 ? "1 (direct)" : String(bytes[1] ?? 0)],
          ["bytes", bytes.length],
          ["KEM ciphertext", hex(bytes.subarray(2, 2 + KEM_CIPHERTEXT))],
          ["sealed key", hex(bytes.subarray(2 + KEM_CIPHERTEXT))],
        ],
      },
    ],
  };
}

function keyedWrap(bytes: Uint8Array): Decoded {
  const fields: readonly InspectField[] = [["suite", bytes[0] ?? 0], ["kind", "4 (under a key that another wrap holds)"], ["bytes", bytes.length], ["content", "sealed"]];
  return { kind: "wrap", sections: [{ title: "wrap", fields }] };
}

function item(bytes: Uint8Array): Decoded {
  const stanza = wrapLength(32);
  return {
    kind: "sealed item",
    sections: [
      {
        title: "item",
        fields: [
          ["suite", bytes[0] ?? 0],
          ["length of an item", bytes.length === ITEM_LENGTH],
          ["bytes", bytes.length],
          ["stanzas", `2 of ${stanza} bytes, sealed`],
          ["body", `${Math.max(0, bytes.length - 1 - 2 * stanza)} bytes, sealed`],
        ],
      },
    ],
  };
}

/** docs/spec/lane.md, "Header": what a commit added, and what it has seen of other lanes. */
export function bodyOf({ batch, heads }: Body): Decoded {
  return {
    kind: "body",
    sections: [
      { title: "batch", fields: batch.map(({ path, hash }): InspectField => [path, toHex(hash)]) },
      { title: "heads", fields: heads.map(({ lane, seq, hash }): InspectField => [lane, `seq ${seq}  ${toHex(hash)}`]) },
    ],
  };
}

function unknownBlob(bytes: Uint8Array): Decoded {
  const fields: InspectField[] = [["bytes", bytes.length], ["first bytes", firstBytes(bytes)]];
  const text = beginning(bytes);
  return { kind: "blob of no known kind", sections: [{ title: "blob", fields: text === null ? fields : [...fields, ["text", text]] }] };
}

function beginning(bytes: Uint8Array): string | null {
  if (bytes.length > 4096) return null;
  try {
    const [line = ""] = fromUtf8(bytes).split("\n");
    return /^[\t\x20-\x7e]+$/.test(line) ? line.slice(0, 80) : null;
  } catch {
    return null;
  }
}
