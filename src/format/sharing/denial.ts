import type { Denial } from "../../domain/sharing/statement.ts";
import { decodeCborMap } from "../cbor.ts";
import type { CborInput } from "../cbor.ts";
import { idBytes, personField } from "../ids.ts";
import { hashBytes, hashField, reasonField, saidMap, saidOf } from "./said.ts";

export function denialPayload(denial: Denial): CborInput {
  return { ...saidMap(denial), request: hashBytes(denial.request), to: idBytes(denial.to), reason: denial.reason };
}

/** @throws HxError `encoding-invalid`, `too-new` */
export function decodeDenial(payload: Uint8Array): Denial {
  const map = decodeCborMap(payload);
  const denial = { kind: "denial", ...saidOf(map, "denial"), request: hashField(map, "request"), to: personField(map, "to") } as const;
  return map.has("reason") ? { ...denial, reason: reasonField(map) } : denial;
}
