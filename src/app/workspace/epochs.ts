import { equal } from "../../domain/bytes.ts";
import { isHxError } from "../../domain/errors.ts";
import type { EpochSeed } from "../../format/key-file.ts";
import type { ContextMap } from "../../format/primitives.ts";
import type { Crypto } from "../../ports/crypto.ts";

/** A public key of one epoch, with the seed of the epoch before sealed to it. */
interface EpochKey {
  readonly epoch: number;
  /** X-Wing public key. */
  readonly key: Uint8Array;
  readonly before?: Uint8Array;
}

/**
 * The seeds of all epochs that can be reached: those at hand, and through `before` all older ones. A seed counts
 * only when it is that of the public key of its epoch.
 * @param keys index is the epoch
 * @param own the seed of one epoch that is at hand by itself, or null
 * @param context additional data of `before` in the key of an epoch
 * @returns oldest first
 */
export function walkBack<Key extends EpochKey>(crypto: Crypto, keys: readonly Key[], own: (key: Key) => Uint8Array | null, context: (epoch: number) => ContextMap): readonly EpochSeed[] {
  const opened: EpochSeed[] = [];
  let handed: Uint8Array | null = null;
  for (const key of keys.toReversed()) {
    const seed: Uint8Array | null = isSeedOf(crypto, handed, key) ? handed : own(key);
    handed = null;
    if (seed === null || !isSeedOf(crypto, seed, key)) continue;
    opened.unshift({ epoch: key.epoch, seed });
    handed = key.before === undefined ? null : openOrNull(crypto, seed, context(key.epoch), key.before);
  }
  return opened;
}

function isSeedOf(crypto: Crypto, seed: Uint8Array | null, { key }: EpochKey): boolean {
  return seed !== null && equal(crypto.wrapper.publicKey(seed), key);
}

/** A wrap that another member made badly opens for nobody; it does not stop the reader. */
export function openOrNull(crypto: Crypto, seed: Uint8Array, context: ContextMap, wrap: Uint8Array): Uint8Array | null {
  try {
    return crypto.wrapper.open(seed, context, wrap);
  } catch (error) {
    if (isHxError(error) && error.code === "wrap-invalid") return null;
    throw error;
  }
}
