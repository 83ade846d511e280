import { isCborMap, type CborValue } from "../../format/cbor.ts";
import { hex } from "./hex.ts";
import type { InspectField } from "./inspection.ts";

/** More than any value of the format needs on a screen; what follows is counted. */
const MOST = 200;

/** Every value of a decoded map, nested ones under `a.b` and `a[0]`; bytes in hex, long ones as their beginning. */
export function cborFields(value: CborValue, label = ""): readonly InspectField[] {
  const fields = [...walk(value, label)];
  if (fields.length <= MOST) return fields;
  return [...fields.slice(0, MOST), ["…", `${fields.length - MOST} more values`]];
}

function* walk(value: CborValue, label: string): Generator<InspectField> {
  if (value instanceof Uint8Array) yield [label, hex(value)];
  else if (isCborMap(value)) for (const [key, inner] of value) yield* walk(inner, label === "" ? key : `${label}.${key}`);
  else if (typeof value === "object") yield* list(value, label);
  else yield [label, value];
}

function* list(values: readonly CborValue[], label: string): Generator<InspectField> {
  if (values.length === 0) yield [label, "(none)"];
  for (const [i, inner] of values.entries()) yield* walk(inner, `${label}[${i}]`);
}
