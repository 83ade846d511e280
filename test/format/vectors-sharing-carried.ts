import { concat, toHex, uint32, utf8 } from "../../src/domain/bytes.ts";
import { itemId, personId } from "../../src/domain/ids.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { sealKeyed } from "../../src/format/keyed-wrap.ts";
import { itemBodies } from "../../src/format/sharing/in-items.ts";
import { cutPartKeys, shareContext, shareKeyContext, shareKeyId, shareWrapId } from "../../src/format/sharing/share-wrap.ts";
import type { ShareRecipient } from "../../src/format/sharing/share-wrap.ts";
import { flip, ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import { sharingStatements, signedBy } from "./vectors-sharing.ts";
import type { World } from "./world.ts";

type Body = Readonly<Record<string, CborInput>>;

export function sharingItemVectors(world: World): VectorFile {
  const { h } = world.crypto.hashes;
  const statements = sharingStatements(world);
  const by = signedBy(world);
  const [small, large] = [by(statements.withdrawal), by({ ...statements.approval, audience: Array.from({ length: 100 }, (_, i) => personId(toHex(new Uint8Array(16).fill(i)))) })];
  const fitting = by({ ...statements.request, reason: "r".repeat(400), about: { commit: "ab".repeat(20), path: "p".repeat(130) } });
  const bodies = (envelope: Uint8Array): Body[] => itemBodies(h, envelope) as Body[];
  const single: Body = bodies(small)[0] ?? {};
  const pieces = bodies(large);
  const [first = {}, second = {}, ...others] = pieces;
  const hashes = (...envelopes: readonly Uint8Array[]): object => ({ statements: envelopes.map((envelope) => toHex(h(envelope))).toSorted() });
  const v = (name: string, expect: string, list: readonly Body[], more: object = {}): Vector => ({ name, expect, bodies: list.map((body) => toHex(encodeCbor(body))), ...more });
  const none = (name: string, list: readonly Body[]): Vector => v(name, "item-invalid", list);
  const cut = (length: number, envelope = large): Body[] => {
    const n = Math.ceil(envelope.length / length);
    return Array.from({ length: n }, (_, i) => ({ kind: "part", of: h(envelope), i, n, b: envelope.slice(i * length, (i + 1) * length) }));
  };
  const piece = (body: Body, more: Record<string, CborInput>): Body => ({ ...body, ...more });
  const bytes = first["b"] as Uint8Array;
  const foreign = encodeCbor(["hx/tie/v1", new Uint8Array(1000), new Uint8Array(64)]);
  return {
    page: "sharing.md",
    about: "Bodies of the items of one commit, and the `H` of each statement that they hold, sorted. `item-invalid`: they hold none.",
    vectors: [
      v("one item", ok, [single], hashes(small)),
      v("pieces", ok, pieces, hashes(large)),
      v("pieces in another order", ok, pieces.toReversed(), hashes(large)),
      v("two statements, and items of other kinds", ok, [second, { kind: "tie", device: small, lane: bytes }, single, first, { kind: "later" }, ...others, {}], hashes(small, large)),
      v("a piece and a statement twice", ok, [single, ...pieces, second, single], hashes(small, large)),
      v("a piece is missing, the other statement is whole", ok, [first, ...others, single], hashes(small)),
      v("an envelope in pieces that would have fitted in one item", ok, cut(900, fitting), hashes(fitting)),
      v("a key that is not known", ok, [piece(single, { later: 1 })], hashes(small)),
      none("a piece is missing", [first, ...others]),
      none("a piece is another", [first, piece(second, { b: flip(second["b"] as Uint8Array, 3) }), ...others]),
      none("two pieces changed places", [piece(first, { i: 1 }), piece(second, { i: 0 }), ...others]),
      none("a piece twice, not the same bytes", [...pieces, piece(second, { b: flip(second["b"] as Uint8Array, 3) })]),
      none("a piece twice, first other bytes and then the right ones", [piece(second, { b: flip(second["b"] as Uint8Array, 3) }), ...pieces]),
      none("a piece says that there are more", [piece(first, { n: pieces.length + 1 }), second, ...others]),
      none("a number that is too high", [piece({ kind: "part", of: h(small), n: 2, b: bytes }, { i: 2 })]),
      none("one piece only", [{ kind: "part", of: h(small), i: 0, n: 1, b: small }]),
      none("cut at other places", cut(899)),
      none("hash of something else", pieces.map((body) => piece(body, { of: h(small) }))),
      none("an empty last piece", [{ kind: "part", of: h(bytes), i: 0, n: 2, b: bytes }, { kind: "part", of: h(bytes), i: 1, n: 2, b: new Uint8Array(0) }]),
      none("pieces of an envelope of another page", cut(900, foreign)),
      none("401 pieces", cut(900, encodeCbor(["hx/request/v1", new Uint8Array(360500), new Uint8Array(64)])).slice(0, 3)),
      none("kind of another statement", [piece(single, { kind: "denial" })]),
      none("an envelope that is none", [{ kind: "denial", s: bytes }]),
      none("an envelope that is text", [{ kind: "denial", s: "denial" }]),
    ],
  };
}

export function shareWrapVectors(world: World): VectorFile {
  const { wrapper, hashes } = world.crypto;
  const { approval } = sharingStatements(world);
  const { tag, team, epoch } = approval;
  const statement = toHex(hashes.h(signedBy(world)(approval)));
  const key = (n: number): Uint8Array => hashes.h(concat(utf8("test secret part"), uint32(n)));
  const keys = (first: number, count: number): Uint8Array[] => Array.from({ length: count - first }, (_, i) => key(first + i));
  const place = { repo: world.repo, approval: statement, session: world.session };
  const toTeam: ShareRecipient = { team, epoch };
  const toPerson: ShareRecipient = { person: world.person, epoch: 1 };
  const seal = (first: number, plaintext: Uint8Array, named = first, at: ShareRecipient = toTeam): [string, string] => [
    shareWrapId(hashes, tag, world.session, at, named),
    toHex(wrapper.wrap(world.personKey, shareContext({ ...place, first }), plaintext)),
  ];
  const shareKey = hashes.h(utf8("test secret share key"));
  const sealKey = (key: Uint8Array, approval = statement): [string, string] => [shareKeyId(hashes, tag, toTeam), toHex(wrapper.wrap(world.personKey, shareKeyContext({ repo: world.repo, approval }), key))];
  const keyed = (first: number, plaintext: Uint8Array, named = first): [string, Uint8Array] => [
    shareWrapId(hashes, tag, world.session, toTeam, named),
    sealKeyed(world.crypto.aead, world.crypto.random, shareKey, shareContext({ ...place, first }), plaintext),
  ];
  const under = (...of: Parameters<typeof keyed>): [string, string] => {
    const [id, wrap] = keyed(...of);
    return [id, toHex(wrap)];
  };
  const changed = (change: (wrap: Uint8Array) => Uint8Array): [string, string] => {
    const [id, wrap] = keyed(0, concat(...keys(0, 2)));
    return [id, toHex(change(wrap))];
  };
  const v = (name: string, expect: string, recipient: ShareRecipient, first: number, count: number, wraps: readonly [string, string][], more: object = {}): Vector => ({
    name,
    expect,
    seed: toHex(world.personKeySeed),
    repo: world.repo,
    approval: statement,
    tag: toHex(tag),
    session: world.session,
    recipient,
    first,
    count,
    wraps: Object.fromEntries(wraps),
    ...more,
  });
  const good = (name: string, recipient: ShareRecipient, first: number, count: number): Vector =>
    v(name, ok, recipient, first, count, cutPartKeys(first, keys(first, count)).map((piece) => seal(piece.first, piece.plaintext, piece.first, recipient)), { keys: toHex(concat(...keys(first, count))) });
  const two = concat(...keys(0, 2));
  const bad = "wrap-invalid";
  return {
    page: "sharing.md",
    about: "Wraps of the keys of the parts `first` to `count - 1` by their ids, opened with `seed`. `keys`: all part keys, one after the other.",
    vectors: [
      good("one part, to a team", toTeam, 0, 1),
      good("91 parts from part 7 on, to a person", toPerson, 7, 98),
      v("the second piece is missing", "no-key", toTeam, 0, 91, [seal(0, concat(...keys(0, 90)))]),
      v("for an older epoch", "no-key", { team, epoch: epoch + 1 }, 0, 2, [seal(0, two)]),
      v("by another tag", "no-key", toTeam, 0, 2, [seal(0, two)], { tag: "00".repeat(32) }),
      v("for another approval", "not-recipient", toTeam, 0, 2, [seal(0, two)], { approval: "00".repeat(32) }),
      v("another seed", "not-recipient", toTeam, 0, 2, [seal(0, two)], { seed: "00".repeat(32) }),
      v("lifted to another part", "not-recipient", toTeam, 3, 5, [seal(0, two, 3)]),
      v("a key too few", bad, toTeam, 0, 2, [seal(0, key(0))]),
      v("a key too many", bad, toTeam, 0, 2, [seal(0, concat(two, key(2)))]),
      v("half a key more", bad, toTeam, 0, 2, [seal(0, concat(two, key(2).slice(0, 16)))]),
      v("under a share key", ok, toTeam, 0, 2, [sealKey(shareKey), under(0, two)], { keys: toHex(two) }),
      v("91 parts, one piece under a share key and one sealed to the team", ok, toTeam, 0, 91, [sealKey(shareKey), under(0, concat(...keys(0, 90))), seal(90, key(90))], { keys: toHex(concat(...keys(0, 91))) }),
      v("the share key is missing", "no-key", toTeam, 0, 2, [under(0, two)]),
      v("another share key", "not-recipient", toTeam, 0, 2, [sealKey(hashes.h(shareKey)), under(0, two)]),
      v("a share key for another approval", "not-recipient", toTeam, 0, 2, [sealKey(shareKey, "00".repeat(32)), under(0, two)]),
      v("a share key that another seed opens", "not-recipient", toTeam, 0, 2, [sealKey(shareKey), under(0, two)], { seed: "00".repeat(32) }),
      v("under a share key, lifted to another part", "not-recipient", toTeam, 3, 5, [sealKey(shareKey), under(0, two, 3)]),
      v("under a share key, a key too few", bad, toTeam, 0, 2, [sealKey(shareKey), under(0, key(0))]),
      v("under a share key, cut off", bad, toTeam, 0, 2, [sealKey(shareKey), changed((wrap) => wrap.slice(0, 41))]),
      v("under a share key, its nonce changed", "not-recipient", toTeam, 0, 2, [sealKey(shareKey), changed((wrap) => flip(wrap, 25))]),
      v("under a share key, its last byte changed", "not-recipient", toTeam, 0, 2, [sealKey(shareKey), changed((wrap) => flip(wrap, wrap.length - 1))]),
      v("of a kind that is not known", "too-new", toTeam, 0, 2, [sealKey(shareKey), changed((wrap) => concat(Uint8Array.of(1, 5), wrap.slice(2)))]),
    ],
  };
}

/** An id for each body, by its place in the list. */
export const idAt = (i: number) => itemId(i.toString(16).padStart(32, "0"));
