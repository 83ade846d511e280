import type { PersonId } from "../../domain/ids.ts";
import { currentPersonKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Author } from "../read/author-keys.ts";
import type { Acting } from "../workspace/acting.ts";
import { openSuccession } from "../workspace/succession.ts";
import { personRecipient } from "./recipients.ts";

/** Those who departed and whom a team of this person succeeds, with the keys that the succession opens. */
export function succeededAuthors(crypto: Crypto, state: WorkspaceState, acting: Acting): readonly Author[] {
  return [...state.persons.values()].flatMap(({ id, succession }) => {
    if (succession?.wrap === undefined) return [];
    const teamKeys = acting.teamKeys.filter(({ team }) => team === succession.team);
    const keys = teamKeys.length === 0 ? [] : openSuccession(crypto, state, id, teamKeys);
    return keys.length === 0 ? [] : [{ person: id, keys }];
  });
}

/** For whom this person may approve: first themselves, then those whom they succeed. */
export function authorsOf(crypto: Crypto, state: WorkspaceState, acting: Acting): readonly Author[] {
  return [{ person: acting.person, keys: acting.personKeys }, ...succeededAuthors(crypto, state, acting)];
}

/**
 * The X-Wing public key to which an author's statements are sealed: their newest. Of somebody who departed, the newest that their
 * successors open: a key that came after they signed over is nobody's.
 * @throws HxError `not-found`
 */
export function authorKey(state: WorkspaceState, author: PersonId): Uint8Array {
  const person = state.persons.get(author);
  const handed = person?.state === "departed" && person.succession?.wrap !== undefined ? person.keys[person.succession.keyEpoch] : undefined;
  return handed?.key ?? (person === undefined ? personRecipient(state, author).key : currentPersonKey(person).key);
}
