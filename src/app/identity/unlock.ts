import { HxError } from "../../domain/errors.ts";
import { needDeviceKey, openWithPassphrase, unlockName } from "./open.ts";
import { readDeviceKey } from "./files.ts";
import type { IdentityPorts } from "./ports.ts";
import type { UnlockedIdentity } from "./unlocked.ts";

/** The longest time that an unlock is remembered, in minutes. */
export const MOST_MINUTES = 24 * 60;

export interface Unlock {
  readonly identity: UnlockedIdentity;
  /** ms since 1970. */
  readonly until: number;
  /** Where the key is kept. */
  readonly place: string;
}

/**
 * Asks for the passphrase and remembers the key of the file for a bounded time.
 * @returns null when the keys need no unlock (keyring, no passphrase)
 * @throws HxError `usage`, `no-identity`, `locked`, `wrong-passphrase`
 */
export async function unlockIdentity(ports: IdentityPorts, minutes: number): Promise<Unlock | null> {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MOST_MINUTES) throw new HxError("usage", `an unlock lasts from 1 to ${MOST_MINUTES} minutes`);
  const locked = await needDeviceKey(ports);
  if (locked.kdf.alg !== "argon2id") return null;
  const identity = await openWithPassphrase(ports, locked);
  const until = ports.clock.now() + minutes * 60_000;
  await ports.unlocks.put(unlockName(ports, locked.kdf), identity.fileKey.key, until);
  return { identity, until, place: ports.unlocks.place };
}

/** Forgets a remembered unlock. Nothing to forget is no failure. */
export async function lockIdentity(ports: IdentityPorts): Promise<void> {
  const locked = await readDeviceKey(ports);
  if (locked?.kdf.alg === "argon2id") await ports.unlocks.clear(unlockName(ports, locked.kdf));
}
