import { concat } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { SUITE } from "./fields.ts";
import type { AeadCipher, ContextMap, RandomSource } from "./primitives.ts";
import { wrapAdditional } from "./wrap.ts";

/** A wrap of kind 4: under a key that another wrap holds. docs/spec/wrap.md. */
const KIND_KEYED = 4;
const HEAD = 2;
const NONCE = 24;
const TAG = 16;

/** Length of such a wrap of a plaintext. */
export function keyedWrapLength(plaintext: number): number {
  return HEAD + NONCE + plaintext + TAG;
}

/** Whether these bytes say that they are one. */
export function isKeyedWrap(bytes: Uint8Array): boolean {
  return bytes[0] === SUITE && bytes[1] === KIND_KEYED;
}

/** @param key 32 bytes; many wraps may be under one, as each has a nonce of its own */
export function sealKeyed(aead: AeadCipher, random: RandomSource, key: Uint8Array, context: ContextMap, plaintext: Uint8Array): Uint8Array {
  const nonce = random.bytes(NONCE);
  return concat(Uint8Array.of(SUITE, KIND_KEYED), nonce, aead.seal(key, nonce, wrapAdditional(context), plaintext));
}

/**
 * The plaintext, or null when it does not open with this key and context.
 * @throws HxError `wrap-invalid` for bytes that are no wrap of this kind
 */
export function openKeyed(aead: AeadCipher, key: Uint8Array, context: ContextMap, bytes: Uint8Array): Uint8Array | null {
  if (!isKeyedWrap(bytes) || bytes.length < keyedWrapLength(0)) throw new HxError("wrap-invalid", `no wrap of kind ${KIND_KEYED}: ${bytes.length} bytes`);
  return aead.open(key, bytes.slice(HEAD, HEAD + NONCE), wrapAdditional(context), bytes.slice(HEAD + NONCE));
}
