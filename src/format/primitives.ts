/**
 * The primitives that formats need, as small shapes: src/ports/crypto.ts fits them. Formats depend on
 * the domain only, so the caller hands them in.
 */
export interface HashFunctions {
  h(data: Uint8Array): Uint8Array;
  h16(data: Uint8Array): Uint8Array;
  keyed(key: Uint8Array, data: Uint8Array): Uint8Array;
}

/** BLAKE2b, 32 bytes. */
export type Hash = (data: Uint8Array) => Uint8Array;

export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export interface RandomSource {
  bytes(length: number): Uint8Array;
}

export interface AeadCipher {
  seal(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): Uint8Array;
  open(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array): Uint8Array | null;
}

export interface StreamCipher {
  seal(key: Uint8Array, additional: Uint8Array, padded: Uint8Array): Uint8Array;
  open(key: Uint8Array, additional: Uint8Array, sealed: Uint8Array): Uint8Array;
}

export type ContextMap = Readonly<Record<string, string | number | Uint8Array>>;

export interface KeyWrapper {
  wrap(to: Uint8Array, context: ContextMap, plaintext: Uint8Array): Uint8Array;
  open(seed: Uint8Array, context: ContextMap, wrap: Uint8Array): Uint8Array | null;
}
