import { readFileSync } from "node:fs";
import { join } from "node:path";
import sodium from "libsodium-wrappers";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { hkdfSha256 } from "../../src/adapters/crypto/wrapper.ts";
import { equal, fromHex, toHex, utf8 } from "../../src/domain/bytes.ts";
import type { Crypto } from "../../src/ports/crypto.ts";

/** Published vectors, which lie outside the project: a folder with wycheproof/, cctv/ and xwing/. */
const FOLDER = process.env["HX_VECTORS"];

type Case = Record<string, string> & { readonly tcId: number };
interface Group {
  readonly tests: readonly Case[];
  readonly publicKey?: { readonly pk: string };
}

const load = (path: string): unknown => JSON.parse(readFileSync(join(FOLDER ?? "", path), "utf8"));
const wycheproof = (name: string): readonly Group[] => (load(`wycheproof/${name}_test.json`) as { testGroups: Group[] }).testGroups;
const cases = (name: string): readonly Case[] => wycheproof(name).flatMap(({ tests }) => tests);
const of = (vector: Case, key: string): Uint8Array => fromHex(vector[key] ?? "");

function attempt(work: () => Uint8Array): string {
  try {
    return toHex(work());
  } catch {
    return "refused";
  }
}

describe.runIf(FOLDER !== undefined)("published vectors", () => {
  let crypto: Crypto;
  beforeAll(async () => {
    crypto = await loadCrypto();
  });

  test("Ed25519, Wycheproof", () => {
    let count = 0;
    for (const group of wycheproof("ed25519")) {
      for (const vector of group.tests) {
        const valid = crypto.signer.verify(fromHex(group.publicKey?.pk ?? ""), of(vector, "msg"), of(vector, "sig"));
        expect(valid, String(vector.tcId)).toBe(vector["result"] === "valid");
        count++;
      }
    }
    expect(count).toBe(151);
  });

  test("Ed25519 edge cases, CCTV: 43 of 914 are accepted, and none with a key or R of low order", () => {
    const vectors = load("cctv/ed25519vectors.json") as { key: string; sig: string; msg: string; flags: string[] | null }[];
    const accepted = vectors.filter(({ key, sig, msg }) => crypto.signer.verify(fromHex(key), utf8(msg), fromHex(sig)));
    expect([vectors.length, accepted.length]).toEqual([914, 43]);
    const refused = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"];
    expect(accepted.filter(({ flags }) => flags?.some((flag) => refused.includes(flag)))).toEqual([]);
  });

  test("XChaCha20-Poly1305, Wycheproof", () => {
    let count = 0;
    for (const vector of cases("xchacha20_poly1305")) {
      const sealed = fromHex(`${vector["ct"]}${vector["tag"]}`);
      const opened = crypto.aead.open(of(vector, "key"), of(vector, "iv"), of(vector, "aad"), sealed);
      const valid = vector["result"] === "valid";
      expect(opened === null ? null : toHex(opened), String(vector.tcId)).toBe(valid ? vector["msg"] : null);
      if (valid) expect(equal(crypto.aead.seal(of(vector, "key"), of(vector, "iv"), of(vector, "aad"), of(vector, "msg")), sealed)).toBe(true);
      count++;
    }
    expect(count).toBe(315);
  });

  test("HKDF-SHA256, Wycheproof", () => {
    for (const vector of cases("hkdf_sha256")) {
      const made = attempt(() => hkdfSha256(of(vector, "ikm"), of(vector, "salt"), of(vector, "info"), Number(vector["size"])));
      expect(made, String(vector.tcId)).toBe(vector["result"] === "valid" ? vector["okm"] : "refused");
    }
  });

  test("X25519, Wycheproof: what gives a secret of zeros is refused", () => {
    for (const vector of cases("x25519")) {
      const shared = attempt(() => sodium.crypto_scalarmult(of(vector, "private"), of(vector, "public")));
      expect(shared, String(vector.tcId)).toBe(/^0+$/.test(vector["shared"] ?? "") ? "refused" : vector["shared"]);
    }
  });

  test("ML-KEM-768, Wycheproof: keys", () => {
    for (const vector of cases("mlkem_768_keygen_seed")) {
      const pair = sodium.crypto_kem_mlkem768_seed_keypair(of(vector, "seed"));
      expect([toHex(pair.publicKey), toHex(pair.privateKey)], String(vector.tcId)).toEqual([vector["ek"], vector["dk"]]);
    }
  });

  test("ML-KEM-768, Wycheproof: encapsulation refuses keys that are not reduced", () => {
    for (const vector of cases("mlkem_768_encaps")) {
      const made = attempt(() => sodium.crypto_kem_mlkem768_enc_deterministic(of(vector, "ek"), of(vector, "m")).ciphertext);
      expect(made, String(vector.tcId)).toBe(vector["result"] === "valid" ? vector["c"] : "refused");
    }
  });

  test("ML-KEM-768, Wycheproof: decapsulation", () => {
    for (const vector of cases("mlkem_768")) {
      const shared = attempt(() => sodium.crypto_kem_mlkem768_dec(of(vector, "c"), sodium.crypto_kem_mlkem768_seed_keypair(of(vector, "seed")).privateKey));
      expect(shared, String(vector.tcId)).toBe(vector["result"] === "valid" ? vector["K"] : "refused");
    }
  });

  test("X-Wing, vectors of the draft", () => {
    const vectors = load("xwing/test-vectors.json") as Record<string, string>[];
    expect(vectors.length).toBe(3);
    for (const vector of vectors) {
      const pair = sodium.crypto_kem_xwing_seed_keypair(fromHex(vector["seed"] ?? ""));
      expect(toHex(crypto.wrapper.publicKey(fromHex(vector["seed"] ?? "")))).toBe(vector["pk"]);
      const made = sodium.crypto_kem_xwing_enc_deterministic(pair.publicKey, fromHex(vector["eseed"] ?? ""));
      expect([toHex(made.ciphertext), toHex(made.sharedSecret)]).toEqual([vector["ct"], vector["ss"]]);
      expect(toHex(sodium.crypto_kem_xwing_dec(fromHex(vector["ct"] ?? ""), pair.privateKey))).toBe(vector["ss"]);
    }
  });
});

test("RFC 7693: BLAKE2b of 'abc' with 64 bytes, by the function that gives our 32 and 16", async () => {
  const { hashes } = await loadCrypto();
  expect(toHex(sodium.crypto_generichash(64, utf8("abc"), null)).slice(0, 32)).toBe("ba80a53f981c4d0d6a2797b69f12f6e9");
  expect(toHex(hashes.h(utf8("abc")))).toBe("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  expect(toHex(hashes.h16(utf8("abc")))).toBe("cf4ab791c62b8d2b2109c90275287816");
  expect(equal(hashes.h16(utf8("abc")), hashes.h(utf8("abc")).slice(0, 16))).toBe(false);
});
