import { fingerprint } from "../../format/join.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { decodeStatement } from "../../format/statement.ts";
import type { HashFunctions } from "../../format/primitives.ts";
import type { PersonId } from "../../domain/ids.ts";
import { cardClaim, joinClaim } from "./claims.ts";

/**
 * The fingerprints by which people were let in, as a verified chain has them: of the request to join, and of the founder, who sent
 * none, of their person envelope.
 */
export function fingerprintsOf(hashes: HashFunctions, statements: readonly Uint8Array[]): ReadonlyMap<PersonId, string> {
  const found = new Map<PersonId, string>();
  for (const bytes of statements) {
    const body = decodeStatement(decodeEnvelope(bytes, "hx/statement/v1").payload);
    if (body.type === "genesis") {
      const { person } = cardClaim(hashes, body.founder);
      found.set(person.id, fingerprint(hashes.h, person.signed.payload));
    }
    if (body.type === "person") {
      const { card, signed } = joinClaim(hashes, body.join);
      found.set(card.person.id, fingerprint(hashes.h, signed.payload));
    }
  }
  return found;
}
