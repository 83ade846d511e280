import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { equal, fromHex } from "../../src/domain/bytes.ts";
import { decodeCard, openCard } from "../../src/format/card.ts";
import { decodeCbor, decodeCborMap, encodeCbor } from "../../src/format/cbor.ts";
import { decodeEnvelope, splitEnvelope } from "../../src/format/envelope.ts";
import { decodeBody, decodeHeader } from "../../src/format/header.ts";
import { openItem } from "../../src/format/item.ts";
import { decodeDeviceKey, openDeviceKey } from "../../src/format/key-file.ts";
import { decodeKeysHeader } from "../../src/format/keys-header.ts";
import { decodeLaneKey } from "../../src/format/lane-key.ts";
import { decodeManifest } from "../../src/format/manifest.ts";
import { decodePartRecord } from "../../src/format/part-record.ts";
import { PartStreamReader } from "../../src/format/part-stream.ts";
import { parseKeysPath, parseLanePath, parseRootPath, parseSessionsRef } from "../../src/format/paths.ts";
import { decodePrivateFacts } from "../../src/format/private-block.ts";
import { decodeName } from "../../src/format/sealed-name.ts";
import { assembleItems } from "../../src/format/sharing/in-items.ts";
import { partKeysOf } from "../../src/format/sharing/share-wrap.ts";
import { decodeSharing } from "../../src/format/sharing/statement.ts";
import { decodeAccess } from "../../src/format/sharing/access.ts";
import { decodeApproval } from "../../src/format/sharing/approval.ts";
import { decodeDenial } from "../../src/format/sharing/denial.ts";
import { decodeRequest } from "../../src/format/sharing/request.ts";
import { decodeRevocation } from "../../src/format/sharing/revocation.ts";
import { decodeWithdrawal } from "../../src/format/sharing/withdrawal.ts";
import { parseFrame } from "../../src/format/segment.ts";
import { decodeStatement } from "../../src/format/statement.ts";
import { decodeTombstone } from "../../src/format/tombstone.ts";
import { parseWrap } from "../../src/format/wrap.ts";
import { itemId, repoId } from "../../src/domain/ids.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { codeOf } from "./outcome.ts";

let crypto: Crypto;
beforeAll(async () => {
  crypto = await loadCrypto();
});

type Vectors = { vectors: Record<string, unknown>[] };
const seeds = (file: string, key: string): Uint8Array[] =>
  (JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${file}.json`, import.meta.url), "utf8")) as Vectors).vectors.flatMap((vector) => (typeof vector[key] === "string" ? [fromHex(vector[key])] : []));

const zero = new Uint8Array(32);
const payloads = seeds("statement", "envelope").map((bytes) => decodeEnvelope(bytes, "hx/statement/v1").payload);
const sharing = seeds("sharing", "envelope").flatMap((bytes) => (bytes.length === 0 ? [] : [splitEnvelope(bytes).payload]));
const bodies = (JSON.parse(readFileSync(new URL("../../fixtures/vectors/sharing-items.json", import.meta.url), "utf8")) as Vectors).vectors.flatMap(({ bodies: list }) => (list as string[]).map(fromHex));
const everyMap = [...seeds("header", "payload"), ...seeds("manifest", "payload"), ...seeds("part-record", "record"), ...payloads, ...seeds("device-key", "file")];

/** Every parser, with inputs near to what it takes. */
const PARSERS: readonly (readonly [string, readonly Uint8Array[], (bytes: Uint8Array) => unknown])[] = [
  ["CBOR", seeds("cbor", "cbor"), decodeCbor],
  ["envelope", seeds("envelope", "envelope"), (bytes) => decodeEnvelope(bytes, "hx/manifest/v1")],
  ["header", everyMap, decodeHeader],
  ["body", everyMap, (bytes) => decodeBody([bytes])],
  ["manifest", everyMap, decodeManifest],
  ["part record", everyMap, decodePartRecord],
  ["keys header", everyMap, decodeKeysHeader],
  ["tombstone", everyMap, decodeTombstone],
  ["statement", everyMap, decodeStatement],
  ["sharing", seeds("sharing", "envelope"), decodeSharing],
  ["request", sharing, decodeRequest],
  ["withdrawal", sharing, decodeWithdrawal],
  ["denial", sharing, decodeDenial],
  ["approval", sharing, decodeApproval],
  ["revocation", sharing, decodeRevocation],
  ["access", sharing, decodeAccess],
  ["items", bodies, (bytes) => assembleItems(crypto.hashes.h, [{ id: itemId("00".repeat(16)), body: decodeCborMap(bytes) }])],
  ["part keys", [new Uint8Array(64)], (bytes) => partKeysOf({ first: 0, count: 2 }, { first: 0, plaintext: bytes })],
  ["lane key", everyMap, decodeLaneKey],
  ["name", everyMap, decodeName],
  ["card", seeds("card", "card"), (bytes) => openCard(crypto.hashes, crypto.signer.verify, decodeCard(bytes))],
  ["device.key", seeds("device-key", "file"), (bytes) => openDeviceKey(crypto.aead, zero, decodeDeviceKey(bytes))],
  ["private facts", everyMap, (bytes) => decodePrivateFacts(bytes)],
  ["wrap", seeds("wrap", "wrap"), (bytes) => parseWrap(bytes, "author")],
  ["item", seeds("item", "item"), (bytes) => openItem(crypto, zero, { repo: repoId("00".repeat(32)), lane: zero }, bytes)],
  ["frame", seeds("segment", "blob"), parseFrame],
  [
    "part stream",
    seeds("part-stream", "stream"),
    (bytes) => {
      const reader = new PartStreamReader();
      reader.push(bytes);
      reader.finish();
    },
  ],
];

/** A seed with some bytes changed, cut, repeated or put in. */
function mutated(inputs: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(), drop: fc.nat({ max: 4 }), put: fc.uint8Array({ maxLength: 4 }) });
  return fc.tuple(fc.constantFrom(...inputs), fc.array(change, { minLength: 1, maxLength: 4 })).map(([input, changes]) =>
    changes.reduce((bytes, { at, drop, put }) => {
      const from = bytes.length === 0 ? 0 : at % (bytes.length + 1);
      return Uint8Array.from([...bytes.subarray(0, from), ...put, ...bytes.subarray(from + drop)]);
    }, input),
  );
}

describe.each(PARSERS)("%s", (_, inputs, parse) => {
  test("gives a value or an HxError for noise", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void codeOf(() => parse(bytes))), { numRuns: 300 });
  });

  test("gives a value or an HxError for what is nearly right", () => {
    fc.assert(fc.property(mutated(inputs), (bytes) => void codeOf(() => parse(bytes))), { numRuns: 300 });
  });
});

test("paths and refs give a value or null for any text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parse of [parseLanePath, parseKeysPath, parseRootPath, parseSessionsRef]) expect(() => parse(text)).not.toThrow();
      expect(() => parseSessionsRef(`refs/sessions/v1/${text}`)).not.toThrow();
    }),
  );
});

test("what the CBOR reader takes has one encoding only", () => {
  const twice = new Map<string, string>();
  fc.assert(
    fc.property(mutated(seeds("cbor", "cbor")), (bytes) => {
      if (codeOf(() => decodeCbor(bytes)) !== "ok") return;
      expect(equal(encodeCbor(decodeCbor(bytes)), bytes)).toBe(true);
      const value = JSON.stringify(decodeCbor(bytes), (_key, item: unknown) => (item instanceof Map ? { map: [...item] } : item));
      const hex = Buffer.from(bytes).toString("hex");
      expect(twice.get(value) ?? hex).toBe(hex);
      twice.set(value, hex);
    }),
    { numRuns: 2000 },
  );
});
