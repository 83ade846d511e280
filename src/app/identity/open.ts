import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { openDeviceKey } from "../../format/key-file.ts";
import type { KeyDerivation, LockedDeviceKey } from "../../format/key-file.ts";
import { CARD_FILE, DEVICE_KEY_FILE, readCard, readDeviceKey } from "./files.ts";
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
  return (await openSilently(ports, locked)) ?? (await openWithPassphrase(ports, locked));
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
  return ofCard(ports, opened(ports, locked, await stretched(ports, kdf, passphraseBytes(text))));
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
  if (kdf.alg === "none") return ofCard(ports, damaged(() => opened(ports, locked, kdf.key)));
  if (kdf.alg === "keyring") {
    const key = await ports.keyring.get(kdf.id);
    if (key === null) throw new HxError("locked", `the keyring has no key '${kdf.id}'`, { hints: ["unlock the keyring of the operating system and try again", "hx identity restore"] });
    return ofCard(ports, damaged(() => opened(ports, locked, key)));
  }
  const name = unlockName(ports, kdf);
  const key = await ports.unlocks.get(name, ports.clock.now());
  if (key === null) return null;
  try {
    return await ofCard(ports, opened(ports, locked, key));
  } catch (error) {
    if (!(error instanceof HxError) || error.code !== "wrong-passphrase") throw error;
    // The remembered key is of another file: forget it and ask.
    await ports.unlocks.clear(name);
    return null;
  }
}

function opened(ports: IdentityPorts, locked: LockedDeviceKey, key: Uint8Array): UnlockedIdentity {
  return new UnlockedIdentity(openDeviceKey(ports.crypto.aead, key, locked), { kdf: locked.kdf, key });
}

/**
 * A key file of somebody else that opens (it may need no passphrase) would make all that is kept from now on
 * theirs: so it must be of the person and of a device of the card beside it.
 */
async function ofCard(ports: IdentityPorts, identity: UnlockedIdentity): Promise<UnlockedIdentity> {
  const found = await readCard(ports);
  if (found === null) throw new HxError("encoding-invalid", `'${CARD_FILE}' is missing`, { hints: [`move '${DEVICE_KEY_FILE}' away, then:  hx identity restore`] });
  const { person, devices } = found.card;
  const own = devices.find(({ id }) => id === identity.device);
  const isOwn = own !== undefined && equal(own.sign, ports.crypto.signer.publicKey(identity.signSeed));
  const agrees = person.id === identity.person && (isOwn || (own === undefined && identity.waits));
  if (!agrees) throw new HxError("encoding-invalid", `'${DEVICE_KEY_FILE}' is not that of a device in '${CARD_FILE}'`);
  return identity;
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
