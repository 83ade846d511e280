import { concat, toHex, utf8 } from "../../src/domain/bytes.ts";
import { loadPasswordHash } from "../../src/adapters/crypto/argon2.ts";
import { encodeCard } from "../../src/format/card.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { teamId } from "../../src/domain/ids.ts";
import type { ContextMap } from "../../src/format/primitives.ts";
import { signEnvelope } from "../../src/format/envelope.ts";
import { idBytes } from "../../src/format/ids.ts";
import { sealItem } from "../../src/format/item.ts";
import { sealDeviceKey } from "../../src/format/key-file.ts";
import { shareContext, shareKeyContext } from "../../src/format/sharing/share-wrap.ts";
import { tieBody } from "../../src/format/tie.ts";
import { itemContext, membershipBeforeContext, successionBoxContext, successionContext, teamBeforeContext, teamContext, wrapAdditional } from "../../src/format/wrap.ts";
import { flip, invalid, ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import { nextPersonKey, wrapOf } from "./vectors-replay.ts";
import { authorPlace } from "./world.ts";
import type { World } from "./world.ts";

export function wrapVectors(world: World): VectorFile {
  const { wrapper, hashes } = world.crypto;
  const plaintext = hashes.h(utf8("test secret chain"));
  const context = authorPlace(world, hashes.h(utf8("commit")));
  const good = wrapper.wrap(world.personKey, context, plaintext);
  const item = itemContext(world.repo);
  const shown = (of: object): object => Object.fromEntries(Object.entries(of).map(([key, value]: [string, unknown]) => [key, value instanceof Uint8Array ? toHex(value) : value]));
  const team = teamId("aa".repeat(16));
  const approval = hashes.h(utf8("approval"));
  const purposes: readonly (readonly [name: string, context: ContextMap, length: number])[] = [
    ["membership-before", membershipBeforeContext(1), 32],
    ["team", teamContext(team, 1, world.person), 32],
    ["team-before", teamBeforeContext(team, 1), 32],
    ["succession", successionContext({ person: world.person, team, teamEpoch: 1, keyEpoch: 2 }), 32],
    ["succession-box", successionBoxContext(world.person, team, world.person, 2), 1170],
    ["share", shareContext({ repo: world.repo, approval: toHex(approval), session: world.session, first: 3 }), 64],
    ["share-key", shareKeyContext({ repo: world.repo, approval: toHex(approval) }), 32],
  ];
  const v = (name: string, expect: string, wrap: Uint8Array, more: object = {}): Vector => ({
    name,
    expect,
    seed: toHex(world.personKeySeed),
    context: shown(context),
    additional: toHex(wrapAdditional(context)),
    wrap: toHex(wrap),
    ...more,
  });
  const lowOrder = good.slice();
  lowOrder.fill(0, 2 + 1088, 2 + 1120);
  const bad = "wrap-invalid";
  const lifted = { context: { purpose: "item", suite: 1, repo: world.repo }, additional: toHex(wrapAdditional(item)) };
  return {
    page: "wrap.md",
    about: "Wraps opened with `seed`; in `context` byte strings are hex. `not-recipient`: well formed, and does not open with this seed and context.",
    vectors: [
      v("good", ok, good, { plaintext: toHex(plaintext), public_key: toHex(world.personKey) }),
      ...purposes.map(([name, other, length]) => {
        const wrapped = length === 32 ? plaintext : new Uint8Array(length).fill(7);
        return v(name, ok, wrapper.wrap(world.personKey, other, wrapped), { context: shown(other), additional: toHex(wrapAdditional(other)), plaintext: toHex(wrapped) });
      }),
      v("a team key, opened as that of another epoch", "not-recipient", wrapper.wrap(world.personKey, teamContext(team, 1, world.person), plaintext), { context: shown(teamContext(team, 0, world.person)), additional: toHex(wrapAdditional(teamContext(team, 0, world.person))) }),
      v("another seed", "not-recipient", good, { seed: "00".repeat(32) }),
      v("lifted to another purpose", "not-recipient", good, lifted),
      v("a changed byte in the ML-KEM part", "not-recipient", flip(good, 100)),
      v("a changed byte in the X25519 part", "not-recipient", flip(good, 1100)),
      v("a changed byte in the tag", "not-recipient", flip(good, good.length - 1)),
      v("an X25519 part of low order", bad, lowOrder),
      v("cut off", bad, good.slice(0, -1)),
      v("a byte more", bad, concat(good, Uint8Array.of(0))),
      v("empty", bad, new Uint8Array(0)),
      v("suite 2", "too-new", concat(Uint8Array.of(2), good.slice(1))),
      v("suite 0", bad, concat(Uint8Array.of(0), good.slice(1))),
      v("kind 2 is reserved", "too-new", concat(Uint8Array.of(1, 2), good.slice(2))),
      v("kind 0", bad, concat(Uint8Array.of(1, 0), good.slice(2))),
    ],
  };
}

export function itemVectors(world: World): VectorFile {
  const { crypto } = world;
  const place = { repo: world.repo, lane: world.lane };
  const other = crypto.wrapper.publicKey(crypto.hashes.h(utf8("other")));
  const body = tieBody({ ...place, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.deviceSeed, message), (message) => crypto.signer.sign(world.laneSeed, message));
  const good = sealItem(crypto, [other, world.personKey], place, body);
  const v = (name: string, expect: string, item: Uint8Array, more: object = {}): Vector => ({
    name,
    expect,
    seed: toHex(world.personKeySeed),
    repo: world.repo,
    lane: toHex(world.lane),
    device_key: toHex(crypto.signer.publicKey(world.deviceSeed)),
    item: toHex(item),
    ...more,
  });
  const forged = tieBody({ ...place, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.laneSeed, message), (message) => crypto.signer.sign(world.laneSeed, message));
  const unsigned = tieBody({ ...place, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.deviceSeed, message), (message) => crypto.signer.sign(world.deviceSeed, message));
  const toFirst = sealItem(crypto, [world.personKey, other], place, body);
  const toSelf: readonly [Uint8Array, Uint8Array] = [world.personKey, world.personKey];
  const bad = "item-invalid";
  return {
    page: "wrap.md",
    about: "Sealed items that hold a tie, opened with `seed` and verified with `device_key`.",
    vectors: [
      v("good, second stanza", ok, good, { person: world.person, device: world.device }),
      v("good, first stanza", ok, sealItem(crypto, [world.personKey, other], place, body)),
      v("another seed", "not-recipient", good, { seed: "00".repeat(32) }),
      v("another repository", "not-recipient", good, { repo: "00".repeat(32) }),
      v("another lane", bad, good, { lane: "00".repeat(32) }),
      v("a changed byte in the body", bad, flip(good, 3000)),
      v("cut off", bad, good.slice(0, -1)),
      v("a byte more", bad, concat(good, Uint8Array.of(0))),
      v("suite 2", "too-new", concat(Uint8Array.of(2), good.slice(1))),
      v("suite 0", bad, concat(Uint8Array.of(0), good.slice(1))),
      v("a first stanza that is no wrap", bad, concat(good.slice(0, 1), Uint8Array.of(9), good.slice(2))),
      v("a second stanza that is no wrap, and is not come to", ok, concat(toFirst.slice(0, 1171), Uint8Array.of(9), toFirst.slice(1172))),
      v("tie not signed by the device", "signature-invalid", sealItem(crypto, toSelf, place, forged)),
      v("tie not signed by the lane", "signature-invalid", sealItem(crypto, toSelf, place, unsigned)),
      v("tie of another lane", bad, sealItem(crypto, toSelf, place, tieBody({ ...place, lane: world.eraser, person: world.person, device: world.device }, (message) => crypto.signer.sign(world.deviceSeed, message), (message) => crypto.signer.sign(world.eraserSeed, message)))),
    ],
  };
}

export function cardVectors(world: World): VectorFile {
  const { card } = world;
  const v = (name: string, expect: string, more: object = {}, facts: object = {}): Vector => ({ name, expect, card: toHex(encodeCard({ ...card, ...more })), ...facts });
  const boxed = { device: world.device, wrap: concat(Uint8Array.of(1, 1), new Uint8Array(1168)) };
  const asPerson = signEnvelope("hx/device/v1", { v: 1, person: idBytes(world.person), sign: world.crypto.signer.publicKey(world.personSeed), box: world.personKey }, (message) => world.crypto.signer.sign(world.personSeed, message));
  const device = card.devices[0] ?? new Uint8Array(0);
  const bySelf = signEnvelope("hx/device/v1", { v: 1, person: idBytes(world.person), sign: world.lane, box: world.personKey }, (message) => world.crypto.signer.sign(world.laneSeed, message));
  const byDevice = signEnvelope("hx/device/v1", { v: 1, person: idBytes(world.person), sign: world.lane, box: world.personKey }, (message) => world.crypto.signer.sign(world.deviceSeed, message));
  const ofAnother = signEnvelope("hx/device/v1", { v: 1, person: new Uint8Array(16), sign: world.lane, box: world.personKey }, (message) => world.crypto.signer.sign(world.personSeed, message));
  return {
    page: "workspace.md",
    about: "Cards, verified whole.",
    vectors: [
      { ...v("good", ok), person: world.person, devices: [world.device], epochs: 1, entropy: toHex(world.root) },
      v("a device signed by a device", ok, { devices: [device, byDevice] }),
      v("a device signed by itself only", "signature-invalid", { devices: [device, bySelf] }),
      v("a device that vouches for the one before it", "signature-invalid", { devices: [byDevice, device] }),
      v("a device of another person", invalid, { devices: [device, ofAnother] }),
      v("a device twice", invalid, { devices: [device, device] }),
      v("two epochs of the person key", ok, { keys: [...card.keys, nextPersonKey(world, world.person, world.deviceSeed)] }, { epochs: 2, entropy: toHex(world.root) }),
      v("epoch 1 without the one before", invalid, { keys: [...card.keys, nextPersonKey(world, world.person, world.deviceSeed, { before: undefined })] }),
      v("two boxes for one device", invalid, { keys: [...card.keys, nextPersonKey(world, world.person, world.deviceSeed, { boxes: [boxed, boxed] })] }),
      v("a device with the key of its person", invalid, { devices: [device, asPerson] }),
      v("person changed", "signature-invalid", { person: flip(card.person, 500) }),
      v("key epochs that do not begin at 0, or repeat", invalid, { keys: [...card.keys, ...card.keys] }),
      v("no devices: the person's key was signed by an unknown one", "signature-invalid", { devices: [] }),
    ],
  };
}

export function statementVectors(world: World): VectorFile {
  const signing = toHex(world.crypto.signer.publicKey(world.deviceSeed));
  const sign = (payload: CborInput): Uint8Array => signEnvelope("hx/statement/v1", payload, (message) => world.crypto.signer.sign(world.deviceSeed, message));
  const v = (name: string, expect: string, envelope: Uint8Array, more: object = {}): Vector => ({ name, expect, device_key: signing, envelope: toHex(envelope), ...more });
  const hash = world.crypto.hashes.h(utf8("statement"));
  const base = { v: 1, ws: idBytes(world.workspace), n: 3, prev: hash, by: idBytes(world.device), type: "disconnect", body: { repo: idBytes(world.repo) } };
  const box = (person: number): CborInput => [new Uint8Array(16).fill(person), concat(Uint8Array.of(1, 1), new Uint8Array(1120 + 80))];
  const membership = (people: readonly number[]): Uint8Array => sign({ ...base, type: "membership", body: { epoch: 1, sign: hash, box: world.personKey, boxes: people.map(box), before: wrapOf(32) } });
  const id = new Uint8Array(16);
  const repo = (byte: number): CborInput => [new Uint8Array(32).fill(byte), [[id, 0, hash]]];
  const removal = { person: id, departed: true, membership: { epoch: 1, sign: hash, box: world.personKey, boxes: [], before: wrapOf(32) }, frozen: [repo(1), repo(2)] };
  const boxed = (person: number, length: number): CborInput => [new Uint8Array(16).fill(person), 0, wrapOf(length)];
  const teamKey = { team: id, epoch: 0, key: world.personKey, boxes: [boxed(1, 32), boxed(2, 32)] };
  const succession = { team: id, epoch: 0, key: 0, hash, boxes: [boxed(1, 1170)] };
  const text = (name: string): CborInput => [name, hash];
  const terms = { v: 1, company: "Example", contact: "privacy@example.org", tools: ["Claude Code"], notice: 30, group: 5, redaction: true, pause: true, exclude: false, coaching: false, instruments: [] };
  const policy = { version: 1, published: 20_000, effective: 20_030, terms, documents: [text("annex.en.md"), text("policy.en.md")] };
  const bodies: readonly (readonly [name: string, expect: string, type: string, body: CborInput])[] = [
    ["administrator", ok, "administrator", { person: id, is: true }],
    ["administrator with a number", invalid, "administrator", { person: id, is: 1 }],
    ["team", ok, "team", { team: id, name: wrapOf(20) }],
    ["a team id of a wrong length", invalid, "team", { team: hash, name: wrapOf(20) }],
    ["nominate", ok, "nominate", { team: id, person: id }],
    ["nominate without a person", invalid, "nominate", { team: id }],
    ["team-key", ok, "team-key", teamKey],
    ["a team key with epoch 1 and without the one before", invalid, "team-key", { ...teamKey, epoch: 1 }],
    ["a team key with epoch 0 and one before", invalid, "team-key", { ...teamKey, before: wrapOf(32) }],
    ["team key boxes out of order", invalid, "team-key", { ...teamKey, boxes: [boxed(2, 32), boxed(1, 32)] }],
    ["a team key box of a wrong length", "wrap-invalid", "team-key", { ...teamKey, boxes: [boxed(1, 33)] }],
    ["admit", ok, "admit", { team: id, person: id, epoch: 0, box: wrapOf(32) }],
    ["admit with a box of a wrong length", "wrap-invalid", "admit", { team: id, person: id, epoch: 0, box: wrapOf(64) }],
    ["team-removal", ok, "team-removal", { team: id, person: id }],
    ["grant", ok, "grant", { team: id, project: id }],
    ["withdraw", ok, "withdraw", { team: id, project: id }],
    ["grant without a project", invalid, "grant", { team: id }],
    ["removal", ok, "removal", removal],
    ["a removal with a succession", ok, "removal", { ...removal, succession: wrapOf(32) }],
    ["a removal with a succession of a wrong length", "wrap-invalid", "removal", { ...removal, succession: wrapOf(31) }],
    ["frozen repositories out of order", invalid, "removal", { ...removal, frozen: [repo(2), repo(1)] }],
    ["a frozen lane twice", invalid, "removal", { ...removal, frozen: [[hash, [[id, 0, hash], [id, 1, hash]]]] }],
    ["device-removal", ok, "device-removal", { device: id, membership: removal.membership, frozen: [] }],
    ["device-removal without frozen", invalid, "device-removal", { device: id, membership: removal.membership }],
    ["policy", ok, "policy", policy],
    ["a policy with an end of retention and of approvals", ok, "policy", { ...policy, terms: { ...terms, retention: 24, approval: 90 } }],
    ["a policy with a group of four", invalid, "policy", { ...policy, terms: { ...terms, group: 4 } }],
    ["a policy without a notice period", invalid, "policy", { ...policy, terms: { ...terms, notice: 0 } }],
    ["a policy without tools", invalid, "policy", { ...policy, terms: { ...terms, tools: [] } }],
    ["a policy with a tool twice", invalid, "policy", { ...policy, terms: { ...terms, tools: ["Codex", "Codex"] } }],
    ["a policy whose company has a line break", invalid, "policy", { ...policy, terms: { ...terms, company: "Ex\nample" } }],
    ["a policy whose contact could end a mark", invalid, "policy", { ...policy, terms: { ...terms, contact: "<!-- /hx -->" } }],
    ["a policy with terms of version 2", "too-new", "policy", { ...policy, terms: { ...terms, v: 2 } }],
    ["a policy with retention 0", invalid, "policy", { ...policy, terms: { ...terms, retention: 0 } }],
    ["a policy without texts", invalid, "policy", { ...policy, documents: [] }],
    ["policy texts out of order", invalid, "policy", { ...policy, documents: [text("policy.en.md"), text("annex.en.md")] }],
    ["a policy text outside its directory", invalid, "policy", { ...policy, documents: [text("../policy.en.md")] }],
    ["a policy text with a short hash", invalid, "policy", { ...policy, documents: [["policy.en.md", id]] }],
    ["a policy after the year 9999", invalid, "policy", { ...policy, effective: 2_932_897 }],
    ["succession", ok, "succession", succession],
    ["a succession that is taken back", ok, "succession", {}],
    ["a succession with half a body", invalid, "succession", { team: id }],
  ];
  return {
    page: "workspace.md",
    about: "Envelopes hx/statement/v1, one at a time; the right to say them is another matter.",
    vectors: [
      ...world.statements.map((envelope, n) => v(["genesis", "project", "connect"][n] ?? "", ok, envelope, { n, type: ["genesis", "project", "connect"][n], ...(n === 0 ? { workspace: world.workspace } : {}) })),
      v("disconnect", ok, sign(base), { n: 3, type: "disconnect" }),
      v("a type that is not known", "too-new", sign({ ...base, type: "steward", body: {} })),
      v("a type named like a property of objects", "too-new", sign({ ...base, type: "__proto__", body: {} })),
      v("version 2", "too-new", sign({ ...base, v: 2 })),
      v("statement 0 that is not genesis", invalid, sign({ ...base, n: 0, prev: undefined, ws: undefined })),
      v("no prev", invalid, sign({ ...base, prev: undefined })),
      v("no workspace", invalid, sign({ ...base, ws: undefined })),
      v("body of another shape", invalid, sign({ ...base, body: { repo: "x" } })),
      v("membership", ok, membership([1, 2]), { n: 3, type: "membership" }),
      v("membership boxes out of order", invalid, membership([2, 1])),
      v("two membership boxes for one person", invalid, membership([1, 1])),
      v("a membership box of a wrong length", "wrap-invalid", sign({ ...base, type: "membership", body: { epoch: 1, sign: hash, box: world.personKey, boxes: [[new Uint8Array(16), new Uint8Array(10)]], before: wrapOf(32) } })),
      v("a membership epoch without the one before", invalid, sign({ ...base, type: "membership", body: { epoch: 1, sign: hash, box: world.personKey, boxes: [] } })),
      ...bodies.map(([name, expect, type, body]) => v(name, expect, sign({ ...base, type, body }), expect === ok ? { n: 3, type } : {})),
      v("signature changed", "signature-invalid", flip(sign(base), sign(base).length - 1)),
    ],
  };
}

export async function deviceKeyVectors(world: World): Promise<VectorFile> {
  const { aead, hashes, random } = world.crypto;
  const key = hashes.h(utf8("test secret file key"));
  const secrets = {
    person: world.person,
    device: world.device,
    sign: world.deviceSeed,
    box: world.deviceBoxSeed,
    keys: [{ epoch: 0, seed: world.personKeySeed }],
    membership: [{ workspace: world.workspace, epoch: 0, seeds: world.membershipSeeds }],
  };
  const good = sealDeviceKey(aead, key, random.bytes(24), { alg: "keyring", id: "example" }, secrets);
  const v = (name: string, expect: string, file: Uint8Array, more: object = {}): Vector => ({ name, expect, key: toHex(key), file: toHex(file), ...more });
  const argon = (ops: number, mem: number): Uint8Array => encodeCbor({ v: 1, kdf: { alg: "argon2id", ops, mem, salt: new Uint8Array(16) }, nonce: new Uint8Array(24), sealed: new Uint8Array(100) });
  const none = { alg: "none", key } as const;
  const refused = "key-parameters";
  const passphrase = "p\u00e4ssw\u00f6rd \ufb01ne";
  const kdf = { alg: "argon2id", ops: 3, memory: 67108864, salt: hashes.h16(utf8("salt")) } as const;
  const stretched = await (await loadPasswordHash()).argon2id(utf8(passphrase.normalize("NFKC")), kdf.salt, kdf.ops, kdf.memory);
  const locked = sealDeviceKey(aead, stretched, random.bytes(24), kdf, secrets);
  return {
    page: "keyfile.md",
    about: "device.key, opened with `key`, which the keyring gave (or the file itself holds).",
    vectors: [
      v("keyring", ok, good, { person: world.person, device: world.device, sign: toHex(secrets.sign), box: toHex(secrets.box) }),
      v("no passphrase", ok, sealDeviceKey(aead, key, random.bytes(24), none, secrets)),
      v("another key", "wrong-passphrase", good, { key: "00".repeat(32) }),
      v("a changed byte", "wrong-passphrase", flip(good, good.length - 1)),
      v("the id of the key was changed", "wrong-passphrase", new Uint8Array(Buffer.from(Buffer.from(good).toString("latin1").replace("example", "exbmple"), "latin1"))),
      v("argon2id, a passphrase that NFKC changes", ok, locked, { key: undefined, passphrase, person: world.person, device: world.device }),
      v("argon2id, another passphrase", "wrong-passphrase", locked, { key: undefined, passphrase: "password fine" }),
      v("a parameter that is not known", invalid, encodeCbor({ v: 1, kdf: { alg: "keyring", id: "example", later: 1 }, nonce: new Uint8Array(24), sealed: new Uint8Array(16) })),
      v("2 passes", refused, argon(2, 67108864)),
      v("17 passes", refused, argon(17, 67108864)),
      v("one byte under 64 MiB", refused, argon(3, 67108863)),
      v("one byte over 1 GiB", refused, argon(3, 1073741825)),
      v("2^53-1 passes", refused, argon(Number.MAX_SAFE_INTEGER, 67108864)),
      v("another algorithm", "too-new", encodeCbor({ v: 1, kdf: { alg: "md5" }, nonce: new Uint8Array(24), sealed: new Uint8Array(16) })),
      v("salt of 15 bytes", invalid, encodeCbor({ v: 1, kdf: { alg: "argon2id", ops: 3, mem: 67108864, salt: new Uint8Array(15) }, nonce: new Uint8Array(24), sealed: new Uint8Array(16) })),
    ],
  };
}
