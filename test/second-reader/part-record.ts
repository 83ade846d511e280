import { demand } from "./errors.ts";
import { Fields, asBytes, asList, asUint, maximumNumber } from "./fields.ts";
import { isSegmentLength } from "./segment.ts";

const bad = "encoding-invalid";

/** A segment as its part record lists it. */
export interface ListedSegment {
  number: number;
  length: number;
  hash: Uint8Array;
}

/** A part record. */
export interface PartRecord {
  n: number;
  chain: number;
  commit: Uint8Array;
  segments: ListedSegment[];
  priv: Uint8Array;
}

/** Reads a part record. */
export function readPartRecord(bytes: Uint8Array): PartRecord {
  const fields = Fields.decode(bytes);
  const n = fields.uint("n", maximumNumber);
  const chain = fields.uint("chain", maximumNumber);
  demand(chain <= n, bad, "a chain that starts after its part");
  const segments = fields.list("segs").map((item) => {
    const [number, length, hash] = asList(item, 3);
    return { number: asUint(number, maximumNumber), length: asUint(length), hash: asBytes(hash, 32) };
  });
  demand(segments.length <= 32, bad, "more than 32 segments");
  demand(segments.every(({ length }) => isSegmentLength(length)), bad, "a length that no segment has");
  demand(segments.every((segment, at) => segment.number > (segments[at - 1]?.number ?? -1)), bad, "numbers that do not rise");
  const priv = fields.bytes("priv");
  demand([1064, 2088].includes(priv.length), bad, "a private block of another length");
  return { n, chain, commit: fields.bytes("commit", 32), segments, priv };
}
