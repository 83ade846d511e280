import { deviceIdOf } from "../../format/ids.ts";
import type { CardEnvelopes } from "../../format/card.ts";
import { refuseExisting, verifiedCard, writeCard, writeDeviceKey } from "./files.ts";
import type { IdentityPorts } from "./ports.ts";
import { newFileKey } from "./protection.ts";
import type { Protection } from "./protection.ts";
import { UnlockedIdentity } from "./unlocked.ts";

/**
 * Keys of a machine that asks to become a device of a person: it has no key of theirs until one of their devices takes it in.
 * @param input.card of the person, as the workspace chain has it
 * @throws HxError `exists`; `encoding-invalid`, `signature-invalid` for a card that is not right
 */
export async function beginDevice(ports: IdentityPorts, input: { readonly card: CardEnvelopes; readonly protection: Protection }): Promise<UnlockedIdentity> {
  await refuseExisting(ports);
  const { crypto } = ports;
  const person = verifiedCard(ports, input.card).person.id;
  const sign = crypto.random.bytes(32);
  const box = crypto.random.bytes(32);
  const device = deviceIdOf(crypto.hashes, crypto.signer.publicKey(sign));
  const fileKey = await newFileKey(ports, input.protection);
  const identity = new UnlockedIdentity({ person, device, sign, box, keys: [], membership: [] }, fileKey);
  await writeCard(ports, input.card);
  await writeDeviceKey(ports, fileKey, identity.secrets);
  return identity;
}
