import { equal } from "../bytes.ts";
import type { DeviceId, PersonId, ProjectId, RepoId, WorkspaceId } from "../ids.ts";
import type { DeviceBox } from "./statement.ts";

/** A number in the chain and the hash of that statement's envelope. */
export interface ChainHead {
  readonly n: number;
  readonly hash: Uint8Array;
}

export interface Device {
  readonly id: DeviceId;
  readonly person: PersonId;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
  /** A removal, when there is one, ends the life of a device from its place in the chain on. */
  readonly state: "live" | "removed";
  /** Number of the statement that brought it in. */
  readonly since: number;
}

export interface PersonKeyEpoch {
  readonly epoch: number;
  /** X-Wing public key. */
  readonly key: Uint8Array;
  /** The seed, boxed to devices: those of the epoch's statement, and of devices that were added later. */
  readonly boxes: ReadonlyMap<DeviceId, Uint8Array>;
  readonly recovery: Uint8Array;
  /** The seed of the epoch before, sealed to this one. */
  readonly before?: Uint8Array;
}

export interface Person {
  readonly id: PersonId;
  readonly sign: Uint8Array;
  readonly recovery: Uint8Array;
  readonly state: "living" | "removed";
  readonly devices: readonly DeviceId[];
  /** Index is the epoch. */
  readonly keys: readonly PersonKeyEpoch[];
  readonly name: SealedName;
  readonly since: number;
}

export interface SealedName {
  readonly wrap: Uint8Array;
  /** Membership epoch that was the current one when the name was sealed. */
  readonly epoch: number;
}

export interface MembershipEpoch {
  readonly epoch: number;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
  readonly boxes: ReadonlyMap<PersonId, Uint8Array>;
  readonly since: number;
}

export interface Project {
  readonly id: ProjectId;
  readonly name: SealedName;
  readonly since: number;
}

export interface ConnectedRepo {
  readonly repo: RepoId;
  /** The envelope `hx/repo/v1`, as the chain has it. */
  readonly genesis: Uint8Array;
  /** A monorepo is connected once for each of its projects. */
  readonly projects: readonly ProjectId[];
  readonly since: number;
}

/** What the statements of a workspace chain say, up to and with `head`. */
export interface WorkspaceState {
  readonly workspace: WorkspaceId;
  readonly home: RepoId;
  readonly threshold: number;
  readonly head: ChainHead;
  readonly persons: ReadonlyMap<PersonId, Person>;
  readonly devices: ReadonlyMap<DeviceId, Device>;
  readonly administrators: ReadonlySet<PersonId>;
  /** Index is the epoch. */
  readonly membership: readonly MembershipEpoch[];
  readonly projects: ReadonlyMap<ProjectId, Project>;
  readonly connections: ReadonlyMap<RepoId, ConnectedRepo>;
}

export function personOfSigningKey(state: WorkspaceState, sign: Uint8Array): Person | null {
  for (const person of state.persons.values()) if (equal(person.sign, sign)) return person;
  return null;
}

export function deviceOfSigningKey(state: WorkspaceState, sign: Uint8Array): Device | null {
  for (const device of state.devices.values()) if (equal(device.sign, sign)) return device;
  return null;
}

export function personOfDevice(state: WorkspaceState, device: DeviceId): Person | null {
  const found = state.devices.get(device);
  return found === undefined ? null : (state.persons.get(found.person) ?? null);
}

export function membershipKey(state: WorkspaceState, epoch: number): MembershipEpoch | null {
  return state.membership[epoch] ?? null;
}

/** The newest membership epoch. A replayed state has at least one. */
export function currentMembership(state: WorkspaceState): MembershipEpoch {
  const newest = state.membership.at(-1);
  if (newest === undefined) throw new RangeError("a workspace without a membership key");
  return newest;
}

/** The newest person key: what new sessions are wrapped to. */
export function currentPersonKey(person: Person): PersonKeyEpoch {
  const newest = person.keys.at(-1);
  if (newest === undefined) throw new RangeError("a person without a person key");
  return newest;
}

export function isConnected(state: WorkspaceState, repo: RepoId): boolean {
  return state.connections.has(repo);
}

export function isAdministrator(state: WorkspaceState, person: PersonId): boolean {
  return state.administrators.has(person);
}

export function livingPersons(state: WorkspaceState): readonly Person[] {
  return [...state.persons.values()].filter((person) => person.state === "living");
}

export function liveDevices(state: WorkspaceState, person: PersonId): readonly Device[] {
  return [...state.devices.values()].filter((device) => device.person === person && device.state === "live");
}

/** The seeds of person keys that are boxed to this device, oldest epoch first. */
export function boxesFor(state: WorkspaceState, device: DeviceId): readonly { readonly epoch: number; readonly wrap: Uint8Array }[] {
  const person = personOfDevice(state, device);
  if (person === null) return [];
  return person.keys.flatMap(({ epoch, boxes }) => {
    const wrap = boxes.get(device);
    return wrap === undefined ? [] : [{ epoch, wrap }];
  });
}

export function boxMap(boxes: readonly DeviceBox[]): ReadonlyMap<DeviceId, Uint8Array> {
  return new Map(boxes.map(({ device, wrap }) => [device, wrap]));
}
