import { equal } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { claimedTie, openTie } from "../../format/tie.ts";
import type { CommitFacts } from "../../ports/history.ts";
import type { Ledger } from "../ledger.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { called, type Directory, type Entry } from "../workspace/directory.ts";
import type { SharingHere } from "./read-sharing.ts";

/** Where a departed person signed a succession, their team answers for them. */
export function isAnswered(state: WorkspaceState, person: PersonId): boolean {
  const found = state.persons.get(person);
  return found?.state === "living" || (found?.state === "departed" && found.succession?.wrap !== undefined);
}

/**
 * The person to whom the e-mail of a commit's author is bound: the one living member who has it; where none has, the one
 * who departed with a succession.
 * @throws HxError `not-found`, `ambiguous`
 */
export function authorOfCommit(state: WorkspaceState, directory: Directory, { oid, author }: CommitFacts): Entry<PersonId> {
  const living = directory.withEmail(author.email);
  const wanted = author.email.trim().toLowerCase();
  const departed = directory.people().filter(({ id, email }) => state.persons.get(id)?.state === "departed" && isAnswered(state, id) && email?.trim().toLowerCase() === wanted);
  const found = living.length > 0 ? living : departed;
  const commit = `commit '${oid.slice(0, 8)}' is by '${author.name} <${author.email}>'`;
  const [first, second] = found;
  if (first === undefined) throw new HxError("not-found", `${commit}, and no member has this e-mail`, { hints: ["hx member list", "name the author with --to <person>"] });
  if (second !== undefined) throw new HxError("ambiguous", `${commit}, and ${found.length} people have this e-mail: ${found.map((entry) => `${called(entry)} (${entry.id})`).join(", ")}`, { hints: ["name the author with --to <person>"] });
  return first;
}

/** Whether git verified a signature of the author that the commit names. Else anybody who commits could have named them. */
export function isProven({ author, signature }: CommitFacts): boolean {
  if (signature.kind !== "good" || author.email === "") return false;
  const addresses: readonly string[] = signature.signer.toLowerCase().match(/[^\s<>,;"()]+@[^\s<>,;"()]+/g) ?? [];
  return addresses.includes(author.email.trim().toLowerCase());
}

/**
 * Whose a lane is, as far as this person may know: one's own, or one that an approval showed them.
 * Several would be a lie of somebody: then it is not known.
 */
export function authorOfLane(ledger: Ledger, state: WorkspaceState, { sharing, index }: SharingHere, { lane, publicKey }: LaneSource): PersonId | null {
  const people = new Set(index.ties(state).flatMap((tie) => (tie.lane === lane ? [tie.person] : [])));
  for (const { first, extensions } of sharing.approvals.values()) {
    for (const { said } of [first, ...extensions]) {
      for (const shown of said.ties) {
        const person = equal(shown.lane, publicKey) ? tiedTo(ledger, state, shown) : null;
        if (person !== null && person === said.author) people.add(person);
      }
    }
  }
  const [person, other] = people;
  return person === undefined || other !== undefined ? null : person;
}

function tiedTo({ crypto, repo }: Ledger, state: WorkspaceState, { lane, device, signature }: { readonly lane: Uint8Array; readonly device: Uint8Array; readonly signature: Uint8Array }): PersonId | null {
  const body = new Map<string, string | Uint8Array>([["kind", "tie"], ["device", device], ["lane", signature]]);
  try {
    const known = state.devices.get(claimedTie(body).device);
    if (known === undefined) return null;
    const tie = openTie(body, { repo, lane }, known.sign, (key, message, signed) => crypto.signer.verify(key, message, signed));
    return tie.person === known.person ? tie.person : null;
  } catch (error) {
    if (!isHxError(error)) throw error; // a damaged tie ties nothing
    return null;
  }
}
