import { openIdentity } from "../app/identity/open.ts";
import { beginDevice } from "../app/identity/join-device.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import { deviceJoinEnvelope } from "../app/workspace/join.ts";
import { cardOf } from "../app/workspace/member-card.ts";
import type { Protection } from "../app/identity/protection.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { JoinDeviceOptions, JoinReport } from "../cli/world-people.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { livingPersons, type Person } from "../domain/workspace/state.ts";
import { openDeviceJoin } from "../format/join.ts";
import { openHere } from "./here.ts";
import { installHooks, openGate, ownRequest, pushEnvelope, type Gate } from "./join.ts";
import type { Settings } from "./settings.ts";

type Ports = () => Promise<IdentityPorts>;

/**
 * Asks the other devices of a member to take this machine in. Again before they did, it says that it waits; again afterwards, it
 * opens the person's keys from the chain and goes on as one of their devices.
 */
export async function joinDevice(settings: Settings, context: WorldContext, ports: Ports, options: JoinDeviceOptions, protection: () => Promise<Protection>): Promise<JoinReport> {
  const gate = await openGate(settings, context, options.invitation);
  const identityPorts = await ports();
  const { state, chain } = gate.state.chain;
  const shown = await showIdentity(identityPorts);
  const identity = shown === null ? await begin() : await openIdentity(identityPorts);
  if (state.persons.get(identity.person)?.state !== "living") throw new HxError("refused", "the person of this identity is no member of the workspace", { hints: ["hx join"] });
  const lines = await installHooks(settings, gate, options);
  const report = { workspace: gate.ledger.workspace, person: identity.person, device: identity.device, lines };
  const known = state.devices.get(identity.device);
  if (known?.state === "removed") throw new HxError("refused", "this device was removed from the workspace", { hints: ["hx device list"] });
  if (known !== undefined) {
    await openHere(settings, context.directory, ports, "must");
    return { ...report, state: "member", next: ["this machine is a device of yours:  hx sync"] };
  }
  const there = await ownRequest(gate, context, identity.device);
  const fingerprint = there?.request?.join.fingerprint ?? (await ask(gate, identity, there));
  return {
    ...report,
    state: there?.request == null ? "asked" : "waiting",
    fingerprint,
    where: gate.remote.name,
    next: [`on another device of yours, compare and take this one in:  hx device add "${fingerprint.slice(0, 19)}"`, "then here:  hx join --device"],
  };

  async function begin(): Promise<UnlockedIdentity> {
    const person = personMeant(livingPersons(state), options.person);
    return beginDevice(identityPorts, { card: cardOf(gate.ledger.crypto.hashes, chain.statements, person.id), protection: await protection() });
  }
}

async function ask(gate: Gate, identity: UnlockedIdentity, there: Awaited<ReturnType<typeof ownRequest>>): Promise<string> {
  const { crypto } = gate.ledger;
  const device = { person: identity.person, sign: identity.signSeed, box: identity.boxSeed };
  const envelope = deviceJoinEnvelope(crypto, gate.ledger.workspace, device);
  await pushEnvelope(gate, identity.device, envelope, there);
  return openDeviceJoin(crypto.hashes, (key, message, signature) => crypto.signer.verify(key, message, signature), envelope).fingerprint;
}

/** Names are sealed to members, and this machine is none: so by the beginning of the id. @throws HxError `answer-needed`, `not-found`, `ambiguous` */
function personMeant(living: readonly Person[], text: string | undefined): Person {
  const hints = ["hx identity show"];
  if (text === undefined) {
    const [only, second] = living;
    if (only !== undefined && second === undefined) return only;
    throw new HxError("answer-needed", "whose device this machine is to be", { hints: ["answer it with --person <id>, as 'hx identity show' on another device of yours prints it"] });
  }
  const wanted = text.trim().toLowerCase();
  const found = wanted.length < 4 ? [] : living.filter(({ id }) => id.startsWith(wanted));
  const [first, second] = found;
  if (first === undefined) throw new HxError("not-found", `no member's id begins with '${text}'; names are sealed to members, so a new machine needs the id that another device of yours shows`, { hints });
  if (second !== undefined) throw new HxError("ambiguous", `'${text}' begins the ids of ${found.length} members: ${found.map(({ id }) => id).join(", ")}`, { hints });
  return first;
}
