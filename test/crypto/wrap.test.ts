import { beforeAll, describe, expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { concat, equal } from "../../src/domain/bytes.ts";
import { deviceId, personId, projectId, repoId, sessionId } from "../../src/domain/ids.ts";
import { ITEM_LENGTH, openItem, sealItem } from "../../src/format/item.ts";
import { authorContext, itemContext, membershipContext, nameContext, personKeyBeforeContext, personKeyContext, projectNameContext, wrapLength } from "../../src/format/wrap.ts";
import type { Crypto, WrapContext } from "../../src/ports/crypto.ts";
import { flip } from "../format/vector.ts";
import { codeOf } from "../format/outcome.ts";

let crypto: Crypto;
beforeAll(async () => {
  crypto = await loadCrypto();
});

const seed = new Uint8Array(32).fill(1);
const secret = new Uint8Array(32).fill(9);
const id = "ab".repeat(16);
const repo = repoId("11".repeat(32));
const author = { repo, session: sessionId(id), commitment: new Uint8Array(32).fill(3), person: personId(id), epoch: 4 };
const context = authorContext(author);

/** "opened", "not for this", or the code. */
function outcome(wrap: Uint8Array, by: Uint8Array = seed, place: WrapContext = context): string {
  let found = "not for this";
  const code = codeOf(() => {
    const plaintext = crypto.wrapper.open(by, place, wrap);
    if (plaintext !== null) found = equal(plaintext, secret) ? "opened" : "opened to something else";
  });
  return code === "ok" ? found : code;
}

const wrapped = (place: WrapContext = context): Uint8Array => crypto.wrapper.wrap(crypto.wrapper.publicKey(seed), place, secret);

test("a wrap opens with its key and its context", () => {
  const wrap = wrapped();
  expect(wrap.length).toBe(1170);
  expect(outcome(wrap)).toBe("opened");
  expect(outcome(wrap, new Uint8Array(32).fill(2))).toBe("not for this");
});

test("no byte can be changed", () => {
  const wrap = wrapped();
  const codes = new Set(Array.from(wrap.keys()).slice(2).map((at) => outcome(flip(wrap, at))));
  expect([...codes]).toEqual(["not for this"]);
  expect([outcome(flip(wrap, 0)), outcome(flip(wrap, 1))]).toEqual(["wrap-invalid", "wrap-invalid"]);
});

test("no byte can be cut off or added", () => {
  const wrap = wrapped();
  const codes = new Set(Array.from(wrap.keys()).map((length) => outcome(wrap.slice(0, length))));
  expect([...codes]).toEqual(["wrap-invalid"]);
  expect(outcome(concat(wrap, Uint8Array.of(0)))).toBe("wrap-invalid");
  expect(outcome(concat(wrap, new Uint8Array(100_000)))).toBe("wrap-invalid");
});

test("a wrap cannot be lifted into another context", () => {
  const wrap = wrapped();
  const others: WrapContext[] = [
    authorContext({ ...author, repo: repoId("12".repeat(32)) }),
    authorContext({ ...author, session: sessionId("cd".repeat(16)) }),
    authorContext({ ...author, commitment: new Uint8Array(32) }),
    authorContext({ ...author, person: personId("cd".repeat(16)) }),
    authorContext({ ...author, epoch: 5 }),
    personKeyContext(personId(id), 4, "recovery"),
    personKeyContext(personId(id), 4, deviceId(id)),
    personKeyBeforeContext(personId(id), 4),
    nameContext(personId(id)),
    projectNameContext(projectId(id)),
    itemContext(repo),
    { ...context, purpose: "item" },
  ];
  for (const other of others) expect(outcome(wrap, seed, other), JSON.stringify(other)).toBe("not for this");
  expect(outcome(wrap, seed, membershipContext(4, personId(id)))).toBe("wrap-invalid");
});

describe("the X25519 part of the KEM ciphertext", () => {
  /** The points of order 1, 2, 4 and 8, canonical and not. */
  const LOW_ORDER = [
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
  ];

  test.each(LOW_ORDER)("of low order is refused: %s", (point) => {
    const wrap = wrapped();
    wrap.set(Buffer.from(point, "hex"), 2 + 1088);
    expect(outcome(wrap)).toBe("wrap-invalid");
  });

  test("with its unused bit set is another ciphertext", () => {
    const wrap = wrapped();
    wrap[2 + 1119] = (wrap[2 + 1119] ?? 0) ^ 0x80;
    expect(outcome(wrap)).toBe("not for this");
  });
});

test("a public key that is none is refused before anything is sealed to it", () => {
  for (const key of [new Uint8Array(0), new Uint8Array(1215), new Uint8Array(1216), new Uint8Array(1216).fill(255)]) {
    expect(codeOf(() => crypto.wrapper.wrap(key, context, secret))).toBe("encoding-invalid");
  }
});

test("a secret of another length than its purpose has is not wrapped", () => {
  expect(codeOf(() => crypto.wrapper.wrap(crypto.wrapper.publicKey(seed), context, new Uint8Array(31)))).toBe("wrap-invalid");
  expect(crypto.wrapper.wrap(crypto.wrapper.publicKey(seed), membershipContext(0, personId(id)), new Uint8Array(64)).length).toBe(wrapLength(64));
});

describe("sealed items", () => {
  const place = { repo, lane: new Uint8Array(32).fill(5) };
  const other = new Uint8Array(32).fill(2);
  const item = (): Uint8Array => sealItem(crypto, [crypto.wrapper.publicKey(seed), crypto.wrapper.publicKey(other)], place, { kind: "tie", note: "x" });
  const opened = (bytes: Uint8Array, by = seed, where = place): string => {
    let found = "not for this";
    const code = codeOf(() => {
      const body = openItem(crypto, by, where, bytes);
      if (body !== null) found = body.get("note") === "x" ? "opened" : "opened to something else";
    });
    return code === "ok" ? found : code;
  };

  test("both open it, nobody else, all have one length", () => {
    const bytes = item();
    expect([bytes.length, ITEM_LENGTH]).toEqual([3405, 3405]);
    expect([opened(bytes), opened(bytes, other), opened(bytes, new Uint8Array(32))]).toEqual(["opened", "opened", "not for this"]);
  });

  test("a changed byte never gives another body", () => {
    const bytes = item();
    const first = 1 + 1170;
    const second = first + 1170;
    for (let at = second; at < bytes.length; at += 7) expect(opened(flip(bytes, at))).toBe("item-invalid");
    for (let at = 3; at < first; at += 13) expect(opened(flip(bytes, at))).toBe("not for this");
    for (const at of [1, 2]) expect(opened(flip(bytes, at))).toBe("item-invalid");
    for (let at = first; at < second; at += 13) expect(["opened", "not for this"]).toContain(opened(flip(bytes, at)));
  });

  test("of another lane, repository or length", () => {
    expect(opened(item(), seed, { ...place, lane: new Uint8Array(32) })).toBe("item-invalid");
    expect(opened(item(), seed, { ...place, repo: repoId("12".repeat(32)) })).toBe("not for this");
    expect(opened(item().slice(1))).toBe("item-invalid");
  });

  test("a body that does not fit is refused", () => {
    expect(codeOf(() => sealItem(crypto, [crypto.wrapper.publicKey(seed), crypto.wrapper.publicKey(seed)], place, { kind: "tie", note: "x".repeat(1010) }))).toBe("encoding-invalid");
  });
});
