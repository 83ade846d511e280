import { loadPasswordHash } from "../adapters/crypto/argon2.ts";
import { loadCrypto } from "../adapters/crypto/libsodium.ts";
import { DirectoryKeyFiles } from "../adapters/keystore/key-files.ts";
import { SystemKeyring } from "../adapters/keystore/keyring.ts";
import { DirectoryUnlockCache } from "../adapters/keystore/unlock-cache.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { PassphraseSource } from "../ports/keystore.ts";
import { systemClock } from "./clone.ts";
import type { Settings } from "./settings.ts";

export async function identityPorts(settings: Settings, passphrase: PassphraseSource): Promise<IdentityPorts> {
  return {
    files: new DirectoryKeyFiles(settings.configDirectory),
    unlocks: new DirectoryUnlockCache(settings.unlockDirectory, settings.unlockPlace),
    keyring: new SystemKeyring(),
    crypto: await loadCrypto(),
    passwords: loadPasswordHash,
    passphrase,
    clock: systemClock,
  };
}
