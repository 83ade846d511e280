import { hkdfSync } from "node:crypto";
import sodium from "libsodium-wrappers";
import { concat, utf8 } from "./bytes.ts";
import { refuse } from "./errors.ts";

await sodium.ready;

/** BLAKE2b of 32 bytes. */
export function H(data: Uint8Array): Uint8Array {
  return sodium.crypto_generichash(32, data, null);
}

const hashes = new WeakMap<Uint8Array, Uint8Array>();

/** `H` of a blob that is asked for more than once; the blob must not change. */
export function blobHash(blob: Uint8Array): Uint8Array {
  const known = hashes.get(blob) ?? H(blob);
  hashes.set(blob, known);
  return known;
}

/** BLAKE2b of 16 bytes. */
export function H16(data: Uint8Array): Uint8Array {
  return sodium.crypto_generichash(16, data, null);
}

/** BLAKE2b of 32 bytes, keyed. */
export function K(key: Uint8Array, data: Uint8Array): Uint8Array {
  return sodium.crypto_generichash(32, data, key);
}

/** Whether the signature over `label || 0x00 || message` is one by `key`. */
export function signed(label: string, message: Uint8Array, signature: Uint8Array, key: Uint8Array): boolean {
  if (signature.length !== 64 || key.length !== 32) return false;
  return sodium.crypto_sign_verify_detached(signature, concat(utf8(label), Uint8Array.of(0), message), key);
}

/** Public Ed25519 key of a seed. */
export function signingPublicKey(seed: Uint8Array): Uint8Array {
  return sodium.crypto_sign_seed_keypair(seed).publicKey;
}

/** X-Wing key pair of a seed. */
export function boxKeyPair(seed: Uint8Array): { publicKey: Uint8Array; privateKey: Uint8Array } {
  return sodium.crypto_kem_xwing_seed_keypair(seed);
}

/** Shared secret of an X-Wing ciphertext; refuses one whose encapsulation fails. */
export function decapsulate(ciphertext: Uint8Array, privateKey: Uint8Array): Uint8Array {
  try {
    return sodium.crypto_kem_xwing_dec(ciphertext, privateKey);
  } catch {
    return refuse("wrap-invalid", "the key encapsulation fails");
  }
}

/** HKDF-SHA256 with an empty salt, 32 bytes. */
export function hkdf(secret: Uint8Array, info: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), info, 32));
}

/** Plaintext of an AEAD ciphertext, or undefined if it does not open. */
export function openAead(
  key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, additional: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < 16) return undefined;
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, additional, nonce, key);
  } catch {
    return undefined;
  }
}

/** A reader of the messages of one secretstream. */
export interface StreamReader {
  /** The next message and whether it is FINAL; undefined if it does not open or has another tag. */
  pull(chunk: Uint8Array): { message: Uint8Array; final: boolean } | undefined;
}

/** Opens a secretstream. */
export function openStream(header: Uint8Array, key: Uint8Array, additional: Uint8Array): StreamReader {
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
  return {
    pull(chunk) {
      const pulled = sodium.crypto_secretstream_xchacha20poly1305_pull(state, chunk, additional);
      if (!pulled) return undefined;
      const final = pulled.tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
      if (!final && pulled.tag !== sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE) return undefined;
      return { message: pulled.message, final };
    },
  };
}
