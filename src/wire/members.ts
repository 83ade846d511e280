import type { IdentityPorts } from "../app/identity/ports.ts";
import { currentSeeds } from "../app/workspace/certificate.ts";
import { membershipSecret, personBody } from "../app/workspace/compose.ts";
import { called } from "../app/workspace/directory.ts";
import { joinFingerprints } from "../app/workspace/member-card.ts";
import { openMembership } from "../app/workspace/member.ts";
import { judgePerson } from "../app/workspace/pending.ts";
import type { Members, MemberRow, PendingCard, PersonChange } from "../cli/world-people.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { isAdministrator, liveDevices, livingPersons, type WorkspaceState } from "../domain/workspace/state.ts";
import { openHere } from "./here.ts";
import { dropRequests, pendingAt, type Waiting } from "./pending.ts";
import type { Settings } from "./settings.ts";
import { changeWorkspace, openSpeaking, type Speaking } from "./workspace-change.ts";

type Ports = () => Promise<IdentityPorts>;

/** Everybody in the workspace; with `pending` those who wait too, which asks the remotes. */
export async function members(settings: Settings, context: WorldContext, ports: Ports, options: { readonly pending: boolean }): Promise<Members> {
  const here = options.pending ? await openSpeaking(settings, context, ports) : await openHere(settings, context.directory, ports, "must", context.signal);
  const { acting } = here;
  if (acting === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  const { state, chain } = here.state.chain;
  const fingerprints = joinFingerprints(here.ledger.crypto.hashes, chain.statements);
  const people = [...state.persons.values()].map((person): MemberRow => {
    const entry = acting.directory.person(person.id);
    const fingerprint = fingerprints.get(person.id);
    const twins = entry.email === undefined || person.state !== "living" ? [] : acting.directory.withEmail(entry.email).filter(({ id }) => id !== person.id);
    return {
      id: person.id,
      ...(entry.name === null ? {} : { name: entry.name }),
      ...(entry.email === undefined ? {} : { email: entry.email }),
      state: person.state,
      administrator: isAdministrator(state, person.id),
      devices: liveDevices(state, person.id).length,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      self: person.id === acting.person,
      keyDue: person.state === "living" && person.keyDue,
      odd: twins.map((twin) => `their e-mail is that of '${called(twin)}' (${twin.id.slice(0, 8)}) too`),
    };
  });
  return { people, pending: options.pending ? (await pendingAt(here, acting, context)).cards : [] };
}

export async function pendingPeople(settings: Settings, context: WorldContext, ports: Ports, files: readonly string[]): Promise<readonly PendingCard[]> {
  const here = await openSpeaking(settings, context, ports);
  refuseNoAdministrator(here, "lets people in");
  return (await pendingAt(here, here.acting, context, files)).cards.filter(({ kind }) => kind === "person");
}

/**
 * Lets people in whose requests have these fingerprints. All go into one push; somebody whom another administrator let in
 * meanwhile is `already` there.
 * @throws HxError `refused` for a request that must not be let in; `not-found` when it changed since it was shown
 */
export async function admit(settings: Settings, context: WorldContext, ports: Ports, fingerprints: readonly string[], files: readonly string[]): Promise<readonly PersonChange[]> {
  const here = await openSpeaking(settings, context, ports);
  refuseNoAdministrator(here, "lets people in");
  const { waiting } = await pendingAt(here, here.acting, context, files);
  const chosen = fingerprints.map((fingerprint) => requestOf(waiting, fingerprint));
  for (const { card } of chosen) refuseOdd(card);
  const added = new Set<string>();
  const { chain } = await changeWorkspace(here, (state) => {
    added.clear();
    return chosen.flatMap(({ request }) => {
      if (request.kind !== "person" || isIn(state, request.id)) return [];
      added.add(request.id);
      // Judged again: somebody who was let in meanwhile may have the same name or e-mail.
      return [(at: WorkspaceState) => {
        refuseTaken(here, at, request);
        return personBody(here.ledger.crypto, request.envelope, membershipNow(here, at));
      }];
    });
  });
  await dropRequests(here, chosen, (text) => context.progress.warn(text));
  return chosen.map(({ card }) => ({
    change: "added",
    person: card.id,
    ...(card.name === undefined ? {} : { name: card.name }),
    already: !added.has(card.id) && isIn(chain.state, card.id),
    next: [`${card.name ?? card.id.slice(0, 8)} goes on by themselves at their next unlocked sync:  hx sync`],
  }));
}

/** @throws HxError `refused` for the last administrator; `not-found`, `ambiguous` */
export async function setRole(settings: Settings, context: WorldContext, ports: Ports, text: string, administrator: boolean): Promise<PersonChange> {
  const here = await openSpeaking(settings, context, ports);
  refuseNoAdministrator(here, "gives roles");
  const entry = here.acting.directory.findPerson(text);
  const { said } = await changeWorkspace(here, (state) => {
    refuseNotLiving(state, entry);
    if (isAdministrator(state, entry.id) === administrator) return [];
    if (!administrator && state.administrators.size === 1) throw lastAdministrator(called(entry));
    return [() => ({ type: "administrator", person: entry.id, is: administrator })];
  });
  return { change: "role", person: entry.id, ...(entry.name === null ? {} : { name: entry.name }), administrator, already: said === 0, next: [] };
}

/** Only an administrator says such things. @throws HxError `refused` that names those who can */
export function refuseNoAdministrator({ acting, state: { chain } }: Pick<Speaking, "acting" | "state">, what: string): void {
  if (isAdministrator(chain.state, acting.person)) return;
  const who = [...chain.state.administrators].map((id) => `'${called(acting.directory.person(id))}'`).join(", ");
  throw new HxError("refused", `only an administrator ${what}: ${who}`, { hints: ["hx member list"] });
}

export function refuseNotLiving(state: WorkspaceState, entry: { readonly id: MemberRow["id"]; readonly name: string | null }): void {
  const person = livingPersons(state).find(({ id }) => id === entry.id);
  if (person === undefined) throw new HxError("not-found", `'${entry.name ?? entry.id.slice(0, 8)}' is no member of the workspace any more`, { hints: ["hx member list"] });
}

export function lastAdministrator(name: string): HxError {
  return new HxError("refused", `'${name}' is the last administrator`, { hints: ["hx member role <person> administrator"] });
}

/** The membership key of the newest epoch, with its seeds. @throws HxError `no-key` */
export function membershipNow({ ledger: { crypto }, acting }: Speaking, state: WorkspaceState): ReturnType<typeof membershipSecret> {
  const current = currentSeeds(state, openMembership(crypto, state, acting.person, acting.personKeys));
  if (current === null) throw new HxError("no-key", "the newest membership key is not open here", { hints: ["hx sync"] });
  return membershipSecret(crypto, current.epoch, current.seeds);
}

function isIn(state: WorkspaceState, id: string): boolean {
  return [...state.persons.keys()].some((person) => person === id);
}

function requestOf(waiting: readonly Waiting[], fingerprint: string): Waiting {
  const found = waiting.find(({ card }) => card.kind === "person" && card.fingerprint === fingerprint);
  if (found === undefined) throw new HxError("not-found", `the request '${fingerprint}' is gone, or was changed since it was shown`, { hints: ["hx member list --pending"] });
  return found;
}

function refuseOdd(card: PendingCard): void {
  // Who is in already is no failure: another administrator was first.
  const why = card.odd.find(({ blocks, code }) => blocks && code !== "known");
  if (why !== undefined) throw new HxError("refused", `'${card.name ?? card.id.slice(0, 8)}' cannot be let in: ${why.text}`, { hints: ["hx member list --pending"] });
}

function refuseTaken(here: Speaking, state: WorkspaceState, request: Extract<Waiting["request"], { readonly kind: "person" }>): void {
  const { crypto } = here.ledger;
  const acting = { ...here.acting, directory: here.acting.directory.at(state) };
  const { name, odd } = judgePerson(crypto, state, acting, request, []);
  const why = odd.find(({ blocks }) => blocks);
  if (why !== undefined) throw new HxError("refused", `'${name?.name ?? request.id.slice(0, 8)}' cannot be let in: ${why.text}`, { hints: ["hx member list --pending"] });
}
