import type { DeviceChange, Devices, IssuedKey, JoinReport, Members, PendingCard, PersonChange, SuccessionShown } from "../world-people.ts";
import type { PolicyBrief } from "../world-policy.ts";
import { briefJson } from "./policy.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

export function joinJson({ state, workspace, person, device, fingerprint, where, lines, next }: JoinReport, policy?: PolicyBrief) {
  return { schema: SCHEMAS.join, state, workspace, person, device, fingerprint, where, lines: lines.map(({ action, what, where: at }) => ({ action, what, where: at })), next, policy: policy === undefined ? undefined : briefJson(policy) };
}

export function membersJson({ people, pending }: Members) {
  return {
    schema: SCHEMAS.members,
    people: people.map(({ id, name, email, state, administrator, devices, fingerprint, self, keyDue, odd }) => ({ id, name, email, state, administrator, devices, fingerprint, self, keyDue, odd })),
    pending: pending.map(pendingJson),
  };
}

function pendingJson({ kind, id, fingerprint, person, name, email, where, odd }: PendingCard) {
  return { kind, id, fingerprint, person, name, email, where, odd: odd.map(({ code, text, blocks }) => ({ code, text, blocks })) };
}

export function memberJson(changes: readonly PersonChange[]) {
  return { schema: SCHEMAS.member, changes: changes.map(({ change, person, name, administrator, already, next }) => ({ change, person, name, administrator, already, next })) };
}

export function devicesJson({ devices, pending }: Devices) {
  return { schema: SCHEMAS.devices, devices: devices.map(({ id, person, name, state, self, since }) => ({ id, person, name, state, self, since })), pending: pending.map(pendingJson) };
}

export function deviceJson(changes: readonly DeviceChange[]) {
  return { schema: SCHEMAS.device, changes: changes.map(({ change, device, person, name, already, renewed, next }) => ({ change, device, person, name, already, renewed, next })) };
}

/** The secret itself has no field. */
export function issuedJson({ lane, repo, until }: Omit<IssuedKey, "secret">, file: string | undefined) {
  return { schema: SCHEMAS.issue, lane, repo, until: timeOf(until), file };
}

export function successionJson({ team, reaches, misses, changed, problems }: SuccessionShown) {
  return { schema: SCHEMAS.succession, signed: team !== undefined, changed, team: team === undefined ? undefined : { id: team.id, name: team.name }, reaches, misses, problems };
}
