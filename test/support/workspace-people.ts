import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { openIdentity } from "../../src/app/identity/open.ts";
import { readCard } from "../../src/app/identity/files.ts";
import { actingOf } from "../../src/app/workspace/acting.ts";
import { membershipSecret, personBody } from "../../src/app/workspace/compose.ts";
import type { Body } from "../../src/app/workspace/plan.ts";
import { joinEnvelope } from "../../src/app/workspace/join.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import { currentMembership, type WorkspaceState } from "../../src/domain/workspace/state.ts";
import { encodeCard } from "../../src/format/card.ts";
import type { SealedName } from "../../src/format/sealed-name.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { changeWorkspace, openSpeaking, type Speaking } from "../../src/wire/workspace-change.ts";
import { connectedCheckout, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";

/** A person at work: their machine, and their clone of the connected repository. Nothing but the remote is shared. */
export interface Colleague {
  readonly machine: Machine;
  readonly checkout: string;
  /** `hx` in the clone. Standard output. */
  hx(...args: string[]): Promise<string>;
  /** What `--json` gives. */
  json(...args: string[]): Promise<Record<string, unknown>>;
  /** Exit code and the code of the error that `--json` gives; null for success. */
  failure(...args: string[]): Promise<{ readonly exit: number; readonly code: string; readonly message: string; readonly hints: readonly string[] } | null>;
}

/** The founder, who is the administrator, in a repository that they connected. */
export async function founder(world: JourneyWorld, remote: string, name: string, key: string): Promise<Colleague> {
  const machine = await named(world, name, key);
  await newIdentity(machine, world.path(`phrase-${key}`));
  return colleague(machine, await connectedCheckout(machine, remote, world.path(`work-${key}`)));
}

/** Somebody with an identity and a clone, who was let in by the administrator: in process, past the commands for it. */
export async function admitted(world: JourneyWorld, remote: string, administrator: Colleague, name: string, key: string): Promise<Colleague> {
  const person = await newcomer(world, remote, name, key);
  await letIn(administrator, person, sealedName(name));
  await person.hx("sync");
  return person;
}

/** As `admitted`, several with one push. Nobody has synced since. */
export async function admittedTogether(world: JourneyWorld, remote: string, administrator: Colleague, names: readonly string[]): Promise<readonly Colleague[]> {
  const people = await Promise.all(names.map((name) => newcomer(world, remote, name, name.toLowerCase())));
  await letAllIn(administrator, people.map((person, i) => [person, sealedName(names[i] ?? "")]));
  return people;
}

/** An identity and a clone, and nobody knows them yet. */
async function newcomer(world: JourneyWorld, remote: string, name: string, key: string): Promise<Colleague> {
  const machine = await named(world, name, key);
  await newIdentity(machine, world.path(`phrase-${key}`));
  const checkout = world.path(`clone-${key}`);
  await mkdir(dirname(checkout), { recursive: true });
  await machine.git(dirname(checkout), "clone", "-q", remote, checkout);
  return colleague(machine, checkout);
}

const sealedName = (name: string): SealedName => ({ name, email: `${name.toLowerCase()}@example.com` });

/** The statement `person` for a request that the person makes themselves. */
export async function letIn(administrator: Colleague, person: Colleague, name: SealedName): Promise<void> {
  await letAllIn(administrator, [[person, name]]);
}

async function letAllIn(administrator: Colleague, people: readonly (readonly [Colleague, SealedName])[]): Promise<void> {
  const joining = await Promise.all(people.map(async ([{ machine }, name]) => ({ name, member: await memberOf(machine) })));
  await sayAs(administrator, (state, { acting, ledger }) => {
    const { epoch } = currentMembership(state);
    const seeds = acting.memberships.find((held) => held.epoch === epoch)?.seeds;
    if (seeds === undefined) throw new Error("no membership key");
    return joining.map(({ name, member }) => () => personBody(ledger.crypto, joinEnvelope(ledger.crypto, member, state, name), membershipSecret(ledger.crypto, epoch, seeds)));
  });
}

async function memberOf(machine: Machine): Promise<Parameters<typeof joinEnvelope>[1]> {
  const ports = await portsOf(machine);
  const [identity, card] = [await openIdentity(ports), await readCard(ports)];
  if (card === null) throw new Error("no card");
  return { person: identity.person, device: identity.device, sign: identity.signSeed, card: encodeCard(card.envelopes) };
}

/** Says something in the workspace as this person, whether a command would or not. */
export async function sayAs(person: Colleague, make: (state: WorkspaceState, here: Speaking) => readonly Body[]): Promise<void> {
  const here = await speaking(person);
  await changeWorkspace(here, (state) => make(state, { ...here, acting: actingOf(here.ledger.crypto, state, here.identity) }));
}

/** A person's clone and open identity, with the newest chain. */
export function speaking({ machine, checkout }: Colleague): Promise<Speaking> {
  const context: WorldContext = { directory: checkout, passphrase: { ask: async () => null }, progress: { phase: () => undefined, warn: () => undefined, done: () => undefined }, signal: new AbortController().signal };
  return openSpeaking(readSettings(machine.env), context, () => portsOf(machine));
}

export function portsOf(machine: Machine): ReturnType<typeof identityPorts> {
  return identityPorts(readSettings(machine.env), { ask: async () => null });
}

function named(world: JourneyWorld, name: string, key: string): Promise<Machine> {
  const email = `${name.toLowerCase()}@example.com`;
  return world.machine(key, { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_CONFIG_COUNT: "2", GIT_CONFIG_KEY_0: "user.name", GIT_CONFIG_VALUE_0: name, GIT_CONFIG_KEY_1: "user.email", GIT_CONFIG_VALUE_1: email });
}

function colleague(machine: Machine, checkout: string): Colleague {
  return {
    machine,
    checkout,
    hx: (...args) => machine.hx(checkout, ...args),
    json: async (...args) => JSON.parse(await machine.hx(checkout, ...args, "--json")) as Record<string, unknown>,
    async failure(...args) {
      const { code, stderr } = await machine.tryHx(checkout, [...args, "--json"]);
      if (code === 0) return null;
      const told = JSON.parse(stderr.trim().split("\n").at(-1) ?? "{}") as { code: string; message: string; hints: readonly string[] };
      return { exit: code, code: told.code, message: told.message, hints: told.hints };
    },
  };
}
