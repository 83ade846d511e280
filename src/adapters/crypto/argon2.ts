import type { PasswordHash } from "../../ports/crypto.ts";

const KEY = 32;

/** argon2id of libsodium, which has one lane. The larger build is loaded on first use, not before. */
export async function loadPasswordHash(): Promise<PasswordHash> {
  const { default: sodium } = await import("libsodium-wrappers-sumo");
  await sodium.ready;
  return {
    // `async`, so that a failure of the module rejects instead of throwing.
    argon2id: async (passphrase, salt, opslimit, memlimit) =>
      sodium.crypto_pwhash(KEY, passphrase, salt, opslimit, memlimit, sodium.crypto_pwhash_ALG_ARGON2ID13),
  };
}
