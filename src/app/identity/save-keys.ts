import type { DeviceSecrets, EpochSeed, MembershipSeeds } from "../../format/key-file.ts";
import { openDeviceKey } from "../../format/key-file.ts";
import { needDeviceKey } from "./open.ts";
import { writeDeviceKey } from "./files.ts";
import type { IdentityPorts } from "./ports.ts";
import { UnlockedIdentity } from "./unlocked.ts";

export interface KeysToSave {
  readonly personKeys?: readonly EpochSeed[];
  readonly memberships?: readonly MembershipSeeds[];
}

/**
 * Adds keys to those of this device. The file is read again first, so that what another process saved stays.
 * @returns the identity with the keys
 */
export async function saveKeys(ports: IdentityPorts, identity: UnlockedIdentity, add: KeysToSave): Promise<UnlockedIdentity> {
  const saved = openDeviceKey(ports.crypto.aead, identity.fileKey.key, await needDeviceKey(ports));
  const secrets: DeviceSecrets = {
    ...saved,
    keys: merged(saved.keys, add.personKeys ?? [], (key) => String(key.epoch)).sort((a, b) => a.epoch - b.epoch),
    membership: merged(saved.membership, add.memberships ?? [], (seeds) => `${seeds.workspace} ${seeds.epoch}`),
  };
  await writeDeviceKey(ports, identity.fileKey, secrets);
  return new UnlockedIdentity(secrets, identity.fileKey);
}

/** What is there stays: a key is never replaced by another of the same name. */
function merged<Value>(there: readonly Value[], more: readonly Value[], name: (value: Value) => string): Value[] {
  const all = new Map(there.map((value) => [name(value), value]));
  for (const value of more) if (!all.has(name(value))) all.set(name(value), value);
  return [...all.values()];
}
