import { sameBytes, toHex } from "./bytes.ts";
import { demand } from "./errors.ts";
import { type Device, type Person, addDevice, addPersonKey, readCard } from "./card.ts";
import { splitEnvelope } from "./envelope.ts";
import { Fields } from "./fields.ts";
import { H, H16 } from "./primitives.ts";
import { readJoin } from "./join.ts";
import { repositoryIdOf } from "./repository-genesis.ts";
import { type Policy, addPolicy } from "./policy.ts";
import { type Membership, type Statement, type StatementBody, readStatement } from "./statement.ts";
import { type Team, applyTeamStatement } from "./teams.ts";
import { applyDeviceRemoval, applyRemoval } from "./removals.ts";

const bad = "workspace-invalid";

/** What a workspace chain says, as far as it was replayed. */
export interface Workspace {
  id: Uint8Array;
  home: Uint8Array;
  people: Map<string, Person>;
  administrators: Set<string>;
  memberships: Membership[];
  /** Membership keys that were given to people who came later: person, epoch, wrap. */
  membershipWraps: { person: string; epoch: number; wrap: Uint8Array }[];
  /** Person keys that were given to devices that came later. */
  deviceBoxes: { person: string; device: string; epoch: number; wrap: Uint8Array }[];
  projects: Map<string, { name: Uint8Array; epoch: number }>;
  teams: Map<string, Team>;
  /** Newest frozen header of each lane, by repository. */
  frozen: Map<string, Map<string, { seq: number; hash: Uint8Array }>>;
  /** Every connection there ever was; `live` says whether it still stands. */
  connections: Map<string, { projects: string[]; genesis: Uint8Array; live: boolean }>;
  policies: Policy[];
  /** `H` of each statement's envelope. */
  hashes: Uint8Array[];
}

/** Replays the statements of a chain from its genesis on. */
export function replay(statements: Uint8Array[]): Workspace {
  const [first, ...others] = statements;
  demand(first !== undefined, bad, "an empty chain");
  const workspace = begin(first);
  for (const bytes of others) {
    const statement = readStatement(bytes);
    checkPlace(workspace, statement);
    applyStatement(workspace, statement);
    workspace.hashes.push(H(bytes));
  }
  return workspace;
}

function begin(bytes: Uint8Array): Workspace {
  const statement = readStatement(bytes);
  const { body } = statement;
  demand(body.type === "genesis", bad, "a chain that does not begin with genesis");
  const founder = readCard(body.founder);
  const device = founder.devices.get(statement.by);
  demand(device !== undefined && statement.isSignedBy(device.sign), bad, "genesis is not signed by a device of the founder");
  checkWhole(founder);
  const id = toHex(founder.id);
  checkBoxes(body.membership, [id]);
  return {
    id: statement.payloadHash, home: body.home, people: new Map([[id, founder]]), administrators: new Set([id]),
    memberships: [body.membership], membershipWraps: [], deviceBoxes: [], projects: new Map(), teams: new Map(),
    frozen: new Map(), connections: new Map(), policies: [],
    hashes: [H(bytes)],
  };
}

function checkPlace(workspace: Workspace, statement: Statement): void {
  demand(statement.n === workspace.hashes.length, bad, "a number that does not follow");
  demand(sameBytes(statement.workspace ?? workspace.home, workspace.id), bad, "a statement of another workspace");
  const last = workspace.hashes.at(-1);
  demand(last !== undefined && statement.prev !== undefined && sameBytes(statement.prev, last), bad, "prev is another");
}

function applyStatement(workspace: Workspace, statement: Statement): void {
  const { body } = statement;
  if (body.type === "device") return applyDevice(workspace, statement, body);
  const author = findDevice(workspace, statement.by);
  demand(author !== undefined && !author.device.removed && author.person.living, bad, "by no live device");
  demand(statement.isSignedBy(author.device.sign), bad, "not signed by a known device");
  if (body.type === "person-key") {
    const { boxes } = addPersonKey(author.person, body.key);
    checkWhole(author.person);
    demand(boxes.every(({ device }) => author.person.devices.get(device)?.removed === false), bad, "a key boxed to a removed device");
    author.person.keyDue = false;
    return;
  }
  if (applyTeamStatement(workspace, author, body)) return;
  if (body.type === "device-removal") return applyDeviceRemoval(workspace, author, body);
  demand(workspace.administrators.has(toHex(author.person.id)), bad, `${body.type} by somebody who is no administrator`);
  applyAsAdministrator(workspace, body);
}

function applyAsAdministrator(workspace: Workspace, body: StatementBody): void {
  const epoch = workspace.memberships.length - 1;
  if (body.type === "person") {
    const { person, ...join } = readJoin(body.join);
    const id = toHex(person.id);
    demand(sameBytes(join.workspace, workspace.id), bad, "a request to join another workspace");
    demand(join.epoch <= epoch, bad, "a name sealed to an epoch that is not there");
    demand(!workspace.people.has(id), bad, "a person twice");
    checkWhole(person);
    for (const device of person.devices.keys()) demand(!findDevice(workspace, device), bad, "a device of two people");
    for (const key of [person.sign, ...[...person.devices.values()].map(({ sign }) => sign)]) {
      demand(!isPersonKey(workspace, key) && !findDevice(workspace, toHex(H16(key))), bad, "a signing key twice");
    }
    workspace.people.set(id, person);
    workspace.membershipWraps.push({ person: id, epoch, wrap: body.membership });
  } else if (body.type === "membership") {
    addMembership(workspace, body.membership);
  } else if (body.type === "administrator") {
    demand(workspace.people.get(body.person)?.living === true, bad, "nobody living");
    demand(workspace.administrators.has(body.person) !== body.is, bad, "an administrator statement that changes nothing");
    if (body.is) workspace.administrators.add(body.person);
    else workspace.administrators.delete(body.person);
    demand(workspace.administrators.size > 0, bad, "no administrator is left");
  } else if (body.type === "removal") {
    applyRemoval(workspace, body);
  } else if (body.type === "project") {
    demand(!workspace.projects.has(body.project), bad, "a project twice");
    workspace.projects.set(body.project, { name: body.name, epoch });
  } else if (body.type === "connect") {
    demand(workspace.projects.has(body.project), bad, "a project that is not known");
    demand(toHex(repositoryIdOf(body.genesis)) === body.repo, bad, "a genesis of another repository");
    const before = workspace.connections.get(body.repo);
    const live = before?.live === true ? before : undefined;
    demand(live === undefined || sameBytes(live.genesis, body.genesis), bad, "a repository with two geneses");
    demand(live?.projects.includes(body.project) !== true, bad, "a repository that is connected to that project already");
    workspace.connections.set(body.repo, { projects: [...(live?.projects ?? []), body.project], genesis: body.genesis, live: true });
  } else if (body.type === "disconnect") {
    const connection = workspace.connections.get(body.repo);
    demand(connection?.live === true, bad, "a repository that is not connected");
    connection.live = false;
  } else if (body.type === "policy") {
    addPolicy(workspace.policies, body.policy);
  } else {
    demand(false, bad, "a second genesis");
  }
}

function applyDevice(workspace: Workspace, statement: Statement, body: { device: Uint8Array; box: Uint8Array }): void {
  const payload = Fields.decode(splitEnvelope("hx/device/v1", body.device).payload);
  const personId = toHex(payload.bytes("person", 16));
  const person = workspace.people.get(personId);
  demand(person?.living === true, bad, "a device of an unknown person");
  const author = person.devices.get(statement.by);
  demand(author?.removed !== true, bad, "a device added by a removed one");
  const added = addDevice(person, body.device);
  demand(findDevices(workspace, added.device.id).length === 1, bad, "a device of two people");
  demand(!isPersonKey(workspace, added.device.sign), bad, "a device with the key of a person");
  const byItself = added.byPerson && statement.by === added.device.id;
  const key = author?.sign ?? (byItself ? added.device.sign : undefined);
  demand(key !== undefined && statement.isSignedBy(key), bad, "a device added by somebody without the right");
  const epoch = person.keys.length - 1;
  workspace.deviceBoxes.push({ person: personId, device: added.device.id, epoch, wrap: body.box });
}

function isPersonKey(workspace: Workspace, key: Uint8Array): boolean {
  return [...workspace.people.values()].some(({ sign }) => sameBytes(sign, key));
}

/** A person of the chain has a device and a key, and keys are boxed to devices of the person only, once each. */
function checkWhole({ devices, keys }: Person): void {
  demand(devices.size > 0 && keys.length > 0, bad, "a card without a device or a key");
  for (const { boxes } of keys) demand(boxes.every(({ device }) => devices.has(device)), bad, "a key that is boxed to a stranger");
}

/** The next epoch of the membership key, boxed to the living. */
export function addMembership(workspace: Workspace, membership: Membership): void {
  demand(membership.epoch === workspace.memberships.length, bad, "an epoch that does not follow");
  checkBoxes(membership, [...workspace.people].flatMap(([id, { living }]) => (living ? [id] : [])));
  workspace.memberships.push(membership);
}

function checkBoxes(membership: Membership, people: string[]): void {
  const boxes = membership.boxes.map(({ person }) => person).join();
  demand(boxes === people.sort().join(), bad, "not one box for each living member");
}

/** The device with this id and its person. */
export function findDevice(workspace: Workspace, id: string): { person: Person; device: Device } | undefined {
  return findDevices(workspace, id)[0];
}

function findDevices(workspace: Workspace, id: string): { person: Person; device: Device }[] {
  return [...workspace.people.values()].flatMap((person) => {
    const device = person.devices.get(id);
    return device ? [{ person, device }] : [];
  });
}
