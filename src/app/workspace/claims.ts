import type { CardClaim, DeviceClaim, JoinClaim, PersonClaim, PersonKeyClaim, RepoGenesisClaim } from "../../domain/workspace/statement.ts";
import { openDevice, openPerson, openPersonKey } from "../../format/card.ts";
import type { CardEnvelopes } from "../../format/card.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { decodeJoin } from "../../format/join.ts";
import type { HashFunctions } from "../../format/primitives.ts";
import { openRepoGenesis } from "../../format/repo-genesis.ts";

/**
 * Envelopes that lie in statements, decoded with nothing verified: the rules of the domain verify, because
 * only they know which keys may have signed. So every claim keeps its `signed`.
 */
const unverified = (): boolean => true;
const anyKey: readonly Uint8Array[] = [new Uint8Array(32)];

export function cardClaim(hashes: HashFunctions, card: CardEnvelopes): CardClaim {
  return {
    person: personClaim(hashes, card.person),
    devices: card.devices.map((envelope) => deviceClaim(hashes, envelope)),
    keys: card.keys.map((envelope) => personKeyClaim(envelope)),
  };
}

export function joinClaim(hashes: HashFunctions, envelope: Uint8Array): JoinClaim {
  const signed = decodeEnvelope(envelope, "hx/join/v1");
  const { workspace, card, name, epoch } = decodeJoin(signed.payload);
  return { signed, workspace, card: cardClaim(hashes, card), name, epoch };
}

export function personClaim(hashes: HashFunctions, envelope: Uint8Array): PersonClaim {
  return { signed: decodeEnvelope(envelope, "hx/person/v1"), ...openPerson(hashes, unverified, envelope) };
}

export function deviceClaim(hashes: HashFunctions, envelope: Uint8Array): DeviceClaim {
  return { signed: decodeEnvelope(envelope, "hx/device/v1"), ...openDevice(hashes, unverified, envelope, anyKey) };
}

export function personKeyClaim(envelope: Uint8Array): PersonKeyClaim {
  return { signed: decodeEnvelope(envelope, "hx/person-key/v1"), ...openPersonKey(unverified, envelope, anyKey) };
}

export function repoGenesisClaim(hashes: HashFunctions, envelope: Uint8Array): RepoGenesisClaim {
  const { repo, signingKey } = openRepoGenesis(hashes, unverified, envelope);
  return { signed: decodeEnvelope(envelope, "hx/repo/v1"), bytes: envelope, id: repo, sign: signingKey };
}
