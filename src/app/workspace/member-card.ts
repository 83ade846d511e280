import { HxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { CardEnvelopes } from "../../format/card.ts";
import type { HashFunctions } from "../../format/primitives.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { decodeJoin, fingerprint } from "../../format/join.ts";
import { decodeStatement } from "../../format/statement.ts";
import { cardClaim, deviceClaim, joinClaim, personKeyClaim } from "./claims.ts";

/**
 * The card of a person as a verified chain has it: the one they came with, and every device and key that was added since.
 * @throws HxError `not-found`
 */
export function cardOf(hashes: HashFunctions, statements: readonly Uint8Array[], person: PersonId): CardEnvelopes {
  let card: CardEnvelopes | null = null;
  for (const bytes of statements) {
    const body = decodeStatement(decodeEnvelope(bytes, "hx/statement/v1").payload);
    if (body.type === "genesis" && cardClaim(hashes, body.founder).person.id === person) card = body.founder;
    if (body.type === "person" && joinClaim(hashes, body.join).card.person.id === person) card = joinedCard(body.join);
    if (card === null) continue;
    if (body.type === "device") card = { ...card, devices: [...card.devices, body.device] };
    if (body.type === "person-key") card = { ...card, keys: [...card.keys, body.key] };
  }
  if (card === null) throw new HxError("not-found", `the workspace has no card of person '${person}'`);
  return ownOnly(hashes, card, person);
}

function joinedCard(join: Uint8Array): CardEnvelopes {
  return decodeJoin(decodeEnvelope(join, "hx/join/v1").payload).card;
}

/** Devices and keys that statements added belong to whoever they name: those of others go. */
function ownOnly(hashes: HashFunctions, card: CardEnvelopes, person: PersonId): CardEnvelopes {
  return {
    person: card.person,
    devices: card.devices.filter((device) => deviceClaim(hashes, device).person === person),
    keys: card.keys.filter((key) => personKeyClaim(key).person === person),
  };
}

/** The fingerprint of the request with which each person came in, as whoever let them in compared it. Founders came without one. */
export function joinFingerprints(hashes: HashFunctions, statements: readonly Uint8Array[]): ReadonlyMap<PersonId, string> {
  const found = new Map<PersonId, string>();
  for (const bytes of statements) {
    const body = decodeStatement(decodeEnvelope(bytes, "hx/statement/v1").payload);
    if (body.type === "person") found.set(joinClaim(hashes, body.join).card.person.id, fingerprint(hashes.h, decodeEnvelope(body.join, "hx/join/v1").payload));
  }
  return found;
}
