import { compareBytes } from "./bytes.ts";
import { openEnvelope } from "./envelope.ts";
import { demand } from "./errors.ts";
import { asBytes, asList, asUint, Fields, maximumNumber } from "./fields.ts";

/** docs/spec/guard.md, "Anchor". */
export interface Anchor {
  n: number;
  head: number;
  /** Numbers of the headers, in the order of the lanes' ids. */
  lanes: number[];
}

/** Verifies an anchor that the key signed. */
export function readAnchor(bytes: Uint8Array, key: Uint8Array): Anchor {
  const bad = "encoding-invalid";
  demand(bytes.length <= 1 << 24, bad, "too long");
  const fields = Fields.decode(openEnvelope("hx/anchor/v1", bytes, key));
  fields.one("v");
  fields.bytes("ws", 32);
  fields.bytes("repo", 32);
  fields.bytes("by", 16);
  const n = fields.uint("n", maximumNumber);
  demand((n === 0) !== fields.has("prev"), bad, "the first names none, and every other one does");
  if (n > 0) fields.bytes("prev", 32);
  const head = fields.counted("head").count;
  demand(head <= maximumNumber, bad, "a statement beyond all numbers");
  let before: Uint8Array | null = null;
  const lanes = fields.list("lanes").map((value) => {
    const entry = asList(value);
    demand(entry.length === 3 || entry.length === 5, bad, "a lane of another length");
    const id = asBytes(entry[0], 16);
    demand(before === null || compareBytes(before, id) < 0, bad, "lanes out of order");
    before = id;
    asBytes(entry[2], 32);
    if (entry.length === 5) {
      asUint(entry[3]);
      asBytes(entry[4], 32);
    }
    return asUint(entry[1], maximumNumber);
  });
  return { n, head, lanes };
}
