import { writeDeviceKey } from "./files.ts";
import { needDeviceKey, openIdentity, openWithPassphrase, unlockName } from "./open.ts";
import type { IdentityPorts } from "./ports.ts";
import { newFileKey } from "./protection.ts";
import type { Protection } from "./protection.ts";

/**
 * Locks the keys of this device in another way. The old passphrase is asked for even when an unlock is
 * remembered: a screen left open must not be enough.
 * @throws HxError `no-identity`, `locked`, `wrong-passphrase`, `not-found` (no keyring)
 */
export async function changeProtection(ports: IdentityPorts, next: () => Promise<Protection>): Promise<void> {
  const locked = await needDeviceKey(ports);
  const identity = locked.kdf.alg === "argon2id" ? await openWithPassphrase(ports, locked) : await openIdentity(ports);
  const fileKey = await newFileKey(ports, await next());
  await writeDeviceKey(ports, fileKey, identity.secrets);
  if (locked.kdf.alg === "argon2id") await ports.unlocks.clear(unlockName(ports, locked.kdf));
  if (locked.kdf.alg === "keyring") await ports.keyring.remove(locked.kdf.id);
}
