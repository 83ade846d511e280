import { equal } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { recoverySeeds } from "../../format/card.ts";
import type { PersonKeyStatement } from "../../domain/workspace/statement.ts";
import type { Card, CardEnvelopes } from "../../format/card.ts";
import type { EpochSeed } from "../../format/key-file.ts";
import { personKeyBeforeContext, personKeyContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { newDevice } from "./device.ts";
import { refuseExisting, verifiedCard, writeCard, writeDeviceKey } from "./files.ts";
import type { Phrase } from "./phrase.ts";
import type { IdentityPorts } from "./ports.ts";
import { newFileKey } from "./protection.ts";
import type { Protection } from "./protection.ts";
import { UnlockedIdentity } from "./unlocked.ts";

export interface RecoveredIdentity {
  readonly identity: UnlockedIdentity;
  /** The card with the new device: what was given, and one device more. */
  readonly card: CardEnvelopes;
  /** For the statement `device` (docs/spec/workspace.md): signed by the person's signing key. */
  readonly device: Uint8Array;
  /** For the same: the newest person key, for the new device. */
  readonly box: Uint8Array;
}

/** The public signing key that a phrase gives: whose card to look for in a workspace. */
export function personSigningKey(crypto: Crypto, phrase: Phrase): Uint8Array {
  return crypto.signer.publicKey(recoverySeeds(crypto.hashes, phrase.root()).sign);
}

/**
 * Makes this device one of the person's, from the phrase and the person's card as a workspace holds it.
 * @throws HxError `exists`, `wrong-phrase`, `wrap-invalid`, `encoding-invalid`, `signature-invalid`
 */
export async function recoverIdentity(
  ports: IdentityPorts,
  input: { readonly phrase: Phrase; readonly card: CardEnvelopes; readonly protection: Protection },
): Promise<RecoveredIdentity> {
  await refuseExisting(ports);
  const { crypto } = ports;
  const seeds = recoverySeeds(crypto.hashes, input.phrase.root());
  const before = verifiedCard(ports, input.card);
  if (!equal(before.person.sign, crypto.signer.publicKey(seeds.sign))) {
    throw new HxError("wrong-phrase", "the recovery phrase is that of another person");
  }
  const keys = openPersonKeys(crypto, before, seeds.recovery);
  const newest = keys.at(-1);
  if (newest === undefined) throw new HxError("encoding-invalid", "the card has no person key");
  const person = before.person.id;
  const device = newDevice(crypto, person, seeds.sign);
  const card: CardEnvelopes = { ...input.card, devices: [...input.card.devices, device.envelope] };
  const box = crypto.wrapper.wrap(device.boxPublic, personKeyContext(person, newest.epoch, device.id), newest.seed);
  const fileKey = await newFileKey(ports, input.protection);
  const identity = new UnlockedIdentity({ person, device: device.id, sign: device.sign, box: device.box, keys, membership: [] }, fileKey);
  await writeCard(ports, card);
  await writeDeviceKey(ports, fileKey, identity.secrets);
  return { identity, card, device: device.envelope, box };
}

/**
 * The seeds of all epochs, oldest first. From the newest down: each by the recovery key, or by the epoch after it.
 * @throws HxError `wrap-invalid` when one does not open, or is not the seed of the key it stands for
 */
function openPersonKeys(crypto: Crypto, card: Card, recovery: Uint8Array): EpochSeed[] {
  const opened: EpochSeed[] = [];
  let after: { readonly statement: PersonKeyStatement; readonly seed: Uint8Array } | undefined;
  for (const statement of card.keys.toReversed()) {
    const { person, epoch } = statement;
    const own = crypto.wrapper.open(recovery, personKeyContext(person, epoch, "recovery"), statement.recovery);
    const seed = own ?? openBefore(crypto, after);
    if (seed === null || !equal(crypto.wrapper.publicKey(seed), statement.key)) throw new HxError("wrap-invalid", `the recovery phrase does not open person key '${epoch}'`);
    opened.unshift({ epoch, seed });
    after = { statement, seed };
  }
  return opened;
}

function openBefore(crypto: Crypto, after: { readonly statement: PersonKeyStatement; readonly seed: Uint8Array } | undefined): Uint8Array | null {
  if (after?.statement.before === undefined) return null;
  const { person, epoch, before } = after.statement;
  return crypto.wrapper.open(after.seed, personKeyBeforeContext(person, epoch), before);
}
