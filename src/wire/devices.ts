import type { IdentityPorts } from "../app/identity/ports.ts";
import { called } from "../app/workspace/directory.ts";
import { deviceBody } from "../app/workspace/join.ts";
import { openPersonKeys } from "../app/workspace/member.ts";
import type { DeviceChange, Devices, PendingCard } from "../cli/world-people.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { isAdministrator } from "../domain/workspace/state.ts";
import { dropRequests, pendingAt, type Waiting } from "./pending.ts";
import type { Settings } from "./settings.ts";
import { changeWorkspace, openSpeaking, type Speaking } from "./workspace-change.ts";

type Ports = () => Promise<IdentityPorts>;

/** One's own devices and what asks to become one; with `all` those of everybody. Asks the remotes. */
export async function devices(settings: Settings, context: WorldContext, ports: Ports, options: { readonly all: boolean }): Promise<Devices> {
  const here = await openSpeaking(settings, context, ports);
  const { acting } = here;
  const { state } = here.state.chain;
  const shown = [...state.devices.values()].filter(({ person }) => options.all || person === acting.person);
  const rows = shown.map(({ id, person, state: life, since }) => {
    const owner = acting.directory.person(person);
    return { id, person, ...(owner.name === null ? {} : { name: owner.name }), state: life, self: id === acting.device, since };
  });
  return { devices: rows, pending: ownRequests(here, (await pendingAt(here, acting, context)).cards) };
}

export async function pendingDevices(settings: Settings, context: WorldContext, ports: Ports): Promise<readonly PendingCard[]> {
  const here = await openSpeaking(settings, context, ports);
  return ownRequests(here, (await pendingAt(here, here.acting, context)).cards);
}

/**
 * Takes machines in that ask to become devices of this person: each gets the newest person key.
 * @throws HxError `refused` for a request of another person; `not-found` when it changed since it was shown
 */
export async function addDevices(settings: Settings, context: WorldContext, ports: Ports, fingerprints: readonly string[]): Promise<readonly DeviceChange[]> {
  const here = await openSpeaking(settings, context, ports);
  const { crypto } = here.ledger;
  const { identity, acting } = here;
  const { waiting } = await pendingAt(here, acting, context);
  const chosen = fingerprints.map((fingerprint) => requestOf(waiting, fingerprint));
  const added = new Set<string>();
  for (const { card } of chosen) refuseOther(here, card);
  await changeWorkspace(here, (state) => {
    added.clear();
    return chosen.flatMap(({ request }) => {
      if (request.kind !== "device" || state.devices.has(request.join.device.id)) return [];
      if (state.persons.get(acting.person)?.keyDue === true) throw new HxError("refused", "your person key is due since a device of yours was removed: make the next one first", { hints: ["hx sync"] });
      added.add(request.id);
      const signer = { device: identity.device, sign: identity.signSeed };
      const keys = openPersonKeys(crypto, state, acting.person, { device: identity.device, seed: identity.boxSeed });
      return [(at) => deviceBody(crypto, signer, at, request.join, keys)];
    });
  });
  await dropRequests(here, chosen, (text) => context.progress.warn(text));
  const owner = acting.directory.person(acting.person);
  return chosen.map(({ card }) => ({
    change: "added",
    device: card.id,
    person: acting.person,
    ...(owner.name === null ? {} : { name: owner.name }),
    already: !added.has(card.id),
    renewed: false,
    next: [`the machine goes on by itself at its next unlocked sync:  hx sync`],
  }));
}

/** Requests of machines that name this person; an administrator sees those of others too, and can do nothing about them. */
function ownRequests({ acting, state: { chain } }: Speaking, cards: readonly PendingCard[]): readonly PendingCard[] {
  return cards.filter(({ kind, person }) => kind === "device" && (person === acting.person || isAdministrator(chain.state, acting.person)));
}

function requestOf(waiting: readonly Waiting[], fingerprint: string): Waiting {
  const found = waiting.find(({ card }) => card.kind === "device" && card.fingerprint === fingerprint);
  if (found === undefined) throw new HxError("not-found", `the request '${fingerprint}' is gone, or was changed since it was shown`, { hints: ["hx device list"] });
  return found;
}

function refuseOther({ acting }: Speaking, card: PendingCard): void {
  const what = `machine '${card.id.slice(0, 8)}' cannot be taken in`;
  const why = card.odd.find(({ blocks, code }) => blocks && code !== "known");
  if (why !== undefined) throw new HxError("refused", `${what}: ${why.text}`, { hints: ["hx device list"] });
  if (card.person === acting.person) return;
  const owner = acting.directory.people().find(({ id }) => id === card.person);
  throw new HxError("refused", `${what}: it asks to be a device of '${owner === undefined ? (card.person ?? "") : called(owner)}', who answers it`, { hints: ["hx device list"] });
}
