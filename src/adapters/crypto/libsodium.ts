import { HxError } from "../../domain/errors.ts";
import type { Aead, Crypto, Hashes, Signer } from "../../ports/crypto.ts";
import { segmentCipher } from "./segment-cipher.ts";
import { randomBytes } from "./random.ts";
import { loadSodium, sodiumModule } from "./sodium.ts";
import type { Sodium } from "./sodium.ts";
import { crews } from "./crew.ts";
import { sodiumWrapper } from "./wrapper.ts";

const KEY = 32;
const NONCE = 24;
const TAG = 16;
const SIGNATURE = 64;

/** All primitives of docs/spec/encoding.md but argon2id, ready for use. */
export async function loadCrypto(): Promise<Crypto> {
  const sodium = await loadSodium();
  const hashes = sodiumHashes(sodium);
  const aead = sodiumAead(sodium);
  const wrapper = sodiumWrapper(sodium, hashes, aead);
  const signer = sodiumSigner(sodium);
  return {
    hashes,
    random: { bytes: randomBytes },
    signer,
    wrapper,
    crew: crews({ wrapper, signer }),
    aead,
    segments: segmentCipher(sodiumModule(sodium)),
  };
}

function sodiumHashes(sodium: Sodium): Hashes {
  return {
    h: (data) => sodium.crypto_generichash(32, data, null),
    h16: (data) => sodium.crypto_generichash(16, data, null),
    keyed(key, data) {
      if (key.length !== KEY) throw new HxError("internal", "a hash key of a wrong length");
      return sodium.crypto_generichash(32, data, key);
    },
  };
}

function sodiumSigner(sodium: Sodium): Signer {
  return {
    publicKey: (seed) => sodium.crypto_sign_seed_keypair(seed).publicKey,
    sign: (seed, message) => sodium.crypto_sign_detached(message, sodium.crypto_sign_seed_keypair(seed).privateKey),
    verify(publicKey, message, signature) {
      if (publicKey.length !== KEY || signature.length !== SIGNATURE) return false;
      return sodium.crypto_sign_verify_detached(signature, message, publicKey);
    },
  };
}

function sodiumAead(sodium: Sodium): Aead {
  return {
    seal: (key, nonce, additional, plaintext) => sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, additional, null, nonce, key),
    open(key, nonce, additional, ciphertext) {
      if (key.length !== KEY || nonce.length !== NONCE || ciphertext.length < TAG) return null;
      try {
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, ciphertext, additional, nonce, key);
      } catch {
        return null;
      }
    },
  };
}
