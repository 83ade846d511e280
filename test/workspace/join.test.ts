import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { membershipSecret, personBody } from "../../src/app/workspace/compose.ts";
import { deviceBody, deviceJoinEnvelope, joinEnvelope } from "../../src/app/workspace/join.ts";
import { readJoin, writeJoin } from "../../src/app/workspace/join-ref.ts";
import { cardOf } from "../../src/app/workspace/member-card.ts";
import { openMembership, openPersonKeys } from "../../src/app/workspace/member.ts";
import { replayChain } from "../../src/app/workspace/replay.ts";
import { signStatement } from "../../src/app/workspace/compose.ts";
import { foundWorkspace, newRepository } from "../../src/app/workspace/found.ts";
import { workspaceId } from "../../src/domain/ids.ts";
import type { Oid } from "../../src/domain/ids.ts";
import { decodeCard } from "../../src/format/card.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import { decodeEnvelope, encodeEnvelope, signEnvelope } from "../../src/format/envelope.ts";
import { fingerprint, joinPayload, openDeviceJoin, openJoin } from "../../src/format/join.ts";
import type { Join } from "../../src/format/join.ts";
import { deviceIdOf } from "../../src/format/ids.ts";
import { cutPieces } from "../../src/format/pieces.ts";
import type { Store, TreeEntry } from "../../src/ports/git.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { Company, refusal } from "./company.ts";
import { makePerson } from "./people.ts";
import type { TestPerson } from "./people.ts";

const NOW = Date.UTC(2026, 5, 3, 15, 4, 5);
const DAY = Date.UTC(2026, 5, 3) / 1000;

let at: Company;
let eve: TestPerson;
let asked: Uint8Array;

beforeEach(async () => {
  at = await Company.make();
  eve = makePerson(at.crypto);
  asked = joinEnvelope(at.crypto, eve.acting, at.state, { name: "Eve", email: "eve@example.org" });
});

const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => at.crypto.signer.verify(key, message, signature);
const current = () => membershipSecret(at.crypto, at.state.membership.length - 1, at.membershipOf(at.ann));

/** A request that differs from Eve's, signed by a key that may be another. */
function changed(more: Partial<Join>, by = eve.acting.sign): Uint8Array {
  const { workspace, card, name, epoch } = openJoin(at.crypto.hashes, verify, asked);
  return signEnvelope("hx/join/v1", joinPayload({ workspace, card, name, epoch, ...more }), (message) => at.crypto.signer.sign(by, message));
}

describe("a request to join", () => {
  it("says who asks, and has a fingerprint of its own", () => {
    const join = openJoin(at.crypto.hashes, verify, asked);
    expect(join).toMatchObject({ workspace: at.state.workspace, epoch: 0, opened: { person: { id: eve.id } } });
    expect(join.fingerprint).toMatch(/^(?:[0-9a-f]{4} ){9}[0-9a-f]{4}$/);
    expect(join.fingerprint.replaceAll(" ", "")).toBe(Buffer.from(at.crypto.hashes.h(decodeEnvelope(asked, "hx/join/v1").payload)).toString("hex").slice(0, 40));
    expect(fingerprint(at.crypto.hashes.h, encodeCbor({}))).not.toBe(join.fingerprint);
  });

  it("becomes a person whose card and name are what they signed", () => {
    const { repo, genesis } = newRepository(at.crypto, at.ann.acting.sign);
    const founded = foundWorkspace(at.crypto, at.ann.acting, { founder: { name: "Ann" }, projectName: "web", repo, repoGenesis: genesis, home: repo });
    const join = joinEnvelope(at.crypto, eve.acting, founded.state, { name: "Eve" });
    const chain = [...founded.statements, signStatement(at.crypto, at.ann.acting, founded.state, personBody(at.crypto, join, membershipSecret(at.crypto, 0, founded.membership.seeds)))];
    const state = replayChain(at.crypto, chain);
    expect(cardOf(at.crypto.hashes, chain, eve.id)).toEqual(decodeCard(eve.card));
    expect(openMembership(at.crypto, state, eve.id, [{ epoch: 0, seed: eve.keySeed }])).toHaveLength(1);
  });

  it("stands where it was made before the newest epoch began, and not for one that is not there", () => {
    at.say(at.ann, at.removal(at.dan.id));
    expect(at.after(at.ann, personBody(at.crypto, asked, current())).persons.get(eve.id)?.name.epoch).toBe(0);
    at.refuses(at.ann, personBody(at.crypto, changed({ epoch: 2 }), current()), /membership epoch 2, which is not there/);
  });

  it("is of this workspace, and signed by a device of the card", () => {
    at.refuses(at.ann, personBody(at.crypto, changed({ workspace: workspaceId("0".repeat(64)) }), current()), /another workspace/);
    at.refuses(at.ann, personBodyOf(changed({}, eve.sign)), /not signed by a device of their card/);
    at.refuses(at.ann, personBodyOf(changed({}, at.ann.acting.sign)), /not signed by a device of their card/);
    refusal("signature-invalid", () => personBody(at.crypto, changed({}, eve.sign), current()));
    refusal("encoding-invalid", () => personBody(at.crypto, changed({ card: { ...decodeCard(eve.card), keys: [] } }), current()));
    at.refuses(at.bob, personBody(at.crypto, asked, current()), /not an administrator/);
  });

  it("of a device is answered by a live device of the person", () => {
    const seeds = { person: at.bob.id, sign: at.crypto.random.bytes(32), box: at.crypto.random.bytes(32) };
    const request = openDeviceJoin(at.crypto.hashes, verify, deviceJoinEnvelope(at.crypto, at.state.workspace, seeds));
    expect(request.device.id).toBe(deviceIdOf(at.crypto.hashes, at.crypto.signer.publicKey(seeds.sign)));
    at.refuses(at.carol, deviceBody(at.crypto, at.carol.acting, at.state, request, at.bob.seeds), /signed neither/);
    refusal("no-key", () => deviceBody(at.crypto, at.bob.acting, at.state, request, []));
    at.say(at.bob, deviceBody(at.crypto, at.bob.acting, at.state, request, at.bob.seeds));
    expect(openPersonKeys(at.crypto, at.state, at.bob.id, { device: request.device.id, seed: seeds.box })).toEqual(at.bob.seeds);
    const forged = decodeEnvelope(deviceJoinEnvelope(at.crypto, at.state.workspace, seeds), "hx/join-device/v1");
    refusal("signature-invalid", () => openDeviceJoin(at.crypto.hashes, verify, encodeEnvelope({ ...forged, signature: new Uint8Array(64) })));
  });
});

describe("a join ref", () => {
  let box: Sandbox;
  let store: Store;

  beforeEach(async () => {
    box = await makeSandbox();
    const repository = await gitRepositories({ env: box.env }).find(await box.makeRepo({ name: "work" }));
    if (repository === null) throw new Error("no repository");
    ({ store } = repository);
  });
  afterEach(async () => {
    await store.close();
    await box.remove();
  });

  const read = (tip: Oid, id: string = eve.id) => readJoin(at.crypto, store, id, tip, NOW);
  const code = async (tip: Promise<Oid>, id?: string) => await read(await tip, id).then(() => "ok", (error: { readonly code?: string }) => error.code);
  const blobs = async (envelope: Uint8Array): Promise<TreeEntry[]> => await Promise.all(cutPieces(envelope).map(async (piece, k) => ({ name: String(k), mode: "100644" as const, oid: await store.writeBlob(piece) })));
  const commit = async (entries: readonly TreeEntry[], parents: readonly Oid[] = [], name = "j"): Promise<Oid> =>
    await store.writeCommit({ tree: await store.writeTree([{ name, mode: "40000", oid: await store.writeTree(entries) }]), parents, day: DAY });

  it("holds a request of a person or of a device, under its id", async () => {
    expect(await read(await writeJoin(store, asked, NOW))).toMatchObject({ kind: "person", id: eve.id, envelope: asked });
    const seeds = { person: eve.id, sign: at.crypto.random.bytes(32), box: at.crypto.random.bytes(32) };
    const envelope = deviceJoinEnvelope(at.crypto, at.state.workspace, seeds);
    const id = deviceIdOf(at.crypto.hashes, at.crypto.signer.publicKey(seeds.sign));
    expect(await read(await writeJoin(store, envelope, NOW), id)).toMatchObject({ kind: "device", id });
    expect(await code(writeJoin(store, asked, NOW), id)).toBe("encoding-invalid");
    expect(await code(writeJoin(store, envelope, NOW))).toBe("encoding-invalid");
  });

  it("has no parent, no other file, no gap, and no more than 16 pieces of 4000 bytes", async () => {
    const pieces = await blobs(asked);
    expect(pieces.length).toBeGreaterThan(1);
    expect(await code(commit(pieces))).toBe("ok");
    expect(await code(commit(pieces, [await commit(pieces)]))).toBe("encoding-invalid");
    expect(await code(commit(pieces, [], "k"))).toBe("encoding-invalid");
    expect(await code(commit([...pieces, { name: "x", mode: "100644", oid: await store.writeBlob(asked) }]))).toBe("encoding-invalid");
    expect(await code(commit(pieces.slice(1)))).toBe("encoding-invalid");
    expect(await code(commit([{ name: "0", mode: "100644", oid: await store.writeBlob(asked) }]))).toBe("encoding-invalid");
    expect(await code(commit(pieces.map((piece) => ({ ...piece, mode: "100755" }))))).toBe("encoding-invalid");
    const [first] = pieces;
    if (first === undefined) throw new Error("no piece");
    const many = Array.from({ length: 17 }, (_, k): TreeEntry => ({ name: String(k), mode: "100644", oid: first.oid }));
    expect(await code(commit(many))).toBe("encoding-invalid");
    await expect(writeJoin(store, new Uint8Array(64_001), NOW)).rejects.toMatchObject({ code: "usage" });
  });

  it("is signed by whom it is of", async () => {
    expect(await code(writeJoin(store, changed({}, eve.sign), NOW))).toBe("signature-invalid");
    const card = decodeCard(makePerson(at.crypto).card);
    expect(await code(writeJoin(store, changed({ card: { ...card, person: decodeCard(eve.card).person } }), NOW))).toBe("signature-invalid");
    expect(await code(writeJoin(store, encodeCbor(["hx/statement/v1", new Uint8Array(1), new Uint8Array(64)]), NOW))).toBe("encoding-invalid");
  });
});

/** A statement that an administrator who looks at nothing would make. */
function personBodyOf(join: Uint8Array) {
  return { type: "person", join, membership: membershipBox() } as const;
}

function membershipBox(): Uint8Array {
  const body = personBody(at.crypto, asked, current());
  return body.type === "person" ? body.membership : new Uint8Array(0);
}
