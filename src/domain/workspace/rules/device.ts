import { authorOf, demand, signedBy } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { currentPersonKey, liveDevices, personOfSigningKey } from "../state.ts";
import type { Device, Person, WorkspaceState } from "../state.ts";
import type { DeviceBody, Statement } from "../statement.ts";
import { newDevice } from "./card.ts";

/**
 * A further device of a person. Either a live device of theirs adds it, or it adds itself: then the
 * person's signing key, which comes from the recovery phrase, must have signed it.
 */
export function applyDevice(verify: Verify, state: WorkspaceState, statement: Statement, body: DeviceBody): WorkspaceState {
  const { n } = statement;
  const person = state.persons.get(body.device.person);
  demand(person !== undefined && person.state === "living", n, `'${body.device.person}' is no member`);
  demand(!state.devices.has(body.device.id), n, `device '${body.device.id}' is there already`);
  demand(personOfSigningKey(state, body.device.sign) === null, n, `device '${body.device.id}' has the signing key of a person`);
  const device = newDevice(verify, body.device, person, liveDevices(state, person.id), n);
  checkAuthor(verify, state, statement, body, device, person);
  return {
    ...state,
    persons: new Map([...state.persons, [person.id, withBox(person, device, body.box)]]),
    devices: new Map([...state.devices, [device.id, device]]),
  };
}

function checkAuthor(verify: Verify, state: WorkspaceState, statement: Statement, body: DeviceBody, device: Device, person: Person): void {
  const { n } = statement;
  if (statement.by !== device.id) {
    const author = authorOf(verify, state, statement);
    demand(author.person.id === person.id, n, "a device of another person cannot add it");
    return;
  }
  demand(signedBy(verify, person.sign, body.device.signed), n, "a device that adds itself needs the signature of its person");
  demand(signedBy(verify, device.sign, statement.signed), n, `it is not signed by device '${statement.by}'`);
}

function withBox(person: Person, device: Device, wrap: Uint8Array): Person {
  const current = currentPersonKey(person);
  const boxed = { ...current, boxes: new Map([...current.boxes, [device.id, wrap] as const]) };
  return { ...person, devices: [...person.devices, device.id], keys: [...person.keys.slice(0, -1), boxed] };
}
