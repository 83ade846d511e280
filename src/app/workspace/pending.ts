import { equal } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import { nameProblem, skeleton } from "../../domain/words.ts";
import { currentMembership, type WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeName, type SealedName } from "../../format/sealed-name.ts";
import { nameContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "./acting.ts";
import { called, type Entry } from "./directory.ts";
import { openOrNull } from "./epochs.ts";
import type { JoinRequest } from "./join-ref.ts";
import { nameKeys } from "./member.ts";

export type OddityCode = "damaged" | "other-workspace" | "unknown-epoch" | "unreadable-name" | "name-not-allowed" | "email-taken" | "look-alike" | "substituted-key" | "claimed-twice" | "known" | "removed" | "not-a-member";

/** Something about a request that whoever decides on it has to know. */
export interface Oddity {
  readonly code: OddityCode;
  readonly text: string;
  /** It cannot be let in as it is. */
  readonly blocks: boolean;
}

export interface Judged {
  readonly name: SealedName | null;
  readonly odd: readonly Oddity[];
}

type PersonRequest = Extract<JoinRequest, { readonly kind: "person" }>;
type DeviceRequest = Extract<JoinRequest, { readonly kind: "device" }>;

/** The name on a card, opened with the membership key to which it is sealed; null where that is not at hand or it holds something else. */
export function nameOnCard(crypto: Crypto, state: WorkspaceState, acting: Acting, request: PersonRequest): SealedName | null {
  const { epoch, name, opened } = request.join;
  const seed = nameKeys(crypto, state, acting.memberships).get(epoch);
  const bytes = seed === undefined ? null : openOrNull(crypto, seed, nameContext(opened.person.id), name);
  if (bytes === null) return null;
  try {
    return decodeName(bytes);
  } catch (error) {
    if (isHxError(error)) return null;
    throw error;
  }
}

/**
 * Everything that speaks against letting somebody in. That a card is whose it says nothing here can tell: the fingerprint does,
 * compared by two people.
 * @param others cards that wait beside this one
 */
export function judgePerson(crypto: Crypto, state: WorkspaceState, acting: Acting, request: PersonRequest, others: readonly PersonRequest[]): Judged {
  const { join } = request;
  if (join.workspace !== state.workspace) return { name: null, odd: [blocking("other-workspace", "it asks to come into another workspace")] };
  if (join.epoch > currentMembership(state).epoch) return { name: null, odd: [blocking("unknown-epoch", `its name is sealed to membership epoch ${join.epoch}, which is not there`)] };
  const name = nameOnCard(crypto, state, acting, request);
  const known = state.persons.get(join.opened.person.id);
  if (known !== undefined) return { name, odd: [known.state === "living" ? blocking("known", "they are a member already") : blocking("removed", "they were removed: who comes back comes with a new identity")] };
  if (name === null) return { name, odd: [blocking("unreadable-name", "the name on it does not open with the membership key")] };
  const odd = [...againstMembers(state, acting, name), ...keysOfOthers(state, request)];
  const twin = others.find((other) => other.id !== request.id && claimsSame(name, nameOnCard(crypto, state, acting, other)));
  if (twin !== undefined) odd.push({ code: "claimed-twice", text: `card '${twin.id.slice(0, 8)}' claims the same name or e-mail: only one of them can be right, so compare the fingerprint`, blocks: false });
  return { name, odd };
}

/** As `judgePerson`, of a machine that asks to become a device. */
export function judgeDevice(state: WorkspaceState, acting: Acting, request: DeviceRequest): Judged {
  const { workspace, device } = request.join;
  const person = state.persons.get(device.person);
  const name = person === undefined ? null : acting.directory.person(person.id);
  const shown = name?.name === null || name === null ? null : { name: name.name, ...(name.email === undefined ? {} : { email: name.email }) };
  if (workspace !== state.workspace) return { name: shown, odd: [blocking("other-workspace", "it asks to come into another workspace")] };
  if (person === undefined || person.state !== "living") return { name: shown, odd: [blocking("not-a-member", "it names somebody who is no member")] };
  if (state.devices.has(device.id)) return { name: shown, odd: [blocking("known", "it is in the workspace already")] };
  return { name: shown, odd: [] };
}

function againstMembers(state: WorkspaceState, { directory }: Acting, name: SealedName): Oddity[] {
  const problem = nameProblem(name.name);
  const living = directory.people().filter(({ id }) => state.persons.get(id)?.state === "living");
  const twin = living.find((entry) => entry.name !== null && skeleton(entry.name) === skeleton(name.name));
  const taken = name.email === undefined ? undefined : directory.withEmail(name.email)[0];
  const substituted = taken !== undefined && twin !== undefined && taken.id === twin.id;
  return [
    ...(problem === null ? [] : [blocking("name-not-allowed", problem)]),
    ...(substituted ? [blocking("substituted-key", `'${called(taken)}' is a member with this name and e-mail, and another key: a substituted key, or a person who lost theirs and must be removed first`)] : []),
    ...(taken === undefined || substituted ? [] : [blocking("email-taken", `its e-mail is that of ${whoIs(taken)}`)]),
    ...(twin === undefined || substituted ? [] : [blocking("look-alike", `its name looks like that of ${whoIs(twin)}`)]),
  ];
}

/** A replay would refuse it: better said before. */
function keysOfOthers(state: WorkspaceState, { join }: PersonRequest): Oddity[] {
  const { person, devices } = join.opened;
  const signs = [person.sign, ...devices.map(({ sign }) => sign)];
  const taken = [...state.devices.values(), ...state.persons.values()].find(({ sign }) => signs.some((key) => equal(key, sign)));
  return taken === undefined ? [] : [blocking("substituted-key", `a key on it is in the workspace already, as that of '${taken.id}'`)];
}

function claimsSame(name: SealedName, other: SealedName | null): boolean {
  if (other === null) return false;
  const email = (one: SealedName): string | undefined => one.email?.trim().toLowerCase();
  return skeleton(name.name) === skeleton(other.name) || (email(name) !== undefined && email(name) === email(other));
}

function whoIs(entry: Entry<PersonId>): string {
  return `'${called(entry)}' (${entry.id.slice(0, 8)}), who is a member`;
}

function blocking(code: OddityCode, text: string): Oddity {
  return { code, text, blocks: true };
}

/** What can be picked out of a list by a person. */
export interface Pickable {
  readonly id: string;
  readonly fingerprint?: string;
  readonly name?: string;
  readonly email?: string;
}

/** A fingerprint's beginning as people write it: at least 8 hex digits, with spaces or colons where they like. null: it is none. */
export function fingerprintDigits(text: string): string | null {
  const digits = text.replace(/[\s:]/g, "").toLowerCase();
  return /^[0-9a-f]{8,40}$/.test(digits) ? digits : null;
}

export function hasFingerprint(card: Pickable, digits: string): boolean {
  return card.fingerprint?.replaceAll(" ", "").startsWith(digits) === true;
}

/**
 * The card that a person means: by fingerprint, id, name or e-mail.
 * @throws HxError `not-found`, `ambiguous` with the ids
 */
export function pickCard<Card extends Pickable>(cards: readonly Card[], text: string): Card {
  const digits = fingerprintDigits(text);
  const byFingerprint = digits === null ? [] : cards.filter((card) => hasFingerprint(card, digits));
  const wanted = text.trim().toLowerCase();
  const byName = cards.filter(({ id, name, email }) => (wanted.length >= 4 && id.startsWith(wanted)) || name?.toLowerCase() === wanted || email?.toLowerCase() === wanted);
  const found = byFingerprint.length > 0 ? byFingerprint : byName;
  const [first, second] = found;
  if (first === undefined) throw new HxError("not-found", `no request to join is '${text}'`, { hints: ["hx member list --pending"] });
  if (second === undefined) return first;
  throw new HxError("ambiguous", `'${text}' is what ${found.length} requests say: ${found.map(({ id }) => id).join(", ")}`, { hints: ["hx member list --pending"] });
}
