import type { Crypto } from "../../src/ports/crypto.ts";
import sodium from "libsodium-wrappers";

/** A secretstream with chunks and tags of the caller's choice, for streams that no writer makes. `crypto` proves that libsodium is ready. */
export function sealStream(_crypto: Crypto, key: Uint8Array, additional: Uint8Array, chunks: readonly (readonly [Uint8Array, number])[]): Uint8Array {
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  const sealed = chunks.map(([bytes, tag]) => sodium.crypto_secretstream_xchacha20poly1305_push(state, bytes, additional, tag));
  const out = new Uint8Array(header.length + sealed.reduce((sum, chunk) => sum + chunk.length, 0));
  out.set(header);
  let at = header.length;
  for (const chunk of sealed) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
