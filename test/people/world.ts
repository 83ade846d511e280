import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { publish } from "../../src/app/publish/publish.ts";
import { localChain } from "../../src/app/sync/workspace-chain.ts";
import { keysRef, laneRef } from "../../src/format/paths.ts";
import { openClone, openLedger, writable } from "../../src/wire/clone.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { connectedCheckout, newIdentity, write, type JourneyWorld, type Machine, type Ran } from "../journey/world.ts";

/** Somebody at a computer, with a clone. */
export interface Seat {
  readonly machine: Machine;
  readonly checkout: string;
  hx(...args: string[]): Promise<string>;
  try(...args: string[]): Promise<Ran>;
  json<Value = Record<string, unknown>>(...args: string[]): Promise<Value>;
}

export function seat(machine: Machine, checkout: string): Seat {
  return {
    machine,
    checkout,
    hx: (...args) => machine.hx(checkout, ...args),
    try: (...args) => machine.tryHx(checkout, args),
    json: async <Value>(...args: string[]) => JSON.parse(await machine.hx(checkout, ...args, "--json")) as Value,
  };
}

let made = 0;

/** The founder, whose repository is connected; git says who they are. */
export async function founder(world: JourneyWorld, remote: string, name: string): Promise<Seat> {
  const place = `${name}-${++made}`;
  const gitConfig = await write(world.path(`gitconfig-${place}`), `[user]\n\tname = Ada Byron\n\temail = ada@example.com\n`);
  const machine = await world.machine(place, { GIT_CONFIG_GLOBAL: gitConfig });
  await newIdentity(machine, world.path(`phrase-${place}`));
  return seat(machine, await connectedCheckout(machine, remote, world.path(`work-${place}`)));
}

/** A machine with a fresh clone and nothing else. */
export async function newcomer(world: JourneyWorld, remote: string, name: string): Promise<Seat> {
  const place = `${name}-${++made}`;
  const machine = await world.machine(place);
  const checkout = world.path(`work-${place}`);
  await mkdir(dirname(checkout), { recursive: true });
  await machine.git(dirname(checkout), "clone", "-q", remote, checkout);
  return seat(machine, checkout);
}

export interface Joined {
  readonly state: string;
  readonly person: string;
  readonly device: string;
  readonly fingerprint: string;
  readonly workspace: string;
}

export function joinArgs(world: JourneyWorld, name: string, email = `${name}@example.com`): string[] {
  return ["join", "--yes", "--throwaway-ok", "--no-hooks", "--no-passphrase", "--no-phrase-check", "--phrase-file", world.path(`phrase-of-${++made}`), "--name", name, "--email", email];
}

export function join(world: JourneyWorld, who: Seat, name: string, email?: string): Promise<Joined> {
  return who.json<Joined>(...joinArgs(world, name, email));
}

/** Joined, and let in by somebody. */
export async function member(world: JourneyWorld, remote: string, by: Seat, name: string): Promise<Seat & { readonly joined: Joined }> {
  const who = await newcomer(world, remote, name);
  const joined = await join(world, who, name);
  await by.hx("member", "add", joined.fingerprint, "--yes");
  await who.hx("join", "--yes", "--no-hooks");
  return { ...who, joined };
}

/** As a patched client would that does not fetch the chain any more: publishes under its old certificate, and pushes with git. */
export async function pushBlindly(who: Pick<Seat, "machine" | "checkout">): Promise<void> {
  const clone = await openClone(readSettings(who.machine.env), who.checkout);
  const ledger = await writable(clone, await openLedger(clone));
  if (ledger === null) throw new Error("no lane");
  await publish(ledger, { state: (await localChain(ledger)).state, waitMs: 1000 });
  await who.machine.git(who.checkout, "push", "-q", "--no-verify", "origin", laneRef(ledger.lane.id), `+${keysRef(ledger.lane.id)}`);
}
