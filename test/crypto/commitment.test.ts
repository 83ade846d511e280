import { createCipheriv } from "node:crypto";
import sumo from "libsodium-wrappers-sumo";
import { beforeAll, expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { concat, equal } from "../../src/domain/bytes.ts";
import { sessionId } from "../../src/domain/ids.ts";
import { checkCommitment, commitment } from "../../src/format/part-keys.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { codeOf } from "../format/outcome.ts";

let crypto: Crypto;
beforeAll(async () => {
  crypto = await loadCrypto();
  await sumo.ready;
});

const P = 2n ** 130n - 5n;
const TWO128 = 2n ** 128n;
const mod = (value: bigint): bigint => ((value % P) + P) % P;
const little = (bytes: Uint8Array): bigint => bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
const bytes16 = (value: bigint): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}

/** `r` and `s` of Poly1305, as XChaCha20-Poly1305 derives them. */
function oneTimeKey(key: Uint8Array, nonce: Uint8Array): { r: bigint; s: bigint } {
  const subkey = sumo.crypto_core_hchacha20(nonce.slice(0, 16), key, null);
  const iv = concat(new Uint8Array(8), nonce.slice(16));
  const block = new Uint8Array(createCipheriv("chacha20", subkey, iv).update(new Uint8Array(32)));
  return { r: little(block.slice(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn, s: little(block.slice(16)) };
}

/** Three blocks and a tag that open under both keys: one block is solved for, so that the tags agree. */
function openUnderBoth(keys: readonly [Uint8Array, Uint8Array], nonce: Uint8Array): Uint8Array {
  const [a, b] = keys.map((key) => oneTimeKey(key, nonce));
  if (a === undefined || b === undefined) throw new Error("two keys");
  const lengths = bytes16(32n << 64n);
  const fixed = (r: bigint, first: bigint): bigint => mod((first + TWO128) * power(r, 3n) + (little(lengths) + TWO128) * r);
  const inverse = power(mod(power(a.r, 2n) - power(b.r, 2n)), P - 2n);
  for (let first = 0n; ; first++) {
    for (let carry = -4n; carry <= 4n; carry++) {
      const block = mod((fixed(b.r, first) - fixed(a.r, first) + b.s - a.s + carry * TWO128) * inverse) - TWO128;
      if (block < 0n || block >= TWO128) continue;
      const hash = (one: { r: bigint; s: bigint }): bigint => (mod(fixed(one.r, first) + (block + TWO128) * power(one.r, 2n)) + one.s) % TWO128;
      if (hash(a) === hash(b)) return concat(bytes16(first), bytes16(block), bytes16(hash(a)));
    }
  }
}

test("a ciphertext that opens under two keys can be made, and the commitment catches the second", () => {
  const session = sessionId("ab".repeat(16));
  const keys: readonly [Uint8Array, Uint8Array] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const nonce = new Uint8Array(24).fill(3);
  const none = new Uint8Array(0);
  const sealed = openUnderBoth(keys, nonce);

  const [first, second] = keys.map((key) => crypto.aead.open(key, nonce, none, sealed));
  expect(first?.length).toBe(32);
  expect(second?.length).toBe(32);
  expect(first && second && equal(first, second)).toBe(false);

  const { h } = crypto.hashes;
  const committed = commitment(h, keys[0], session, 4);
  expect(codeOf(() => checkCommitment(h, committed, keys[0], session, 4))).toBe("ok");
  expect(codeOf(() => checkCommitment(h, committed, keys[1], session, 4))).toBe("commitment-invalid");
  expect(codeOf(() => checkCommitment(h, committed, keys[0], session, 5))).toBe("commitment-invalid");
  expect(codeOf(() => checkCommitment(h, committed, keys[0], sessionId("cd".repeat(16)), 4))).toBe("commitment-invalid");
});
