import { sameBytes, toHex } from "./bytes.ts";
import { type Device, type Person } from "./card.ts";
import { demand } from "./errors.ts";
import { H } from "./primitives.ts";
import type { Frozen, RemovalBody } from "./statement.ts";
import { leaveTeam } from "./teams.ts";
import { type Workspace, addMembership, findDevice } from "./workspace.ts";

const bad = "workspace-invalid";

type Body<Type extends RemovalBody["type"]> = Extract<RemovalBody, { type: Type }>;

/** Ends somebody: devices, teams, nominations and role. That the author is an administrator was checked. */
export function applyRemoval(workspace: Workspace, body: Body<"removal">): void {
  const person = workspace.people.get(body.person);
  demand(person?.living === true, bad, "a removal of nobody living");
  checkSuccession(person, body);
  person.living = false;
  for (const device of person.devices.values()) device.removed = true;
  workspace.administrators.delete(body.person);
  demand(workspace.administrators.size > 0, bad, "a removal of the last administrator");
  for (const team of workspace.teams.values()) leaveTeam(team, body.person);
  addMembership(workspace, body.membership);
  freeze(workspace, body.frozen);
}

/** Ends a device: the keys of its person's teams are due, and that of the person where it is boxed to the device. */
export function applyDeviceRemoval(workspace: Workspace, author: { person: Person; device: Device }, body: Body<"device-removal">): void {
  const found = findDevice(workspace, body.device);
  demand(found !== undefined && !found.device.removed && found.person.living, bad, "a removal of no live device");
  demand(found.device !== author.device, bad, "a device that removes itself");
  const mayDoIt = found.person === author.person || workspace.administrators.has(toHex(author.person.id));
  demand(mayDoIt, bad, "a removal of somebody else's device");
  found.device.removed = true;
  const { id } = found.device;
  const newest = found.person.keys.at(-1);
  const later = workspace.deviceBoxes.some(({ device, epoch }) => device === id && epoch === newest?.epoch);
  if (later || newest?.boxes.some(({ device }) => device === id) === true) found.person.keyDue = true;
  for (const team of workspace.teams.values()) if (team.members.has(toHex(found.person.id))) team.due = true;
  addMembership(workspace, body.membership);
  freeze(workspace, body.frozen);
}

function checkSuccession(person: Person, { departed, succession }: Body<"removal">): void {
  const signed = departed ? person.succession : undefined;
  demand((succession === undefined) === (signed === undefined), bad, "a succession too many or too few");
  demand(succession === undefined || signed === undefined || sameBytes(H(succession), signed), bad, "another succession than was signed");
}

function freeze(workspace: Workspace, frozen: Frozen[]): void {
  for (const { repo, lanes } of frozen) {
    const known = workspace.frozen.get(repo) ?? new Map<string, { seq: number; hash: Uint8Array }>();
    for (const { lane, seq, hash } of lanes) {
      const before = known.get(lane);
      const goesOn = before === undefined || seq > before.seq || (seq === before.seq && sameBytes(hash, before.hash));
      demand(goesOn, bad, "a frozen header that takes back an earlier one");
      known.set(lane, { seq, hash });
    }
    workspace.frozen.set(repo, known);
  }
}
