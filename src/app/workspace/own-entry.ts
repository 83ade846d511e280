import { equal } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { currentPersonKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import { openPersonKeys } from "./member.ts";

/**
 * Holds what the workspace says of a person against the keys of their device. An HxError `signature-invalid` when somebody else's key
 * stands in their entry; null where nothing is wrong, or there is no entry.
 */
export function ownEntryProblem(crypto: Crypto, state: WorkspaceState, identity: UnlockedIdentity): HxError | null {
  const person = state.persons.get(identity.person);
  const device = state.devices.get(identity.device);
  if (person === undefined || device === undefined) return null;
  const isOurs = device.person === person.id && equal(device.box, crypto.wrapper.publicKey(identity.boxSeed)) && equal(device.sign, crypto.signer.publicKey(identity.signSeed));
  if (!isOurs) return alarm("another key for this device", identity);
  if (device.state !== "live" || person.state !== "living") return null;
  const newest = currentPersonKey(person).epoch;
  const opened = openPersonKeys(crypto, state, person.id, { device: device.id, seed: identity.boxSeed });
  return opened.some(({ epoch }) => epoch === newest) ? null : alarm(`a person key, of epoch ${newest}, that this device cannot open`, identity);
}

function alarm(what: string, { person, device }: UnlockedIdentity): HxError {
  return new HxError("signature-invalid", `the workspace has another key in your entry: ${what}`, { hints: ["hx device list", "hx member list"], data: { person, device } });
}
