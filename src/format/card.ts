import { equal, utf8 } from "../domain/bytes.ts";
import type { DeviceBox, DeviceStatement, PersonKeyStatement, PersonStatement } from "../domain/workspace/statement.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborInput, CborMap, CborValue } from "./cbor.ts";
import { openEnvelope, openEnvelopeBy } from "./envelope.ts";
import { asBytes, asList, bad, bytesField, checkVersion, intField, listField, optionalBytesField } from "./fields.ts";
import { asDevice, deviceIdOf, idBytes, personField, personIdOf } from "./ids.ts";
import type { HashFunctions, Verify } from "./primitives.ts";
import { WRAP_PUBLIC_KEY, parseWrap } from "./wrap.ts";

/** docs/spec/workspace.md, "Card": envelopes with nothing verified. */
export interface CardEnvelopes {
  readonly person: Uint8Array;
  readonly devices: readonly Uint8Array[];
  readonly keys: readonly Uint8Array[];
}

/** A card whose signatures were verified. */
export interface Card {
  readonly person: PersonStatement;
  readonly devices: readonly DeviceStatement[];
  readonly keys: readonly PersonKeyStatement[];
}

export function cardMap(card: CardEnvelopes): CborInput {
  return { person: card.person, devices: card.devices, keys: card.keys };
}

export function encodeCard(card: CardEnvelopes): Uint8Array {
  return encodeCbor(cardMap(card));
}

/** @throws HxError `encoding-invalid` */
export function decodeCard(bytes: Uint8Array): CardEnvelopes {
  return cardOf(decodeCborMap(bytes));
}

/** A card that lies within another map. @throws HxError `encoding-invalid` */
export function cardOf(map: CborMap): CardEnvelopes {
  return {
    person: bytesField(map, "person"),
    devices: listField(map, "devices").map((value) => asBytes(value, "devices")),
    keys: listField(map, "keys").map((value) => asBytes(value, "keys")),
  };
}

export const personPayload = (sign: Uint8Array, recovery: Uint8Array, nonce: Uint8Array): CborInput => ({ v: 1, sign, recovery, nonce });

export const devicePayload = (device: Omit<DeviceStatement, "id">): CborInput => ({ v: 1, person: idBytes(device.person), sign: device.sign, box: device.box });

export function personKeyPayload(key: PersonKeyStatement): CborInput {
  return {
    v: 1,
    person: idBytes(key.person),
    epoch: key.epoch,
    key: key.key,
    boxes: key.boxes.map(({ device, wrap }) => [idBytes(device), wrap]),
    recovery: key.recovery,
    before: key.before,
  };
}

/** @throws HxError `encoding-invalid`, `signature-invalid`, `too-new` */
export function openPerson(hashes: HashFunctions, verify: Verify, envelope: Uint8Array): PersonStatement {
  const { payload, map } = openEnvelopeBy(envelope, "hx/person/v1", (claimed) => bytesField(claimed, "sign", 32), verify);
  checkVersion(map, "person");
  bytesField(map, "nonce", 16);
  return { id: personIdOf(hashes, payload), sign: bytesField(map, "sign", 32), recovery: bytesField(map, "recovery", WRAP_PUBLIC_KEY) };
}

/** @param signers keys of which one must have signed. @throws HxError `encoding-invalid`, `signature-invalid`, `too-new` */
export function openDevice(hashes: HashFunctions, verify: Verify, envelope: Uint8Array, signers: readonly Uint8Array[]): DeviceStatement {
  const { map } = openEnvelope(envelope, "hx/device/v1", anyOf(verify, signers));
  checkVersion(map, "device");
  const sign = bytesField(map, "sign", 32);
  return { id: deviceIdOf(hashes, sign), person: personField(map, "person"), sign, box: bytesField(map, "box", WRAP_PUBLIC_KEY) };
}

/** @param signers keys of which one must have signed. @throws HxError `encoding-invalid`, `signature-invalid`, `wrap-invalid`, `too-new` */
export function openPersonKey(verify: Verify, envelope: Uint8Array, signers: readonly Uint8Array[]): PersonKeyStatement {
  const { map } = openEnvelope(envelope, "hx/person-key/v1", anyOf(verify, signers));
  checkVersion(map, "person key");
  const epoch = intField(map, "epoch");
  const before = optionalBytesField(map, "before");
  if ((epoch === 0) !== (before === undefined)) throw bad("before", "absent at epoch 0 and there after it");
  const boxes = listField(map, "boxes").map(deviceBox);
  if (new Set(boxes.map(({ device }) => device)).size !== boxes.length) throw bad("boxes", "one for each device");
  const recovery = bytesField(map, "recovery");
  parseWrap(recovery, "person-key");
  if (before !== undefined) parseWrap(before, "person-key-before");
  return { person: personField(map, "person"), epoch, key: bytesField(map, "key", WRAP_PUBLIC_KEY), boxes, recovery, ...(before === undefined ? {} : { before }) };
}

function deviceBox(value: CborValue): DeviceBox {
  const [device, wrap] = asList(value, "boxes", 2);
  const box = { device: asDevice(device, "boxes"), wrap: asBytes(wrap, "boxes") };
  parseWrap(box.wrap, "person-key");
  return box;
}

/**
 * Verifies a whole card: the person by their own key, each device by the person or a device before it,
 * each epoch of the person key by the person or a device.
 * @throws HxError `encoding-invalid`, `signature-invalid`, `wrap-invalid`, `too-new`
 */
export function openCard(hashes: HashFunctions, verify: Verify, card: CardEnvelopes): Card {
  const person = openPerson(hashes, verify, card.person);
  const signers = [person.sign];
  const devices: DeviceStatement[] = [];
  for (const envelope of card.devices) {
    const device = openDevice(hashes, verify, envelope, signers);
    if (device.person !== person.id) throw bad("devices", "devices of this person");
    if (signers.some((key) => equal(key, device.sign))) throw bad("devices", "a list in which each key is there once");
    devices.push(device);
    signers.push(device.sign);
  }
  const keys = card.keys.map((envelope) => openPersonKey(verify, envelope, signers));
  keys.forEach((key, i) => {
    if (key.person !== person.id) throw bad("keys", "keys of this person");
    if (key.epoch !== i) throw bad("keys", "epochs 0, 1, … in order");
  });
  return { person, devices, keys };
}

function anyOf(verify: Verify, signers: readonly Uint8Array[]): (message: Uint8Array, signature: Uint8Array) => boolean {
  return (message, signature) => signers.some((key) => verify(key, message, signature));
}

/** Seeds that the recovery phrase gives, docs/spec/workspace.md. `root` is its 32 bytes of entropy. */
export function recoverySeeds(hashes: HashFunctions, root: Uint8Array): { readonly sign: Uint8Array; readonly recovery: Uint8Array } {
  const derive = (label: string): Uint8Array => hashes.keyed(root, utf8(label));
  return { sign: derive("hx/person-sign/v1"), recovery: derive("hx/person-recovery/v1") };
}

