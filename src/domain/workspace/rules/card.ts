import { equal } from "../../bytes.ts";
import type { DeviceId } from "../../ids.ts";
import { demand, signedBy } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { boxMap } from "../state.ts";
import type { Device, Person, PersonKeyEpoch, SealedName } from "../state.ts";
import type { CardClaim, DeviceClaim, PersonKeyClaim } from "../statement.ts";

export interface CardOutcome {
  readonly person: Person;
  readonly devices: readonly Device[];
}

/**
 * Checks a card by itself: every envelope is signed by whom docs/spec/workspace.md asks for.
 * @throws HxError `workspace-invalid`
 */
export function readCard(verify: Verify, card: CardClaim, n: number, name: SealedName): CardOutcome {
  const { person } = card;
  demand(signedBy(verify, person.sign, person.signed), n, "the person's envelope is not signed by the person");
  demand(card.devices.length > 0, n, "the card has no device");
  demand(card.keys.length > 0, n, "the card has no person key");
  const devices: Device[] = [];
  for (const claim of card.devices) devices.push(newDevice(verify, claim, { id: person.id, sign: person.sign }, devices, n));
  const keys: PersonKeyEpoch[] = [];
  for (const claim of card.keys) keys.push(newPersonKey(verify, claim, { id: person.id, sign: person.sign, keys }, devices, n));
  return {
    person: { id: person.id, sign: person.sign, recovery: person.recovery, state: "living", devices: devices.map(({ id }) => id), keys, keyDue: false, name, since: n },
    devices,
  };
}

/** A device that the person's signing key, or one of the person's devices, has signed. */
export function newDevice(verify: Verify, claim: DeviceClaim, person: Pick<Person, "id" | "sign">, live: readonly Device[], n: number): Device {
  demand(claim.person === person.id, n, `device '${claim.id}' is of another person`);
  demand(!live.some(({ id }) => id === claim.id), n, `device '${claim.id}' is there already`);
  demand(!equal(claim.sign, person.sign), n, `device '${claim.id}' has the signing key of the person`);
  const signers = [person.sign, ...live.map(({ sign }) => sign)];
  demand(signers.some((sign) => signedBy(verify, sign, claim.signed)), n, `device '${claim.id}' is signed neither by its person nor by a device of theirs`);
  return { id: claim.id, person: person.id, sign: claim.sign, box: claim.box, state: "live", since: n };
}

/** The next epoch of a person key, boxed to live devices of that person only. */
export function newPersonKey(
  verify: Verify,
  claim: PersonKeyClaim,
  person: Pick<Person, "id" | "sign" | "keys">,
  live: readonly Device[],
  n: number,
): PersonKeyEpoch {
  demand(claim.person === person.id, n, "the person key is of another person");
  demand(claim.epoch === person.keys.length, n, `the person key has epoch ${claim.epoch} where ${person.keys.length} comes next`);
  demand((claim.epoch === 0) === (claim.before === undefined), n, "a person key holds the one before it, and the first holds none");
  const signers = [person.sign, ...live.map(({ sign }) => sign)];
  demand(signers.some((sign) => signedBy(verify, sign, claim.signed)), n, "the person key is signed neither by its person nor by a device of theirs");
  const known = new Set<DeviceId>(live.map(({ id }) => id));
  const boxes = boxMap(claim.boxes);
  demand(boxes.size === claim.boxes.length, n, "the person key is boxed twice to one device");
  for (const id of boxes.keys()) demand(known.has(id), n, `the person key is boxed to '${id}', which is no live device of that person`);
  return { epoch: claim.epoch, key: claim.key, boxes, recovery: claim.recovery, ...(claim.before === undefined ? {} : { before: claim.before }) };
}
