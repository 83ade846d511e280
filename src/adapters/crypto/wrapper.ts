import { hkdfSync } from "node:crypto";
import { HxError } from "../../domain/errors.ts";
import { encodeWrap, parseWrap, wrapAdditional, wrapInfo, wrapPurpose } from "../../format/wrap.ts";
import type { Aead, Hashes, Wrapper } from "../../ports/crypto.ts";
import { randomBytes } from "./random.ts";
import type { Sodium } from "./sodium.ts";

const SEED = 32;
/** Bytes of randomness of one encapsulation: ML-KEM-768 takes 32, the ephemeral X25519 key 32. */
const COINS = 64;
const EMPTY = new Uint8Array(0);

/** Allowed, because each wrap has a key of its own that is used once. */
const ZERO_NONCE = new Uint8Array(24);

/** HKDF-SHA256, RFC 5869, without salt. `libsodium-wrappers` has none, so it is the platform's. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", ikm, salt, info, length));
}

interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Wraps of docs/spec/wrap.md, kind 1. */
export function sodiumWrapper(sodium: Sodium, hashes: Hashes, aead: Aead): Wrapper {
  const wrapKey = (shared: Uint8Array, purpose: string, publicKey: Uint8Array, kem: Uint8Array): Uint8Array =>
    hkdfSha256(shared, EMPTY, wrapInfo(hashes.h, purpose, publicKey, kem), 32);

  // One key is tried on thousands of items, and half of the time would go into its public key.
  const pairs = new WeakMap<Uint8Array, KeyPair>();
  const pairOf = (seed: Uint8Array): KeyPair => {
    const pair = pairs.get(seed) ?? sodium.crypto_kem_xwing_seed_keypair(checkedSeed(seed));
    pairs.set(seed, pair);
    return pair;
  };

  return {
    publicKey(seed) {
      return sodium.crypto_kem_xwing_seed_keypair(checkedSeed(seed)).publicKey;
    },
    wrap(to, context, plaintext) {
      const purpose = wrapPurpose(context);
      const { ciphertext, sharedSecret } = encapsulate(sodium, to);
      const key = wrapKey(sharedSecret, purpose, to, ciphertext);
      const wrap = encodeWrap({ kem: ciphertext, sealed: aead.seal(key, ZERO_NONCE, wrapAdditional(context), plaintext) });
      parseWrap(wrap, purpose);
      return wrap;
    },
    open(seed, context, wrap) {
      const purpose = wrapPurpose(context);
      const { kem, sealed } = parseWrap(wrap, purpose);
      const pair = pairOf(seed);
      const shared = decapsulate(sodium, kem, pair.privateKey);
      return aead.open(wrapKey(shared, purpose, pair.publicKey, kem), ZERO_NONCE, wrapAdditional(context), sealed);
    },
  };
}

function encapsulate(sodium: Sodium, to: Uint8Array): { readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array } {
  try {
    // libsodium asks the platform for its coins one word at a time, which takes as long as all the rest; from there they come all the same.
    return sodium.crypto_kem_xwing_enc_deterministic(to, randomBytes(COINS));
  } catch (cause) {
    throw new HxError("encoding-invalid", "not an X-Wing public key", { cause });
  }
}

/** Another key gives another secret, not an error; what fails here is an X25519 part of low order. */
function decapsulate(sodium: Sodium, kem: Uint8Array, privateKey: Uint8Array): Uint8Array {
  try {
    return sodium.crypto_kem_xwing_dec(kem, privateKey);
  } catch (cause) {
    throw new HxError("wrap-invalid", "the key encapsulation of a wrap fails", { cause });
  }
}

function checkedSeed(seed: Uint8Array): Uint8Array {
  if (seed.length !== SEED) throw new HxError("internal", "an X-Wing seed of a wrong length");
  return seed;
}
