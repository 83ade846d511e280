import type { PersonId } from "../../domain/ids.ts";
import { devicePayload } from "../../format/card.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { deviceIdOf } from "../../format/ids.ts";
import type { DeviceId } from "../../domain/ids.ts";
import type { Crypto } from "../../ports/crypto.ts";

/** A device just made: its seeds and its envelope. */
export interface NewDevice {
  readonly id: DeviceId;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
  /** X-Wing public key of `box`. */
  readonly boxPublic: Uint8Array;
  /** `hx/device/v1`, signed by the person's signing key. */
  readonly envelope: Uint8Array;
}

export function newDevice(crypto: Crypto, person: PersonId, personSign: Uint8Array): NewDevice {
  const { signer, wrapper, random, hashes } = crypto;
  const sign = random.bytes(32);
  const box = random.bytes(32);
  const signPublic = signer.publicKey(sign);
  const boxPublic = wrapper.publicKey(box);
  const payload = devicePayload({ person, sign: signPublic, box: boxPublic });
  const envelope = signEnvelope("hx/device/v1", payload, (message) => signer.sign(personSign, message));
  return { id: deviceIdOf(hashes, signPublic), sign, box, boxPublic, envelope };
}
