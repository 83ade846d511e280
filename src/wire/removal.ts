import type { IdentityPorts } from "../app/identity/ports.ts";
import { deviceRemovalBody, removalBody } from "../app/workspace/compose-removal.ts";
import { called } from "../app/workspace/directory.ts";
import { openSuccessionBox } from "../app/workspace/succession.ts";
import { saveKeys } from "../app/identity/save-keys.ts";
import type { DeviceChange, PersonChange, RemovalPlan } from "../cli/world-people.ts";
import type { PlanLine, WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { PersonId } from "../domain/ids.ts";
import { isAdministrator, isSuccessionCurrent, liveDevices, teamsOf, type Device, type WorkspaceState } from "../domain/workspace/state.ts";
import { fetchHeads, type FetchedHeads } from "./known-heads.ts";
import { lastAdministrator, membershipNow, refuseNoAdministrator } from "./members.ts";
import { ensureLane } from "./own-lane.ts";
import { nextPersonKey } from "./person-key.ts";
import type { Settings } from "./settings.ts";
import { changeWorkspace, openSpeaking, type Change, type Speaking } from "./workspace-change.ts";

type Ports = () => Promise<IdentityPorts>;

/** What the removal of a member would do, with the lanes as the remotes have them now. Changes nothing but what is fetched. */
export async function planRemoval(settings: Settings, context: WorldContext, ports: Ports, text: string, departed: boolean): Promise<RemovalPlan> {
  const here = await openSpeaking(settings, context, ports);
  refuseNoAdministrator(here, "removes members");
  const { directory } = here.acting;
  const entry = directory.findPerson(text);
  const { state } = here.state.chain;
  refuseGone(state, entry.id, called(entry));
  if (departed) refuseOldSuccession(state, entry.id, called(entry));
  const person = state.persons.get(entry.id);
  const lines: PlanLine[] = [
    { action: "remove", what: `'${called(entry)}' (${entry.id.slice(0, 8)})${departed ? ", who left in peace: what they approved stays approved" : ""}` },
    ...liveDevices(state, entry.id).map(({ id }): PlanLine => ({ action: "remove", what: `device ${id}` })),
    ...(isAdministrator(state, entry.id) ? [{ action: "remove", what: "their role of administrator" }] : []),
    ...teamsOf(state, entry.id).map(({ id, members }): PlanLine => ({ action: "change", what: members.size === 1 ? `team '${called(directory.team(id))}' loses its last member, and is dead` : `the key of team '${called(directory.team(id))}' is due: a member makes the next one` })),
    ...frozenLines(here, await fetchHeads(here, context)),
    { action: "keep", what: "every session of theirs, closed as it is" },
    ...successionLines(here, person?.succession !== undefined, departed, entry.id),
  ];
  return { id: entry.id, ...(entry.name === null ? {} : { name: entry.name }), lines };
}

/** @param id of the person @throws HxError `refused`, `no-key`, and as `changeWorkspace` */
export async function removeMember(settings: Settings, context: WorldContext, ports: Ports, id: string, departed: boolean): Promise<PersonChange> {
  const here = await openSpeaking(settings, context, ports);
  refuseNoAdministrator(here, "removes members");
  const entry = here.acting.directory.findPerson(id);
  const { heads } = await fetchHeads(here, context);
  const { crypto } = here.ledger;
  const before = here.state.chain.state;
  const change = await changeWorkspace(here, (state) => {
    if (state.persons.get(entry.id)?.state !== "living") return [];
    refuseLast(state, entry.id, called(entry));
    if (departed) refuseOldSuccession(state, entry.id, called(entry));
    const succession = departed ? openSuccessionBox(crypto, state, entry.id, here.acting.person, here.acting.personKeys) : null;
    return [(at) => removalBody(crypto, at, { person: entry.id, departed, membership: membershipNow(here, at).seeds, heads, ...(succession === null ? {} : { succession }) })];
  });
  await certifyAnew(here, change);
  const due = teamsOf(before, entry.id).filter(({ members }) => members.size > 1);
  return {
    change: departed ? "departed" : "removed",
    person: entry.id,
    ...(entry.name === null ? {} : { name: entry.name }),
    already: change.said === 0,
    next: [
      ...due.map((team) => `a member of '${called(here.acting.directory.team(team.id))}' makes its next key:  hx team rotate ${called(here.acting.directory.team(team.id))}`),
      "everybody's lanes are certified anew at their next unlocked sync:  hx sync",
      "take away their right to push at the host: hx cannot",
    ],
  };
}

/** Published, it would be open to whoever was removed from its team since it was signed. @throws HxError `refused` */
function refuseOldSuccession(state: WorkspaceState, id: PersonId, name: string): void {
  const person = state.persons.get(id);
  if (person === undefined || isSuccessionCurrent(state, person)) return;
  throw new HxError("refused", `the succession that '${name}' signed is for an older key of its team: somebody who was removed from that team since could open everything with it; a sync of '${name}' signs it anew`, {
    hints: ["hx team rotate <team>", `hx member remove ${id.slice(0, 8)}`],
  });
}

export async function planDeviceRemoval(settings: Settings, context: WorldContext, ports: Ports, text: string): Promise<RemovalPlan> {
  const here = await openSpeaking(settings, context, ports);
  const { state } = here.state.chain;
  const device = findDevice(here, state, text);
  refuseDevice(here, device);
  const { directory } = here.acting;
  const owner = directory.person(device.person);
  const isOwn = device.person === here.acting.person;
  return {
    id: device.id,
    ...(owner.name === null ? {} : { name: owner.name }),
    lines: [
      { action: "remove", what: `device ${device.id} of '${called(owner)}'` },
      isOwn ? { action: "create", what: "your next person key, which it does not have" } : { action: "change", what: `the person key of '${called(owner)}' is due: a device of theirs makes the next one` },
      ...teamsOf(state, device.person).map(({ id }): PlanLine => ({ action: "change", what: `the key of team '${called(directory.team(id))}' is due: a member makes the next one` })),
      ...frozenLines(here, await fetchHeads(here, context)),
      { action: "keep", what: "whatever the device has read or holds keys for until now: that cannot be taken back" },
    ],
  };
}

/**
 * Removes a device. When it is one's own, the next person key comes before it in the same push: so neither the new membership
 * key nor anything later is ever sealed to a key that the device holds.
 * @param id of the device
 */
export async function removeDevice(settings: Settings, context: WorldContext, ports: Ports, id: string): Promise<DeviceChange> {
  const here = await openSpeaking(settings, context, ports);
  const device = findDevice(here, here.state.chain.state, id);
  const { heads } = await fetchHeads(here, context);
  const { crypto } = here.ledger;
  const { acting } = here;
  const isOwn = device.person === acting.person;
  const seed = crypto.random.bytes(32);
  let epoch = 0;
  const change = await changeWorkspace(here, (state) => {
    if (state.devices.get(device.id)?.state !== "live") return [];
    refuseDevice(here, device);
    const removal = (at: WorkspaceState): ReturnType<typeof deviceRemovalBody> => deviceRemovalBody(crypto, at, { device: device.id, membership: membershipNow(here, at).seeds, heads });
    if (!isOwn) return [removal];
    epoch = state.persons.get(acting.person)?.keys.length ?? 0;
    return [nextPersonKey(here, seed, device.id), removal];
  });
  const renewed = isOwn && change.said > 0;
  if (renewed) await saveKeys(await ports(), here.identity, { personKeys: [{ epoch, seed }] });
  await certifyAnew(here, change);
  const owner = acting.directory.person(device.person);
  return {
    change: "removed",
    device: device.id,
    person: device.person,
    ...(owner.name === null ? {} : { name: owner.name }),
    already: change.said === 0,
    renewed,
    next: [
      ...(isOwn ? [] : [`${called(owner)} makes their next person key at their next unlocked sync:  hx sync`]),
      ...teamsOf(change.chain.state, device.person).map(({ id: team }) => `a member of '${called(acting.directory.team(team))}' makes its next key:  hx team rotate ${called(acting.directory.team(team))}`),
      "everybody's lanes are certified anew at their next unlocked sync:  hx sync",
    ],
  };
}

/** By id or a beginning of it, of at least 4 digits; live ones only. @throws HxError `not-found`, `ambiguous` */
function findDevice({ acting }: Speaking, state: WorkspaceState, text: string): Device {
  const wanted = text.trim().toLowerCase();
  const found = wanted.length < 4 ? [] : [...state.devices.values()].filter(({ id }) => id.startsWith(wanted));
  const own = found.filter(({ person }) => person === acting.person);
  const candidates = own.length > 0 ? own : found;
  const [first, second] = candidates;
  if (first === undefined) throw new HxError("not-found", `no device is '${text}'`, { hints: ["hx device list --all"] });
  if (second !== undefined) throw new HxError("ambiguous", `'${text}' begins the ids of ${candidates.length} devices: ${candidates.map(({ id }) => id).join(", ")}`, { hints: ["hx device list --all"] });
  return first;
}

function refuseDevice({ acting, state: { chain } }: Speaking, device: Device): void {
  if (device.id === acting.device) throw new HxError("refused", "a device does not remove itself: another of yours does, or an administrator", { hints: ["hx device list"] });
  if (chain.state.devices.get(device.id)?.state !== "live") throw new HxError("not-found", `device '${device.id}' was removed already`, { hints: ["hx device list --all"] });
  if (device.person === acting.person) return;
  if (!isAdministrator(chain.state, acting.person)) throw new HxError("refused", "somebody else's device is removed by another device of theirs, or by an administrator", { hints: ["hx member list"] });
}

/** One's own lane needs the new epoch as well; the identity is open now. */
async function certifyAnew({ clone, ledger, identity }: Speaking, { chain, said }: Change): Promise<void> {
  if (said > 0) await ensureLane(clone, ledger, identity, chain);
}

function frozenLines({ ledger }: Speaking, { heads, left }: FetchedHeads): PlanLine[] {
  return [
    ...[...heads].map(([repo, lanes]): PlanLine => {
      const which = repo === ledger.repo ? "this repository" : `repository ${repo.slice(0, 8)}`;
      return { action: "change", what: `${lanes.size} ${lanes.size === 1 ? "lane" : "lanes"} of ${which} ${lanes.size === 1 ? "is" : "are"} frozen until their authors certify them anew` };
    }),
    ...[...left].map(([repo, why]): PlanLine => ({ action: "by hand", what: `repository ${repo.slice(0, 8)} is not frozen (${why}): for that, sync a clone of it on this machine before the removal` })),
  ];
}

function successionLines(here: Speaking, signed: boolean, departed: boolean, person: PersonId): PlanLine[] {
  if (!departed) return signed ? [{ action: "keep", what: "what they signed for a departure stays closed: this is none (--departed)" }] : [];
  if (!signed) return [{ action: "keep", what: "they signed no succession: nobody can approve anything of theirs any more" }];
  const opens = openSuccessionBox(here.ledger.crypto, here.state.chain.state, person, here.acting.person, here.acting.personKeys) !== null;
  if (!opens) throw new HxError("no-key", "they signed a succession, and your part of it does not open: another administrator removes them", { hints: ["hx member list"] });
  return [{ action: "change", what: "the succession that they signed is published: their team can open and approve what is theirs" }];
}

function refuseGone(state: WorkspaceState, id: PersonId, name: string): void {
  if (state.persons.get(id)?.state !== "living") throw new HxError("not-found", `'${name}' is no member of the workspace any more`, { hints: ["hx member list"] });
  refuseLast(state, id, name);
}

function refuseLast(state: WorkspaceState, id: PersonId, name: string): void {
  if (isAdministrator(state, id) && state.administrators.size === 1) throw lastAdministrator(name);
}
