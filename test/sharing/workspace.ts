import { createHash } from "node:crypto";
import { deviceId, personId, projectId, repoId, teamId, workspaceId } from "../../src/domain/ids.ts";
import type { DeviceId, PersonId, ProjectId, RepoId, TeamId } from "../../src/domain/ids.ts";
import type { Device, FormerMember, Person, Team, WorkspaceState } from "../../src/domain/workspace/state.ts";

/** 64 hex digits that stand for a text. */
export const hex = (text: string): string => createHash("sha256").update(text).digest("hex");
export const bytes = (text: string): Uint8Array => new Uint8Array(createHash("sha256").update(text).digest());

export const REPO: RepoId = repoId(hex("repo"));
const SEALED_NAME = { wrap: new Uint8Array(), epoch: 0 };

export const person = (name: string): PersonId => personId(hex(`person ${name}`).slice(0, 32));
export const device = (name: string, n = 0): DeviceId => deviceId(hex(`device ${name} ${n}`).slice(0, 32));
export const team = (name: string): TeamId => teamId(hex(`team ${name}`).slice(0, 32));
export const project = (name: string): ProjectId => projectId(hex(`project ${name}`).slice(0, 32));

/** A workspace state, one statement a method, as the rules of docs/spec/workspace.md leave it. Keys of devices come from `keyOf`. */
export class Workspace {
  readonly #keyOf: (id: DeviceId) => Uint8Array;
  state: WorkspaceState;

  constructor(keyOf: (id: DeviceId) => Uint8Array) {
    this.#keyOf = keyOf;
    this.state = {
      workspace: workspaceId(hex("workspace")),
      home: REPO,
      threshold: 1,
      head: { n: 0, hash: bytes("0") },
      persons: new Map(),
      devices: new Map(),
      administrators: new Set(),
      membership: [],
      teams: new Map(),
      freezes: new Map(),
      demands: [],
      projects: new Map(),
      connections: new Map(),
      policies: [],
    };
  }

  get n(): number {
    return this.state.head.n;
  }

  #say(change: (n: number) => Partial<WorkspaceState>): void {
    const n = this.n + 1;
    this.state = { ...this.state, ...change(n), head: { n, hash: bytes(String(n)) } };
  }

  person(name: string, devices = 2): void {
    this.#say((n) => {
      const id = person(name);
      const ids = Array.from({ length: devices }, (_, i) => device(name, i));
      const member: Person = { id, sign: bytes(name), recovery: bytes(name), state: "living", devices: ids, keys: [], keyDue: false, name: SEALED_NAME, since: n };
      const made = ids.map((one): [DeviceId, Device] => [one, { id: one, person: id, sign: this.#keyOf(one), box: new Uint8Array(), state: "live", since: n }]);
      return { persons: new Map([...this.state.persons, [id, member]]), devices: new Map([...this.state.devices, ...made]) };
    });
  }

  #team(name: string, change: (team: Team, n: number) => Partial<Team>): void {
    this.#say((n) => ({ teams: this.#changed(name, n, change) }));
  }

  #changed(name: string, n: number, change: (team: Team, n: number) => Partial<Team>, teams = this.state.teams): ReadonlyMap<TeamId, Team> {
    const found = teams.get(team(name));
    if (found === undefined) throw new RangeError(name);
    return new Map([...teams, [found.id, { ...found, ...change(found, n) }]]);
  }

  team(name: string): void {
    const made = (n: number): Team => ({
      id: team(name),
      name: SEALED_NAME,
      since: n,
      nominated: new Set(),
      members: new Map(),
      former: [],
      keys: [],
      due: null,
      grants: new Map(),
      dead: false,
    });
    this.#say((n) => ({ teams: new Map([...this.state.teams, [team(name), made(n)]]) }));
  }

  nominate(name: string, who: string): void {
    this.#team(name, ({ nominated }) => ({ nominated: new Set([...nominated, person(who)]) }));
  }

  /** By the first member's `team-key`, or by an admission. */
  admit(name: string, who: string): void {
    this.#team(name, ({ nominated, members, keys }, n) => ({
      nominated: new Set([...nominated].filter((id) => id !== person(who))),
      members: new Map([...members, [person(who), n]]),
      keys: keys.length > 0 ? keys : [{ epoch: 0, key: new Uint8Array(), boxes: new Map(), since: n, by: person(who) }],
    }));
  }

  teamKey(name: string): void {
    this.#team(name, ({ keys }, n) => ({ due: null, keys: [...keys, { epoch: keys.length, key: new Uint8Array(), boxes: new Map(), since: n, by: person("x") }] }));
  }

  teamRemoval(name: string, who: string): void {
    this.#team(name, (found, n) => ended(found, person(who), n));
  }

  grant(name: string, what: string): void {
    this.#team(name, ({ grants }, n) => ({ grants: new Map([...grants, [project(what), n]]) }));
  }

  withdraw(name: string, what: string): void {
    this.#team(name, ({ grants }) => ({ grants: new Map([...grants].filter(([id]) => id !== project(what))) }));
  }

  connect(...projects: readonly string[]): void {
    this.#say((n) => ({ connections: new Map([[REPO, { repo: REPO, genesis: bytes("genesis"), projects: projects.map(project), since: n }]]) }));
  }

  disconnect(): void {
    this.#say(() => ({ connections: new Map() }));
  }

  deviceRemoval(name: string, n: number): void {
    this.#say((at) => ({ devices: this.#without((one) => one.id === device(name, n), at) }));
  }

  #without(gone: (device: Device) => boolean, n: number): ReadonlyMap<DeviceId, Device> {
    return new Map([...this.state.devices].map(([id, one]) => [id, gone(one) && one.state === "live" ? { ...one, state: "removed", until: n } : one]));
  }

  succession(name: string, to: string): void {
    this.#person(name, () => ({ succession: { team: team(to), teamEpoch: 0, keyEpoch: 0, hash: new Uint8Array(), boxes: new Map() } }));
  }

  #person(name: string, change: (person: Person, n: number) => Partial<Person>): void {
    const found = this.state.persons.get(person(name));
    if (found === undefined) throw new RangeError(name);
    this.#say((n) => ({ persons: new Map([...this.state.persons, [found.id, { ...found, ...change(found, n) }]]) }));
  }

  /** A departure publishes a succession that was signed. */
  removal(name: string, departed: boolean): void {
    const id = person(name);
    this.#person(name, ({ succession }, n) => ({
      state: departed ? "departed" : "removed",
      until: n,
      ...(departed && succession !== undefined ? { succession: { ...succession, wrap: new Uint8Array([1]) } } : {}),
    }));
    const teams = new Map([...this.state.teams].map(([key, found]) => [key, { ...found, ...ended(found, id, this.n) }]));
    this.state = { ...this.state, teams, devices: this.#without((one) => one.person === id, this.n) };
  }
}

function ended(found: Team, who: PersonId, n: number): Partial<Team> {
  const nominated = new Set([...found.nominated].filter((id) => id !== who));
  const since = found.members.get(who);
  if (since === undefined) return { nominated };
  const members = new Map([...found.members].filter(([id]) => id !== who));
  const former: readonly FormerMember[] = [...found.former, { person: who, since, until: n }];
  return { nominated, members, former, due: n, dead: members.size === 0 };
}
