import { type Person, readCard } from "./card.ts";
import { demand } from "./errors.ts";
import { isSignedBy, splitEnvelope } from "./envelope.ts";
import { Fields } from "./fields.ts";
import { checkWrap } from "./wrap.ts";

/** What somebody said who asked to come in. */
export interface Join {
  workspace: Uint8Array;
  person: Person;
  name: Uint8Array;
  epoch: number;
}

/** Verifies a request to join: its card, and that a device of the card signed it. */
export function readJoin(bytes: Uint8Array): Join {
  const envelope = splitEnvelope("hx/join/v1", bytes);
  const fields = Fields.decode(envelope.payload);
  fields.one("v");
  const person = readCard(fields.fields("card"));
  const signed = [...person.devices.values()].some(({ sign }) => isSignedBy(envelope, sign));
  demand(signed, "signature-invalid", "a request that no device of its card signed");
  const name = fields.bytes("name");
  checkWrap(name, "name");
  return { workspace: fields.bytes("ws", 32), person, name, epoch: fields.uint("epoch") };
}
