import type { Clock } from "../../ports/clock.ts";
import type { Crypto, PasswordHash } from "../../ports/crypto.ts";
import type { KeyFiles, Keyring, PassphraseSource, UnlockCache } from "../../ports/keystore.ts";

/** What the use cases of identity need. */
export interface IdentityPorts {
  /** Paths are relative to HX_CONFIG_DIR. */
  readonly files: KeyFiles;
  readonly unlocks: UnlockCache;
  readonly keyring: Keyring;
  readonly crypto: Crypto;
  /** Loaded only where a passphrase is worked on. */
  readonly passwords: () => Promise<PasswordHash>;
  readonly passphrase: PassphraseSource;
  readonly clock: Clock;
}
