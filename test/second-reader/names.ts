import { fromHex } from "./bytes.ts";
import type { Cbor } from "./cbor.ts";
import { Fields } from "./fields.ts";
import { openWrap } from "./wrap.ts";

/** A name that was sealed to the membership box key. */
export interface SealedName {
  name: string;
  email: string | undefined;
}

/** Opens the name of a person or of a project with the box seed of the membership key. */
export function openName(wrap: Uint8Array, membershipBox: Uint8Array, of: { person: Uint8Array } | { project: string }): SealedName {
  const subject: Record<string, Cbor> = "person" in of ? { person: of.person } : { project: fromHex(of.project) };
  const fields = Fields.decode(openWrap(wrap, membershipBox, { purpose: "name", ...subject }));
  return { name: fields.text("name"), email: fields.has("email") ? fields.text("email") : undefined };
}
