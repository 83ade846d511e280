import type { Withdrawal } from "../../domain/sharing/statement.ts";
import { decodeCborMap } from "../cbor.ts";
import type { CborInput } from "../cbor.ts";
import { idBytes, personField } from "../ids.ts";
import { hashBytes, hashField, saidMap, saidOf } from "./said.ts";

export function withdrawalPayload(withdrawal: Withdrawal): CborInput {
  return { ...saidMap(withdrawal), request: hashBytes(withdrawal.request), to: idBytes(withdrawal.to) };
}

/** @throws HxError `encoding-invalid`, `too-new` */
export function decodeWithdrawal(payload: Uint8Array): Withdrawal {
  const map = decodeCborMap(payload);
  return { kind: "withdrawal", ...saidOf(map, "withdrawal"), request: hashField(map, "request"), to: personField(map, "to") };
}
