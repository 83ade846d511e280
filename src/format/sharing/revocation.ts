import type { Revocation } from "../../domain/sharing/statement.ts";
import { decodeCborMap } from "../cbor.ts";
import type { CborInput } from "../cbor.ts";
import { optionalListField } from "../fields.ts";
import { asSession, idBytes, personField } from "../ids.ts";
import { checkRising, hashBytes, hashField, saidMap, saidOf } from "./said.ts";

/** Sessions are sorted here. */
export function revocationPayload(revocation: Revocation): CborInput {
  const sessions = revocation.sessions?.toSorted().map((session) => idBytes(session));
  return { ...saidMap(revocation), approval: hashBytes(revocation.approval), author: idBytes(revocation.author), sessions };
}

/** @throws HxError `encoding-invalid`, `too-new` */
export function decodeRevocation(payload: Uint8Array): Revocation {
  const map = decodeCborMap(payload);
  const revocation = { kind: "revocation", ...saidOf(map, "revocation"), author: personField(map, "author"), approval: hashField(map, "approval") } as const;
  const sessions = optionalListField(map, "sessions")?.map((session) => asSession(session, "sessions"));
  if (sessions === undefined) return revocation;
  checkRising(sessions, "sessions");
  return { ...revocation, sessions };
}
