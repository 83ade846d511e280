import { toHex } from "./bytes.ts";
import { demand } from "./errors.ts";
import { type Envelope, isSignedBy, splitEnvelope } from "./envelope.ts";
import { Fields, asBytes, asList } from "./fields.ts";
import { H16 } from "./primitives.ts";
import { checkWrap } from "./wrap.ts";

const bad = "encoding-invalid";

/** A device of a person. */
export interface Device {
  id: string;
  sign: Uint8Array;
  box: Uint8Array;
  /** A removed device signs nothing any more. */
  removed: boolean;
}

/** One epoch of the key of a person. */
export interface PersonKey {
  epoch: number;
  key: Uint8Array;
  boxes: { device: string; wrap: Uint8Array }[];
  recovery: Uint8Array;
  before: Uint8Array | undefined;
}

/** A person with all devices and keys that are known. */
export interface Person {
  id: Uint8Array;
  sign: Uint8Array;
  recovery: Uint8Array;
  devices: Map<string, Device>;
  keys: PersonKey[];
  /** False from the removal on. */
  living: boolean;
  /** A device was removed, and no new key came since. */
  keyDue: boolean;
  /** Hash of the inner wrap of a succession that stands. */
  succession: Uint8Array | undefined;
}

/** Verifies a card whole. */
export function readCard(card: Fields): Person {
  const person = readPerson(card.bytes("person"));
  for (const device of card.list("devices")) addDevice(person, asBytes(device));
  for (const key of card.list("keys")) addPersonKey(person, asBytes(key));
  return person;
}

function readPerson(bytes: Uint8Array): Person {
  const envelope = splitEnvelope("hx/person/v1", bytes);
  const fields = Fields.decode(envelope.payload);
  fields.one("v");
  fields.bytes("nonce", 16);
  const sign = fields.bytes("sign", 32);
  demand(isSignedBy(envelope, sign), "signature-invalid", "the person is not signed by their key");
  return { id: H16(envelope.payload), sign, recovery: fields.bytes("recovery", 1216), devices: new Map(), keys: [], living: true, keyDue: false, succession: undefined };
}

/** Adds a device that the person or a known device signed; says whether the person did. */
export function addDevice(person: Person, bytes: Uint8Array): { device: Device; byPerson: boolean } {
  const envelope = splitEnvelope("hx/device/v1", bytes);
  const byPerson = isSignedBy(envelope, person.sign);
  demand(byPerson || isSignedByDevice(person, envelope), "signature-invalid", "a device that nobody known signed");
  const fields = Fields.decode(envelope.payload);
  fields.one("v");
  demand(toHex(fields.bytes("person", 16)) === toHex(person.id), bad, "a device of another person");
  const sign = fields.bytes("sign", 32);
  const device = { id: toHex(H16(sign)), sign, box: fields.bytes("box", 1216), removed: false };
  demand(!person.devices.has(device.id), bad, "a device twice");
  demand(toHex(sign) !== toHex(person.sign), bad, "a device with the key of its person");
  person.devices.set(device.id, device);
  return { device, byPerson };
}

/** Adds the next epoch of the person's key. */
export function addPersonKey(person: Person, bytes: Uint8Array): PersonKey {
  const envelope = splitEnvelope("hx/person-key/v1", bytes);
  const known = isSignedBy(envelope, person.sign) || isSignedByDevice(person, envelope);
  demand(known, "signature-invalid", "a person key that nobody known signed");
  const fields = Fields.decode(envelope.payload);
  fields.one("v");
  demand(toHex(fields.bytes("person", 16)) === toHex(person.id), bad, "a key of another person");
  const epoch = fields.uint("epoch");
  demand(epoch === person.keys.length, bad, "epochs that do not follow each other");
  demand(fields.has("before") === epoch > 0, bad, "before must be there from epoch 1 on, and only then");
  const boxes = fields.list("boxes").map((item) => {
    const [device, wrap] = asList(item, 2);
    return { device: toHex(asBytes(device, 16)), wrap: asBytes(wrap) };
  });
  demand(new Set(boxes.map(({ device }) => device)).size === boxes.length, bad, "two boxes for one device");
  const recovery = fields.bytes("recovery");
  for (const wrap of [recovery, ...boxes.map((box) => box.wrap)]) checkWrap(wrap, "person-key");
  const before = epoch > 0 ? fields.bytes("before") : undefined;
  if (before) checkWrap(before, "person-key-before");
  const key = { epoch, key: fields.bytes("key", 1216), boxes, recovery, before };
  person.keys.push(key);
  return key;
}

function isSignedByDevice(person: Person, envelope: Envelope): boolean {
  return [...person.devices.values()].some(({ sign, removed }) => !removed && isSignedBy(envelope, sign));
}
