import { toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { openDeviceKey } from "../../format/key-file.ts";
import type { KeyDerivation, LockedDeviceKey } from "../../format/key-file.ts";
import { readDeviceKey } from "./files.ts";
import { passphraseBytes } from "./passphrase.ts";
import type { IdentityPorts } from "./ports.ts";
import { stretched } from "./protection.ts";
import { UnlockedIdentity } from "./unlocked.ts";

type Argon2 = Extract<KeyDerivation, { alg: "argon2id" }>;

/**
 * The identity of this device: by a remembered unlock, else by the passphrase.
 * @throws HxError `no-identity`, `locked`, `wrong-passphrase`, `key-parameters`, `key-file-open`, `encoding-invalid`
 */
export async function openIdentity(ports: IdentityPorts): Promise<UnlockedIdentity> {
  const locked = await needDeviceKey(ports);
  return (await openSilently(ports, locked)) ?? openWithPassphrase(ports, locked);
}

/** The identity when nobody needs to be asked for it, else null. @throws as `openIdentity` */
export async function tryOpenIdentity(ports: IdentityPorts): Promise<UnlockedIdentity | null> {
  const locked = await readDeviceKey(ports);
  return locked === null ? null : openSilently(ports, locked);
}

/** Asks for the passphrase, whatever is remembered. @throws as `openIdentity` */
export async function openWithPassphrase(ports: IdentityPorts, locked: LockedDeviceKey): Promise<UnlockedIdentity> {
  const { kdf } = locked;
  if (kdf.alg !== "argon2id") throw new HxError("internal", "these keys have no passphrase");
  const text = await ports.passphrase.ask("passphrase of your hx identity");
  if (text === null) throw new HxError("locked", "the identity is locked, and there is nobody to ask for the passphrase", { hints: ["hx identity unlock", "or give --passphrase-file <file>"] });
  return opened(ports, locked, await stretched(ports, kdf, passphraseBytes(text)));
}

/** @throws HxError `no-identity` */
export async function needDeviceKey(ports: Pick<IdentityPorts, "files">): Promise<LockedDeviceKey> {
  const locked = await readDeviceKey(ports);
  if (locked !== null) return locked;
  throw new HxError("no-identity", "there is no identity on this device", { hints: ["hx identity new", "hx identity restore"] });
}

/** The name of a remembered key: changes with the passphrase, not with what the file holds. */
export function unlockName(ports: Pick<IdentityPorts, "crypto">, kdf: Argon2): string {
  return toHex(ports.crypto.hashes.h16(kdf.salt));
}

async function openSilently(ports: IdentityPorts, locked: LockedDeviceKey): Promise<UnlockedIdentity | null> {
  const { kdf } = locked;
  if (kdf.alg === "none") return damaged(() => opened(ports, locked, kdf.key));
  if (kdf.alg === "keyring") {
    const key = await ports.keyring.get(kdf.id);
    if (key === null) throw new HxError("locked", `the keyring has no key '${kdf.id}'`, { hints: ["unlock the keyring of the operating system and try again", "hx identity restore"] });
    return damaged(() => opened(ports, locked, key));
  }
  const name = unlockName(ports, kdf);
  const key = await ports.unlocks.get(name, ports.clock.now());
  if (key === null) return null;
  try {
    return opened(ports, locked, key);
  } catch {
    // The remembered key is of another file: forget it and ask.
    await ports.unlocks.clear(name);
    return null;
  }
}

function opened(ports: IdentityPorts, locked: LockedDeviceKey, key: Uint8Array): UnlockedIdentity {
  return new UnlockedIdentity(openDeviceKey(ports.crypto.aead, key, locked), { kdf: locked.kdf, key });
}

/** Where nobody typed anything, a key that does not open means that the file is damaged. */
function damaged<Value>(open: () => Value): Value {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof HxError && cause.code === "wrong-passphrase") throw new HxError("encoding-invalid", "'identity/device.key' is damaged", { cause, hints: ["hx identity restore"] });
    throw cause;
  }
}
