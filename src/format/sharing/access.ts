import { HxError } from "../../domain/errors.ts";
import type { Access } from "../../domain/sharing/statement.ts";
import { decodeCborMap } from "../cbor.ts";
import type { CborInput } from "../cbor.ts";
import { bad, intField, textField } from "../fields.ts";
import { idBytes, personField, sessionField, teamField } from "../ids.ts";
import { hashBytes, hashField, saidMap, saidOf } from "./said.ts";

/** The longest lease: 8 hours in ms. */
export const MAX_LEASE: number = 8 * 60 * 60 * 1000;

export function accessPayload(access: Access): CborInput {
  return {
    ...saidMap(access),
    author: idBytes(access.author),
    team: idBytes(access.team),
    session: idBytes(access.session),
    approval: hashBytes(access.approval),
    from: access.from,
    until: access.until,
    class: access.class,
  };
}

/** @throws HxError `encoding-invalid`, or `too-new` for a version or class that is not known. */
export function decodeAccess(payload: Uint8Array): Access {
  const map = decodeCborMap(payload);
  const said = saidOf(map, "access");
  const from = intField(map, "from");
  const until = intField(map, "until");
  if (until < from || until - from > MAX_LEASE) throw bad("until", "at most 8 hours after 'from'");
  const found = textField(map, "class");
  if (found !== "attested") throw new HxError("too-new", `an access of class '${found.slice(0, 40)}' is not known`);
  return {
    kind: "access",
    ...said,
    author: personField(map, "author"),
    team: teamField(map, "team"),
    session: sessionField(map, "session"),
    approval: hashField(map, "approval"),
    from,
    until,
    class: found,
  };
}
