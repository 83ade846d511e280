import { equal } from "../bytes.ts";
import type { DeviceId, LaneId, PersonId, ProjectId, RepoId, TeamId, WorkspaceId } from "../ids.ts";
import type { PolicyVersion } from "../policy/version.ts";
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
  /** A removal ends the life of a device from its place in the chain on. */
  readonly state: "live" | "removed";
  /** Number of the statement that brought it in. */
  readonly since: number;
  /** Number of the statement that removed it (or its person). */
  readonly until?: number;
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
  /** `departed`: removed in peace. */
  readonly state: "living" | "removed" | "departed";
  readonly devices: readonly DeviceId[];
  /** Index is the epoch. */
  readonly keys: readonly PersonKeyEpoch[];
  /** A device of theirs was removed, and no new person key came since: nothing of a team is boxed to them. */
  readonly keyDue: boolean;
  readonly name: SealedName;
  readonly since: number;
  /** Number of the statement that removed them. */
  readonly until?: number;
  /** What they signed for the time after their departure. */
  readonly succession?: Succession;
}

/** docs/spec/workspace.md, "Succession". */
export interface Succession {
  readonly team: TeamId;
  /** Epoch of the team key to which the inner wrap is sealed. */
  readonly teamEpoch: number;
  /** Epoch of the person key whose seed it holds. */
  readonly keyEpoch: number;
  /** H of the inner wrap. */
  readonly hash: Uint8Array;
  readonly boxes: ReadonlyMap<PersonId, PersonKeyWrap>;
  /** The inner wrap, once a departure has published it. */
  readonly wrap?: Uint8Array;
}

/** A wrap to a person, and the epoch of their person key to which it is sealed. */
export interface PersonKeyWrap {
  readonly epoch: number;
  readonly wrap: Uint8Array;
}

export interface TeamKeyEpoch {
  readonly epoch: number;
  /** X-Wing public key. */
  readonly key: Uint8Array;
  /** The seed, boxed to members: those of the epoch's statement, and those who were admitted later. */
  readonly boxes: ReadonlyMap<PersonId, PersonKeyWrap>;
  /** The seed of the epoch before, sealed to this one. */
  readonly before?: Uint8Array;
  readonly since: number;
  /** Who made it. */
  readonly by: PersonId;
}

/** A member of a team from statement `since` to the one before `until`. */
export interface FormerMember {
  readonly person: PersonId;
  readonly since: number;
  readonly until: number;
}

/** docs/spec/workspace.md, "Teams". */
export interface Team {
  readonly id: TeamId;
  readonly name: SealedName;
  readonly since: number;
  readonly nominated: ReadonlySet<PersonId>;
  /** With the number of the statement that made each one a member. */
  readonly members: ReadonlyMap<PersonId, number>;
  /** Memberships that ended, by a removal from the team or from the workspace: what was said during one stays said. */
  readonly former: readonly FormerMember[];
  /** Index is the epoch; empty: nobody made a key yet. */
  readonly keys: readonly TeamKeyEpoch[];
  /** Number of the removal since which the key is due for a new epoch; null: not due. */
  readonly due: number | null;
  /** Granted projects, with the number of the statement that granted each. */
  readonly grants: ReadonlyMap<ProjectId, number>;
  /** It lost its last member. */
  readonly dead: boolean;
}

/** What a removal froze: docs/spec/lane.md, "Frozen". */
export interface FrozenLane {
  readonly seq: number;
  /** H of that header's envelope. */
  readonly hash: Uint8Array;
}

/** Newest freeze of one repository, and the newest entry of each lane over all freezes. */
export interface Freeze {
  /** Number of the newest removal that names this repository. */
  readonly since: number;
  /** Membership epoch that this removal began. */
  readonly epoch: number;
  readonly lanes: ReadonlyMap<LaneId, FrozenLane>;
}

/** A removal began a membership epoch: headers whose `head` is `since` or later need it. */
export interface EpochDemand {
  readonly since: number;
  readonly epoch: number;
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
  /** The box seed of the epoch before, sealed to this one. */
  readonly before?: Uint8Array;
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
  readonly teams: ReadonlyMap<TeamId, Team>;
  /** By repository that a removal named. */
  readonly freezes: ReadonlyMap<RepoId, Freeze>;
  /** One for each removal, oldest first. */
  readonly demands: readonly EpochDemand[];
  readonly projects: ReadonlyMap<ProjectId, Project>;
  readonly connections: ReadonlyMap<RepoId, ConnectedRepo>;
  /** Index is the version less one. Effective days never fall. */
  readonly policies: readonly PolicyVersion[];
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

/** Whether a device was live where a header names statement `n` as the newest. */
export function wasLive(device: Device, n: number): boolean {
  return device.since <= n && (device.until === undefined || n < device.until);
}

export function isTeamMember(state: WorkspaceState, team: TeamId, person: PersonId): boolean {
  return state.teams.get(team)?.members.has(person) === true;
}

/** Whether somebody was a member of a team where a header names statement `n` as the newest. */
export function wasTeamMember(state: WorkspaceState, team: TeamId, person: PersonId, n: number): boolean {
  const found = state.teams.get(team);
  const since = found?.members.get(person);
  if (since !== undefined && since <= n) return true;
  return found?.former.some((ended) => ended.person === person && ended.since <= n && n < ended.until) === true;
}

/** The newest key of a team, or null while nobody made one. */
export function currentTeamKey(team: Team): TeamKeyEpoch | null {
  return team.keys.at(-1) ?? null;
}

/** Whether anybody may seal to the newest key of a team: there is one, it is not due for another, and somebody is left who has it. */
export function isTeamReady(team: Team): boolean {
  return team.keys.length > 0 && team.due === null && !team.dead;
}

/** The teams of which a person is a member. */
export function teamsOf(state: WorkspaceState, person: PersonId): readonly Team[] {
  return [...state.teams.values()].filter(({ members }) => members.has(person));
}

/** The teams that were granted a project. */
export function grantedTeams(state: WorkspaceState, project: ProjectId): readonly Team[] {
  return [...state.teams.values()].filter(({ grants }) => grants.has(project));
}

/** Whether a team was granted one of the projects to which a repository is connected. */
export function isGranted(state: WorkspaceState, team: TeamId, repo: RepoId): boolean {
  const grants = state.teams.get(team)?.grants;
  return grants !== undefined && (state.connections.get(repo)?.projects ?? []).some((project) => grants.has(project));
}

/**
 * Whether nobody but the members of now can open what a person signed for the time after their departure. Whoever was in its team once and
 * was removed since holds the key of an older epoch.
 */
export function isSuccessionCurrent(state: WorkspaceState, { succession }: Person): boolean {
  if (succession === undefined) return true;
  const team = state.teams.get(succession.team);
  return team !== undefined && team.due === null && succession.teamEpoch === team.keys.length - 1;
}
