import { concat } from "./bytes.ts";
import { type Cbor, encodeCbor, encodeObject } from "./cbor.ts";
import { demand } from "./errors.ts";
import { H, boxKeyPair, decapsulate, hkdf, openAead } from "./primitives.ts";

const ciphertextStart = 2;
const sealedStart = 2 + 1120;
const overhead = sealedStart + 16;

/** Length of the plaintext of each purpose; `name`, `share` and `succession-box` have none of their own. */
const plaintextLengths = new Map([
  ["author", 32], ["person-key", 32], ["person-key-before", 32], ["membership", 64], ["item", 32],
  ["membership-before", 32], ["team", 32], ["team-before", 32], ["succession", 32], ["share-key", 32],
]);

/** What a wrap is for: its additional data. */
export type WrapContext = Record<string, Cbor> & { purpose: string };

/** Additional data of a wrap. */
export function wrapAdditional(context: WrapContext): Uint8Array {
  return encodeObject({ ...context, suite: 1 });
}

/** Refuses a wrap of another suite, kind or length. */
export function checkWrap(wrap: Uint8Array, purpose: string): void {
  const [suite, kind] = wrap;
  demand(suite !== undefined && kind !== undefined, "wrap-invalid", "a wrap that is cut off");
  demand(suite !== 0 && kind !== 0, "wrap-invalid", "suite or kind 0");
  demand(suite === 1, "too-new", `a wrap of suite ${suite}`);
  demand(kind === 1, "too-new", `a wrap of kind ${kind}`);
  const expected = plaintextLengths.get(purpose);
  const length = wrap.length - overhead;
  demand(expected === undefined ? length > 0 : length === expected, "wrap-invalid", "a wrap of another length");
}

/** Plaintext of a wrap that is opened with the seed of an X-Wing key. */
export function openWrap(wrap: Uint8Array, seed: Uint8Array, context: WrapContext): Uint8Array {
  checkWrap(wrap, context.purpose);
  const pair = boxKeyPair(seed);
  const ciphertext = wrap.slice(ciphertextStart, sealedStart);
  const secret = decapsulate(ciphertext, pair.privateKey);
  const info = encodeCbor(["hx/wrap/v1", context.purpose, 1, H(pair.publicKey), H(ciphertext)]);
  const plaintext = openAead(
    hkdf(secret, info), new Uint8Array(24), wrap.slice(sealedStart), wrapAdditional(context),
  );
  demand(plaintext !== undefined, "not-recipient", "the wrap does not open with this key");
  return plaintext;
}

/** Whether a wrap is of kind 4. */
export function isUnderKey(wrap: Uint8Array): boolean {
  return wrap[0] === 1 && wrap[1] === 4;
}

/** Plaintext of a wrap of kind 4: head (2), nonce (24), ciphertext. */
export function openUnderKey(wrap: Uint8Array, key: Uint8Array, context: WrapContext): Uint8Array {
  demand(wrap.length >= 2 + 24 + 16, "wrap-invalid", "a wrap that is cut off");
  const plaintext = openAead(key, wrap.slice(2, 26), wrap.slice(26), wrapAdditional(context));
  demand(plaintext !== undefined, "not-recipient", "the wrap does not open with this key");
  return plaintext;
}

/** Two seeds of 32 bytes that a membership wrap holds. */
export function splitSeeds(plaintext: Uint8Array): { sign: Uint8Array; box: Uint8Array } {
  const whole = concat(plaintext);
  return { sign: whole.subarray(0, 32), box: whole.subarray(32) };
}
