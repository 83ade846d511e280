import { equal } from "../../bytes.ts";
import { administratorOf, authorOf, demand, livingPerson } from "../checks.ts";
import type { Verify } from "../checks.ts";
import type { DeviceRemovalBody, RemovalBody } from "../removal-bodies.ts";
import { currentPersonKey, isAdministrator, livingPersons } from "../state.ts";
import type { Device, Person, Succession, WorkspaceState } from "../state.ts";
import type { Statement } from "../statement.ts";
import { beginEpoch } from "./frozen.ts";
import { withoutPerson } from "./team.ts";

/** Ends somebody's membership: their devices, their nominations, their places in teams, and their role. */
export function applyRemoval(verify: Verify, state: WorkspaceState, statement: Statement, body: RemovalBody): WorkspaceState {
  administratorOf(verify, state, statement);
  const { n } = statement;
  const person = livingPerson(state, body.person, n);
  const administrators = new Set([...state.administrators].filter((id) => id !== person.id));
  demand(administrators.size > 0, n, "it removes the last administrator");
  const succession = published(person, body, n);
  const removed: Person = { ...person, state: body.departed ? "departed" : "removed", until: n, ...(succession === undefined ? {} : { succession }) };
  const remaining = livingPersons(state).flatMap(({ id }) => (id === person.id ? [] : [id]));
  return {
    ...state,
    ...beginEpoch(state, body, remaining, n),
    persons: new Map([...state.persons, [removed.id, removed]]),
    devices: new Map([...state.devices].map(([id, device]) => [id, device.person === person.id ? ended(device, n) : device])),
    administrators,
    teams: new Map([...state.teams].map(([id, team]) => [id, withoutPerson(team, person.id, n)])),
  };
}

/** Ends one device. Its person stays; their key is due where the device may hold it, and so are the keys of their teams. */
export function applyDeviceRemoval(verify: Verify, state: WorkspaceState, statement: Statement, body: DeviceRemovalBody): WorkspaceState {
  const author = authorOf(verify, state, statement);
  const { n } = statement;
  const device = state.devices.get(body.device);
  demand(device !== undefined && device.state === "live", n, `device '${body.device}' is not a live one`);
  demand(device.id !== author.device.id, n, "a device does not remove itself");
  const person = livingPerson(state, device.person, n);
  demand(author.person.id === person.id || isAdministrator(state, author.person.id), n, `'${author.person.id}' is neither an administrator nor the person of the device`);
  const remaining = livingPersons(state).map(({ id }) => id);
  const keyDue = person.keyDue || currentPersonKey(person).boxes.has(device.id);
  return {
    ...state,
    ...beginEpoch(state, body, remaining, n),
    persons: new Map([...state.persons, [person.id, { ...person, keyDue }]]),
    devices: new Map([...state.devices, [device.id, ended(device, n)]]),
    teams: new Map([...state.teams].map(([id, team]) => [id, team.members.has(person.id) ? { ...team, due: n } : team])),
  };
}

function ended(device: Device, n: number): Device {
  return device.state === "live" ? { ...device, state: "removed", until: n } : device;
}

/** A departure publishes what was signed for it, and nothing else does. */
function published(person: Person, { departed, succession }: RemovalBody, n: number): Succession | undefined {
  const signed = person.succession;
  if (!departed || signed === undefined) {
    demand(succession === undefined, n, departed ? "it has a succession that was not signed" : "only a departure has a succession");
    return signed;
  }
  demand(succession !== undefined, n, `it lacks the succession that '${person.id}' signed`);
  demand(equal(succession.hash, signed.hash), n, `its succession is not the one that '${person.id}' signed`);
  return { ...signed, wrap: succession.wrap };
}
