/**
 * The primitives of docs/spec/encoding.md. All take and give whole byte arrays; nothing here
 * reads or writes anything. An adapter is ready when it is handed out.
 */
export interface Hashes {
  /** BLAKE2b, 32 bytes. */
  h(data: Uint8Array): Uint8Array;
  /** BLAKE2b, 16 bytes. */
  h16(data: Uint8Array): Uint8Array;
  /** BLAKE2b, 32 bytes, keyed with 32 bytes. */
  keyed(key: Uint8Array, data: Uint8Array): Uint8Array;
}

export interface Random {
  bytes(length: number): Uint8Array;
}

export interface Signer {
  /** Ed25519 public key (32) of a seed (32). */
  publicKey(seed: Uint8Array): Uint8Array;
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** libsodium's rules: canonical, no small order. Never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** Additional data of a wrap: a CBOR map, docs/spec/wrap.md. */
export type WrapContext = Readonly<Record<string, string | number | Uint8Array>>;

export interface Wrapper {
  /** X-Wing public key (1216) of a seed (32). */
  publicKey(seed: Uint8Array): Uint8Array;
  /** A wrap of kind 1. `context` must hold `purpose` and `suite`. */
  wrap(to: Uint8Array, context: WrapContext, plaintext: Uint8Array): Uint8Array;
  /**
   * The plaintext, or null when the wrap is well formed and not for this key or context.
   * @throws HxError `wrap-invalid` when it is not well formed.
   */
  open(seed: Uint8Array, context: WrapContext, wrap: Uint8Array): Uint8Array | null;
}

/** Opens many wraps and verifies many signatures, beside the work of who asks. Results and errors are those of `Wrapper` and `Signer`. */
export interface Crew {
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** @throws HxError as `Wrapper.open` */
  open(seed: Uint8Array, context: WrapContext, wrap: Uint8Array): Promise<Uint8Array | null>;
}

export interface Aead {
  /** XChaCha20-Poly1305-IETF; nonce 24 bytes. */
  seal(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** null when it does not open. */
  open(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array): Uint8Array | null;
}

/** The secretstream of docs/spec/segment.md: padded plaintext in, `stream header || chunks` out. */
export interface SegmentCipher {
  seal(key: Uint8Array, additional: Uint8Array, padded: Uint8Array): Uint8Array;
  /** @throws HxError `segment-invalid` for anything but one whole, final stream. */
  open(key: Uint8Array, additional: Uint8Array, sealed: Uint8Array): Uint8Array;
}

export interface Crypto {
  readonly hashes: Hashes;
  readonly random: Random;
  readonly signer: Signer;
  readonly wrapper: Wrapper;
  /** @param jobs how many there will be, about: for few there is no other thread */
  crew(jobs: number): Crew;
  readonly aead: Aead;
  readonly segments: SegmentCipher;
}

export interface PasswordHash {
  /**
   * argon2id, 32 bytes. `opslimit` in passes, `memlimit` in bytes. The bounds of docs/spec/keyfile.md
   * are the caller's to check before.
   */
  argon2id(passphrase: Uint8Array, salt: Uint8Array, opslimit: number, memlimit: number): Promise<Uint8Array>;
}
