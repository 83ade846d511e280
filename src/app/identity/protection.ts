import { toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { ARGON2_WRITTEN, checkKdf } from "../../format/key-file.ts";
import type { KeyDerivation } from "../../format/key-file.ts";
import type { IdentityPorts } from "./ports.ts";

/** How the keys of a device lie at rest. */
export type Protection =
  /** Bytes as `passphraseBytes` gives them. */
  | { readonly kind: "passphrase"; readonly passphrase: Uint8Array }
  | { readonly kind: "keyring" }
  /** Whoever reads the file has the keys. */
  | { readonly kind: "none" };

/** The key that locks `device.key`, and what the file says of where it comes from. */
export interface FileKey {
  readonly kdf: KeyDerivation;
  readonly key: Uint8Array;
}

/** A new key for a protection. @throws HxError `not-found` when there is no keyring */
export async function newFileKey(ports: IdentityPorts, protection: Protection): Promise<FileKey> {
  const { random } = ports.crypto;
  if (protection.kind === "none") {
    const key = random.bytes(32);
    return { kdf: { alg: "none", key }, key };
  }
  if (protection.kind === "keyring") return keyringKey(ports);
  const kdf = { alg: "argon2id", ops: ARGON2_WRITTEN.ops, memory: ARGON2_WRITTEN.memory, salt: random.bytes(16) } as const;
  return { kdf, key: await stretched(ports, kdf, protection.passphrase) };
}

/** @throws HxError `key-parameters` before any work */
export async function stretched(ports: IdentityPorts, kdf: Extract<KeyDerivation, { alg: "argon2id" }>, passphrase: Uint8Array): Promise<Uint8Array> {
  checkKdf(kdf);
  const passwords = await ports.passwords();
  return passwords.argon2id(passphrase, kdf.salt, kdf.ops, kdf.memory);
}

async function keyringKey(ports: IdentityPorts): Promise<FileKey> {
  if (!(await ports.keyring.available())) {
    throw new HxError("not-found", "no keyring of the operating system is within reach", { hints: ["use a passphrase instead: leave --keyring out"] });
  }
  const { random } = ports.crypto;
  const id = `hx-device-${toHex(random.bytes(8))}`;
  const key = random.bytes(32);
  await ports.keyring.set(id, key);
  return { kdf: { alg: "keyring", id }, key };
}
