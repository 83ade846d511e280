import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { concat, fromHex, toHex } from "../../src/domain/bytes.ts";
import { itemId, personId, repoId, sessionId, teamId } from "../../src/domain/ids.ts";
import type { SharingStatement } from "../../src/domain/sharing/statement.ts";
import { decodeCborMap, encodeCbor } from "../../src/format/cbor.ts";
import { openItem, sealItem, ITEM_BODY_LENGTH } from "../../src/format/item.ts";
import { ITEM_PIECE, MAX_SHARING_ENVELOPE, assembleItems, itemBodies } from "../../src/format/sharing/in-items.ts";
import type { OpenedBody } from "../../src/format/sharing/in-items.ts";
import { KEYS_PER_WRAP, cutPartKeys, joinPartKeys, recipientBytes, shareContext, shareWrapId } from "../../src/format/sharing/share-wrap.ts";
import { decodeSharing, signSharing } from "../../src/format/sharing/statement.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { codeOf } from "./outcome.ts";
import { flip } from "./vector.ts";
import { sharingStatements } from "./vectors-sharing.ts";
import { makeWorld } from "./world.ts";
import type { World } from "./world.ts";

let crypto: Crypto;
let world: World;
beforeAll(async () => {
  crypto = await loadCrypto();
  world = makeWorld(crypto);
});

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (length: number): fc.Arbitrary<string> => bytes(length).map(toHex);
const TYPES = ["request", "withdrawal", "denial", "approval", "revocation", "access"] as const;

/** Only the type counts here: bytes of any length under one of the six. */
const anEnvelope = (maximum = 4000): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.constantFrom(...TYPES), fc.nat({ max: maximum }), fc.nat({ max: 255 })).map(([kind, length, fill]) => encodeCbor([`hx/${kind}/v1`, new Uint8Array(length).map((_, i) => (i * 7 + fill) & 255), new Uint8Array(64)]));

function opened(...envelopes: readonly Uint8Array[]): OpenedBody[] {
  return envelopes.flatMap((envelope) => itemBodies(crypto.hashes.h, envelope)).map((body, i) => ({ id: itemId(i.toString(16).padStart(32, "0")), body: decodeCborMap(encodeCbor(body)) }));
}

describe("statements", () => {
  const sign = (message: Uint8Array): Uint8Array => crypto.signer.sign(world.deviceSeed, message);

  test("say after signing and decoding what they said before", () => {
    for (const statement of Object.values(sharingStatements(world)) as SharingStatement[]) {
      const { signed, statement: read } = decodeSharing(signSharing(statement, sign));
      expect(read).toEqual(statement);
      expect(signed.type).toBe(`hx/${statement.kind}/v1`);
    }
  });

  test("with lists in any order are written in one", () => {
    const { approval, revocation } = sharingStatements(world);
    const people = [personId("01".repeat(16)), personId("a1".repeat(16)), personId("0f".repeat(16))];
    const shuffled = { ...approval, audience: people, sessions: approval.sessions.toReversed() };
    expect(decodeSharing(signSharing(shuffled, sign)).statement).toEqual({ ...approval, audience: people.toSorted() });
    expect(decodeSharing(signSharing({ ...revocation, sessions: revocation.sessions?.toReversed() ?? [] }, sign)).statement).toEqual(revocation);
  });

  test("that no reader would take are not signed", () => {
    const { request, access, approval } = sharingStatements(world);
    let signatures = 0;
    const counting = (message: Uint8Array): Uint8Array => (signatures++, sign(message));
    const [session] = approval.sessions;
    const bad: readonly SharingStatement[] = [
      { ...request, reason: "r".repeat(401) },
      { ...request, turns: [[2, 1]] },
      { ...access, until: access.from - 1 },
      { ...approval, sessions: [] },
      { ...approval, sessions: session === undefined ? [] : [session, session] },
    ];
    expect(bad.map((statement) => codeOf(() => signSharing(statement, counting)))).toEqual(bad.map(() => "encoding-invalid"));
    expect(signatures).toBe(0);
  });
});

describe("an envelope in items", () => {
  test("comes back whole from items in any order, each of them small enough to seal", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anEnvelope(), { minLength: 1, maxLength: 4, selector: toHex }), fc.infiniteStream(fc.nat()), (envelopes, order) => {
        const bodies = opened(...envelopes);
        for (const { body } of bodies) expect(encodeCbor(body).length).toBeLessThanOrEqual(ITEM_BODY_LENGTH);
        const shuffled = bodies.map((body) => ({ body, at: order.next().value ?? 0 })).toSorted((a, b) => a.at - b.at).map(({ body }) => body);
        const { whole, broken } = assembleItems(crypto.hashes.h, shuffled);
        expect(whole.map(({ envelope }) => toHex(envelope)).toSorted()).toEqual(envelopes.map(toHex).toSorted());
        expect(broken).toEqual([]);
        expect(whole.flatMap(({ items }) => items).toSorted()).toEqual(bodies.map(({ id }) => id));
        expect(whole).toEqual(assembleItems(crypto.hashes.h, bodies).whole);
        for (const { hash, envelope } of whole) expect(hash).toBe(toHex(crypto.hashes.h(envelope)));
      }),
    );
  });

  test("is lost alone when one of its items is damaged or missing, never another", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anEnvelope(), { minLength: 2, maxLength: 2, selector: toHex }), fc.nat(), fc.nat(), fc.constantFrom("gone", "key", "changed", "empty"), ([hit, spared] = [], which, at, how) => {
        if (hit === undefined || spared === undefined) return;
        const mine = opened(hit).length;
        const all = opened(hit, spared);
        const harmed = all.flatMap(({ id, body }, i): OpenedBody[] => {
          if (i !== which % mine) return [{ id, body }];
          const map = new Map(body);
          const keys = [...map.keys()];
          if (how === "gone") return [];
          if (how === "empty") return [{ id, body: new Map([["kind", map.get("kind") ?? ""]]) }];
          if (how === "key") map.set(keys[at % keys.length] ?? "", true);
          const content = map.get("b");
          if (how === "changed" && content instanceof Uint8Array) map.set("b", flip(content, at % content.length));
          if (how === "changed" && content === undefined) map.set("kind", map.get("kind") === "denial" ? "access" : "denial");
          return [{ id, body: map }];
        });
        const { whole } = assembleItems(crypto.hashes.h, harmed);
        const left = whole.map(({ envelope }) => toHex(envelope));
        expect(left).toContain(toHex(spared));
        expect(left).not.toContain(toHex(hit));
      }),
    );
  });

  test("names all items that hold it, and the ones that hold nothing", () => {
    const envelope = encodeCbor(["hx/approval/v1", new Uint8Array(2000), new Uint8Array(64)]);
    const pieces = opened(envelope);
    const ids = pieces.map(({ id }) => id);
    const [second] = pieces.slice(1);
    const again = itemId("ff".repeat(16));
    const stray = itemId("ee".repeat(16));
    const body = second?.body ?? new Map();
    const { whole, broken } = assembleItems(crypto.hashes.h, [{ id: again, body }, ...pieces, { id: stray, body: new Map([...body, ["n", 4]]) }]);
    expect(whole).toEqual([{ kind: "approval", hash: toHex(crypto.hashes.h(envelope)), envelope, items: [ids[0], ids[1], again, ids[2]] }]);
    expect(broken).toEqual([stray]);
  });

  test("takes one item as long as it can, and 400 at most", () => {
    const of = (length: number): Uint8Array => encodeCbor(["hx/access/v1", new Uint8Array(length), new Uint8Array(64)]);
    const near = Array.from({ length: 300 }, (_, i) => itemBodies(crypto.hashes.h, of(800 + i)));
    const counts = near.map(({ length }) => length);
    const lengths = near.filter(({ length }) => length === 1).flatMap((list) => list.map((body) => encodeCbor(body).length));
    expect(Math.max(...lengths)).toBe(ITEM_BODY_LENGTH);
    expect(counts).toEqual(counts.toSorted());
    expect([counts[0], counts.at(-1)]).toEqual([1, 2]);
    const overhead = of(100_000).length - 100_000;
    const longest = of(MAX_SHARING_ENVELOPE - overhead);
    expect(longest.length).toBe(400 * ITEM_PIECE);
    const bodies = opened(longest);
    expect(bodies.length).toBe(400);
    expect(assembleItems(crypto.hashes.h, bodies).whole[0]?.envelope).toEqual(longest);
    expect(codeOf(() => itemBodies(crypto.hashes.h, of(MAX_SHARING_ENVELOPE - overhead + 1)))).toBe("encoding-invalid");
    expect(codeOf(() => itemBodies(crypto.hashes.h, encodeCbor(["hx/tie/v1", longest, new Uint8Array(64)])))).toBe("encoding-invalid");
  });

  test("fits in sealed items, of which every piece opens", () => {
    const envelope = encodeCbor(["hx/approval/v1", new Uint8Array(350_000), new Uint8Array(64)]);
    const bodies = itemBodies(crypto.hashes.h, envelope);
    const place = { repo: world.repo, lane: world.lane };
    const last = bodies.at(-1) ?? "";
    for (const body of [bodies[388] ?? "", last]) {
      const item = sealItem(crypto, [world.personKey, world.personKey], place, body);
      expect(openItem(crypto, world.personKeySeed, place, item)).toEqual(decodeCborMap(encodeCbor(body)));
    }
  });
});

describe("part keys in wraps", () => {
  test("come back as they were cut, whatever the number of the first part", () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 400 }), bytes(32), (first, count, seed) => {
        const keys = Array.from({ length: count }, (_, i) => crypto.hashes.keyed(seed, Uint8Array.of(i & 255, i >> 8)));
        const pieces = cutPartKeys(first, keys);
        const parts = { first, count: first + count };
        expect([...joinPartKeys(parts, pieces.toReversed())].toSorted(([a], [b]) => a - b)).toEqual(keys.map((key, i) => [first + i, key]));
        expect(codeOf(() => joinPartKeys(parts, pieces.slice(1)))).toBe("no-key");
        expect(codeOf(() => joinPartKeys({ first, count: parts.count + 1 }, pieces))).not.toBe("ok");
        expect(codeOf(() => joinPartKeys({ first: first + 1, count: parts.count }, pieces))).toBe("wrap-invalid");
      }),
      { numRuns: 50 },
    );
  });

  test("an approval that claims all numbers of parts is told at the first wrap that is missing", () => {
    expect(codeOf(() => joinPartKeys({ first: 0, count: 0xffffffff }, []))).toBe("no-key");
  });

  test("a full wrap stays under 4096 bytes, and one key more goes into the next", () => {
    const keys = Array.from({ length: KEYS_PER_WRAP + 1 }, () => new Uint8Array(32));
    const pieces = cutPartKeys(0xffffffff - KEYS_PER_WRAP, keys);
    expect(pieces.map(({ plaintext }) => plaintext.length)).toEqual([32 * KEYS_PER_WRAP, 32]);
    for (const { first, plaintext } of pieces) {
      const context = shareContext({ repo: world.repo, approval: "ab".repeat(32), session: world.session, first });
      const wrap = crypto.wrapper.wrap(world.personKey, context, plaintext);
      expect(wrap.length).toBeLessThan(4096);
      expect(crypto.wrapper.open(world.personKeySeed, context, wrap)).toEqual(plaintext);
    }
    expect(codeOf(() => cutPartKeys(0, [new Uint8Array(31)]))).toBe("encoding-invalid");
  });

  test("ids differ by tag, session, recipient, epoch and piece", () => {
    fc.assert(
      fc.property(bytes(32), hex(16), hex(16), fc.nat({ max: 0xfffffffe }), fc.nat({ max: 0xfffffffe }), (tag, id, other, epoch, first) => {
        fc.pre(id !== other);
        const session = sessionId(id);
        const idOf = (change: { tag?: Uint8Array; session?: string; team?: string; epoch?: number; first?: number }): string =>
          shareWrapId(crypto.hashes, change.tag ?? tag, sessionId(change.session ?? session), { team: teamId(change.team ?? id), epoch: change.epoch ?? epoch }, change.first ?? first);
        const ids = [idOf({}), idOf({ tag: flip(tag, 0) }), idOf({ session: other }), idOf({ team: other }), idOf({ epoch: epoch + 1 }), idOf({ first: first + 1 })];
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((found) => /^[0-9a-f]{32}$/.test(found))).toBe(true);
      }),
    );
    const expected = crypto.hashes.keyed(new Uint8Array(32), concat(fromHex("aa".repeat(16)), fromHex("bb".repeat(16)), Uint8Array.of(0, 0, 1, 2, 0, 0, 0, 90))).slice(0, 16);
    expect(shareWrapId(crypto.hashes, new Uint8Array(32), sessionId("aa".repeat(16)), { person: personId("bb".repeat(16)), epoch: 258 }, 90)).toBe(toHex(expected));
    expect(codeOf(() => recipientBytes({ team: teamId("aa".repeat(16)), epoch: 2 ** 32 }))).toBe("encoding-invalid");
    expect(shareContext({ repo: repoId("cc".repeat(32)), approval: "ab".repeat(32), session: sessionId("aa".repeat(16)), first: 90 })).toMatchObject({ purpose: "share", suite: 1, first: 90 });
  });
});
