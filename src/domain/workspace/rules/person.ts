import { administratorOf, demand, signedBy } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { currentMembership, personOfSigningKey, deviceOfSigningKey } from "../state.ts";
import type { WorkspaceState } from "../state.ts";
import type { PersonBody, Statement } from "../statement.ts";
import { readCard } from "./card.ts";

/** A new member, who asked to come in, let in by an administrator who boxes the current membership key to them. */
export function applyPerson(verify: Verify, state: WorkspaceState, statement: Statement, body: PersonBody): WorkspaceState {
  administratorOf(verify, state, statement);
  const { n } = statement;
  const { join } = body;
  const current = currentMembership(state);
  demand(join.workspace === state.workspace, n, "they asked to come into another workspace");
  demand(join.epoch <= current.epoch, n, `their name is sealed to membership epoch ${join.epoch}, which is not there`);
  const { person, devices } = readCard(verify, join.card, n, { wrap: join.name, epoch: join.epoch });
  demand(devices.some(({ sign }) => signedBy(verify, sign, join.signed)), n, "what they asked is not signed by a device of their card");
  demand(!state.persons.has(person.id), n, `person '${person.id}' is there already`);
  demand(personOfSigningKey(state, person.sign) === null && deviceOfSigningKey(state, person.sign) === null, n, "the signing key of the person is somebody else's");
  for (const { id, sign } of devices) {
    demand(!state.devices.has(id) && personOfSigningKey(state, sign) === null, n, `device '${id}' is somebody else's`);
  }
  const membership = { ...current, boxes: new Map([...current.boxes, [person.id, body.membership] as const]) };
  return {
    ...state,
    persons: new Map([...state.persons, [person.id, person]]),
    devices: new Map([...state.devices, ...devices.map((device) => [device.id, device] as const)]),
    membership: [...state.membership.slice(0, -1), membership],
  };
}
