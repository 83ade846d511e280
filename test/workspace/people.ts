import type { DeviceId, PersonId } from "../../src/domain/ids.ts";
import type { ActingMember } from "../../src/app/workspace/found.ts";
import { devicePayload, encodeCard, personKeyPayload, personPayload, recoverySeeds } from "../../src/format/card.ts";
import { decodeEnvelope, signEnvelope } from "../../src/format/envelope.ts";
import { deviceIdOf, personIdOf } from "../../src/format/ids.ts";
import { personKeyBeforeContext, personKeyContext } from "../../src/format/wrap.ts";
import type { Crypto } from "../../src/ports/crypto.ts";

export interface TestDevice {
  readonly id: DeviceId;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
  readonly envelope: Uint8Array;
}

export interface TestPerson {
  readonly id: PersonId;
  readonly sign: Uint8Array;
  readonly recovery: Uint8Array;
  readonly devices: readonly TestDevice[];
  readonly keySeed: Uint8Array;
  readonly card: Uint8Array;
  readonly acting: ActingMember;
}

export function makeDevice(crypto: Crypto, person: PersonId, signer: Uint8Array, sign = crypto.random.bytes(32)): TestDevice {
  const box = crypto.random.bytes(32);
  const publicKey = crypto.signer.publicKey(sign);
  const payload = devicePayload({ person, sign: publicKey, box: crypto.wrapper.publicKey(box) });
  return { id: deviceIdOf(crypto.hashes, publicKey), sign, box, envelope: signEnvelope("hx/device/v1", payload, (message) => crypto.signer.sign(signer, message)) };
}

export interface KeyEpoch {
  readonly epoch: number;
  readonly seed: Uint8Array;
  readonly before?: Uint8Array;
}

export function makePersonKey(crypto: Crypto, person: PersonId, devices: readonly TestDevice[], recovery: Uint8Array, key: KeyEpoch, signer: Uint8Array): Uint8Array {
  const publicKey = crypto.wrapper.publicKey(key.seed);
  const payload = personKeyPayload({
    person,
    epoch: key.epoch,
    key: publicKey,
    boxes: devices.map(({ id, box }) => ({ device: id, wrap: crypto.wrapper.wrap(crypto.wrapper.publicKey(box), personKeyContext(person, key.epoch, id), key.seed) })),
    recovery: crypto.wrapper.wrap(crypto.wrapper.publicKey(recovery), personKeyContext(person, key.epoch, "recovery"), key.seed),
    ...(key.before === undefined ? {} : { before: crypto.wrapper.wrap(publicKey, personKeyBeforeContext(person, key.epoch), key.before) }),
  });
  return signEnvelope("hx/person-key/v1", payload, (message) => crypto.signer.sign(signer, message));
}

/** A person as `hx identity new` would make one. */
export function makePerson(crypto: Crypto, deviceCount = 1): TestPerson {
  const { sign, recovery } = recoverySeeds(crypto.hashes, crypto.random.bytes(32));
  const person = signEnvelope("hx/person/v1", personPayload(crypto.signer.publicKey(sign), crypto.wrapper.publicKey(recovery), crypto.random.bytes(16)), (message) =>
    crypto.signer.sign(sign, message),
  );
  const id = personIdOf(crypto.hashes, decodeEnvelope(person, "hx/person/v1").payload);
  const devices = Array.from({ length: deviceCount }, () => makeDevice(crypto, id, sign));
  const keySeed = crypto.random.bytes(32);
  const key = makePersonKey(crypto, id, devices, recovery, { epoch: 0, seed: keySeed }, sign);
  const card = encodeCard({ person, devices: devices.map(({ envelope }) => envelope), keys: [key] });
  const first = devices[0];
  if (first === undefined) throw new RangeError("a person without a device");
  return { id, sign, recovery, devices, keySeed, card, acting: { person: id, device: first.id, sign: first.sign, card } };
}
