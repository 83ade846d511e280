import type { DeviceId, PersonId } from "../../domain/ids.ts";
import { HxError } from "../../domain/errors.ts";
import { openPerson, personKeyPayload, personPayload, recoverySeeds } from "../../format/card.ts";
import type { CardEnvelopes } from "../../format/card.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { personKeyContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { newDevice } from "./device.ts";
import type { NewDevice } from "./device.ts";
import { CARD_FILE, refuseExisting, writeCard, writeDeviceKey } from "./files.ts";
import { Phrase } from "./phrase.ts";
import type { IdentityPorts } from "./ports.ts";
import { newFileKey } from "./protection.ts";
import type { Protection } from "./protection.ts";
import { UnlockedIdentity } from "./unlocked.ts";

export interface CreatedIdentity {
  readonly phrase: Phrase;
  readonly card: CardEnvelopes;
  readonly identity: UnlockedIdentity;
}

/**
 * Makes a person with their first device and person-key epoch 0.
 * @throws HxError `exists`, `not-found` (no keyring), `io-failed`
 */
export async function createIdentity(ports: IdentityPorts, protection: Protection): Promise<CreatedIdentity> {
  await refuseExisting(ports);
  if ((await ports.files.read(CARD_FILE, { secret: false })) !== null) {
    throw new HxError("exists", `a card is there without its device key: '${CARD_FILE}'`, { hints: ["hx identity restore"] });
  }
  const { crypto } = ports;
  const root = crypto.random.bytes(32);
  const { sign, recovery } = recoverySeeds(crypto.hashes, root);
  const personEnvelope = newPerson(crypto, sign, recovery);
  const person = openPerson(crypto.hashes, (key, message, signature) => crypto.signer.verify(key, message, signature), personEnvelope).id;
  const device = newDevice(crypto, person, sign);
  const seed = crypto.random.bytes(32);
  const key = firstPersonKey(crypto, { person, sign, recovery, device, seed });
  const fileKey = await newFileKey(ports, protection);
  const identity = new UnlockedIdentity({ person, device: device.id, sign: device.sign, box: device.box, keys: [{ epoch: 0, seed }], membership: [] }, fileKey);
  const card: CardEnvelopes = { person: personEnvelope, devices: [device.envelope], keys: [key] };
  // The device key last: it is what makes an identity be there.
  await writeCard(ports, card);
  await writeDeviceKey(ports, fileKey, identity.secrets);
  return { phrase: await Phrase.ofRoot(root), card, identity };
}

function newPerson(crypto: Crypto, sign: Uint8Array, recovery: Uint8Array): Uint8Array {
  const payload = personPayload(crypto.signer.publicKey(sign), crypto.wrapper.publicKey(recovery), crypto.random.bytes(16));
  return signEnvelope("hx/person/v1", payload, (message) => crypto.signer.sign(sign, message));
}

interface FirstKey {
  readonly person: PersonId;
  readonly sign: Uint8Array;
  readonly recovery: Uint8Array;
  readonly device: NewDevice;
  readonly seed: Uint8Array;
}

function firstPersonKey(crypto: Crypto, { person, sign, recovery, device, seed }: FirstKey): Uint8Array {
  const { wrapper, signer } = crypto;
  const boxed = (to: Uint8Array, name: DeviceId | "recovery"): Uint8Array => wrapper.wrap(to, personKeyContext(person, 0, name), seed);
  const payload = personKeyPayload({
    person,
    epoch: 0,
    key: wrapper.publicKey(seed),
    boxes: [{ device: device.id, wrap: boxed(device.boxPublic, device.id) }],
    recovery: boxed(wrapper.publicKey(recovery), "recovery"),
  });
  return signEnvelope("hx/person-key/v1", payload, (message) => signer.sign(sign, message));
}
