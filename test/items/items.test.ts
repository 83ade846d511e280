import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ItemIndex } from "../../src/app/items/item-index.ts";
import { entryGone, missingEntries } from "../../src/app/items/seen-entries.ts";
import { UnlockedIdentity } from "../../src/app/identity/unlocked.ts";
import { tombstoneFor } from "../../src/app/lane/tombstone.ts";
import type { WritableLedger } from "../../src/app/ledger.ts";
import { NO_ADDITIONS, type Additions } from "../../src/app/publish/additions.ts";
import { AS_THEY_ARE, laneSources } from "../../src/app/read/lane-source.ts";
import { sayAndPush } from "../../src/app/sync/say.ts";
import { toHex } from "../../src/domain/bytes.ts";
import { itemId } from "../../src/domain/ids.ts";
import { itemIdOf } from "../../src/format/ids.ts";
import { sealItem } from "../../src/format/item.ts";
import { itemPath, keysRef, laneRef, wrapPath } from "../../src/format/paths.ts";
import type { Remote } from "../../src/ports/git.ts";
import { anItem, forgeAt } from "../attacks/lane-builder.ts";
import { endScene, makeScene, openHere, openWriter, OPTIONS, pull, type Here, type Scene } from "../attacks/scene.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";

let scene: Scene;
let writer: { readonly ledger: WritableLedger; readonly remote: Remote };
let reader: Here;

beforeEach(async () => {
  scene = await makeScene();
  writer = await openWriter(scene, "writer");
  reader = await openHere(scene, "reader");
});
afterEach(async () => {
  await endScene(scene);
  await scene.box.remove();
});

function sealed(seed: Uint8Array, n: number): Uint8Array {
  const { crypto, repo } = scene;
  const to = crypto.wrapper.publicKey(seed);
  return sealItem(crypto, [to, to], { repo, lane: writer.ledger.lane.publicKey }, { kind: "request", n });
}

const mine = (n: number): Uint8Array => sealed(scene.author.keys[0]?.seed ?? new Uint8Array(), n);
const idOf = (item: Uint8Array): string => itemIdOf(scene.crypto.hashes, item);
const items = (...all: Uint8Array[]): Additions => ({ ...NO_ADDITIONS, items: all });
const say = (additions: Additions, remote = writer.remote): ReturnType<typeof sayAndPush> => sayAndPush(writer.ledger, remote, "origin", additions, OPTIONS);
const lanes = (): ReturnType<typeof laneSources> => laneSources(reader.ledger, AS_THEY_ARE);
const aWrap = (): [string, Uint8Array] => [wrapPath(toHex(scene.crypto.random.bytes(16))), scene.crypto.random.bytes(1700)];

function identity(): UnlockedIdentity {
  const device = scene.person.devices[0];
  if (device === undefined) throw new Error("no device");
  const fileKey = { kdf: { alg: "none", key: new Uint8Array(32) }, key: new Uint8Array(32) } as const;
  return new UnlockedIdentity({ person: scene.person.id, device: device.id, sign: device.sign, box: device.box, keys: [], membership: [] }, fileKey);
}

async function indexed(keys: ConstructorParameters<typeof ItemIndex>[2] = []): Promise<{ fresh: number; ids: string[]; index: ItemIndex }> {
  const index = new ItemIndex(reader.ledger, scene.author, keys);
  const { fresh } = await index.update(await lanes());
  return { fresh, index, ids: index.items().flatMap(({ id, kind }) => (kind === "tie" ? [] : [id])) };
}

describe("additions", () => {
  it("land in one commit, verify, and are acknowledged; said twice they are there once; many are one pack", async () => {
    const additions = { items: Array.from({ length: 120 }, () => anItem(scene)[1]), wraps: new Map(Array.from({ length: 120 }, aWrap)), removed: [] };
    const first = await say(additions);
    expect(first.kind).toBe("acknowledged");
    const again = await say(additions);
    expect(again).toMatchObject({ kind: "acknowledged", head: first.kind === "acknowledged" ? first.head : "" });
    const pulled = await pull(reader);
    expect(pulled.problems).toEqual([]);
    expect(await scene.box.git(writer.ledger.repository.store.directory, "rev-list", "--count", laneRef(writer.ledger.lane.id))).toBe("1");
    expect(await scene.box.git(writer.ledger.repository.store.directory, "count-objects", "-v")).toMatch(/packs: 1\b/);
    await scene.box.git(writer.ledger.repository.store.directory, "fsck", "--strict");
  });

  it("are published once though the push takes two rounds", async () => {
    let rounds = 0;
    const racing: Remote = { ...writer.remote, push: async (...args) => (rounds++ === 0 ? { kind: "stale", refs: [] } : writer.remote.push(...args)) };
    expect((await say(items(mine(1)), racing)).kind).toBe("acknowledged");
    expect(rounds).toBe(2);
    expect(await scene.box.git(scene.hub, "rev-list", "--count", laneRef(writer.ledger.lane.id))).toBe("1");
  });

  it("are not acknowledged when the remote says that it took them and does not have them", async () => {
    const liar: Remote = { ...writer.remote, push: async () => ({ kind: "done" }) };
    expect(await say(items(mine(1)), liar)).toMatchObject({ kind: "refused", published: true });
    const away: Remote = { ...writer.remote, push: async () => ({ kind: "unreachable", reason: "away" }) };
    expect(await say(items(mine(2)), away)).toMatchObject({ kind: "unreachable", published: true });
    expect(await sayAndPush(writer.ledger, writer.remote, scene.box.path("nowhere"), items(mine(3)), OPTIONS)).toMatchObject({ kind: "unreachable", published: false });
  });

  it("remove a wrap with its tombstone only", async () => {
    const [path, wrap] = aWrap();
    await say({ ...NO_ADDITIONS, wraps: new Map([[path, wrap]]) });
    await pull(reader);
    const before = await writer.ledger.repository.store.read(keysRef(writer.ledger.lane.id));
    const wrong = tombstoneFor(writer.ledger, identity(), path, new Uint8Array(3), "revoked");
    await expect(say({ ...NO_ADDITIONS, removed: [{ path, tombstone: wrong }] })).rejects.toMatchObject({ code: "keys-invalid" });
    expect(await writer.ledger.repository.store.read(keysRef(writer.ledger.lane.id))).toBe(before);
    const tombstone = tombstoneFor(writer.ledger, identity(), path, wrap, "revoked");
    expect((await say({ ...NO_ADDITIONS, removed: [{ path, tombstone }] })).kind).toBe("acknowledged");
    expect((await pull(reader)).problems).toEqual([]);
    await expect(say({ ...NO_ADDITIONS, wraps: new Map([[path, wrap]]) })).rejects.toMatchObject({ code: "exists" });
  });
});

describe("the index of items", () => {
  it("has exactly mine, with their places, after new commits, with a new key, and without its cache", async () => {
    const team = { id: "team/0", seed: scene.crypto.random.bytes(32) };
    const [a, b, ours] = [mine(1), mine(2), sealed(team.seed, 3)];
    const damaged = Uint8Array.from(mine(4), (byte, i) => (i === 3000 ? byte ^ 1 : byte));
    await say(items(a, anItem(scene)[1], ours, damaged));
    await pull(reader);
    expect((await indexed()).ids).toEqual([idOf(a)]);
    await say(items(b, anItem(scene)[1]));
    await pull(reader);
    const second = await indexed();
    expect([second.fresh, second.ids]).toEqual([1, [idOf(a), idOf(b)]]);
    expect(second.index.items().find(({ id }) => id === idOf(b))?.place).toMatchObject({ lane: writer.ledger.lane.id, seq: 1, head: scene.founded.state.head.n });
    expect(second.index.ties(scene.founded.state)).toEqual([{ lane: writer.ledger.lane.id, person: scene.person.id, device: scene.person.devices[0]?.id }]);
    const third = await indexed([team]);
    expect([third.fresh, third.ids.sort()]).toEqual([1, [idOf(a), idOf(b), idOf(ours)].sort()]);
    await reader.ledger.work.remove("items");
    expect((await indexed([team])).ids.sort()).toEqual(third.ids.sort());
  });

  it("begins anew when what it opens late is damaged", async () => {
    const team = { id: "team/0", seed: scene.crypto.random.bytes(32) };
    const [a, ours] = [mine(1), sealed(team.seed, 2)];
    await say(items(a, ours, anItem(scene)[1]));
    await pull(reader);
    await indexed();
    const file = await reader.ledger.work.read("items");
    await reader.ledger.work.write("items", Uint8Array.from(file ?? [], (byte, i) => (i === (file?.length ?? 0) - 1 ? byte ^ 1 : byte)));
    expect((await indexed()).ids).toEqual([idOf(a)]);
    expect((await indexed([team])).ids.sort()).toEqual([idOf(a), idOf(ours)].sort());
  });

  it("tries no item twice with one key", async () => {
    await say(items(mine(1), sealed(scene.crypto.random.bytes(32), 2)));
    await pull(reader);
    await indexed();
    const { wrapper } = reader.ledger.crypto;
    let tries = 0;
    const open = (...args: Parameters<typeof wrapper.open>): Uint8Array | null => {
      tries += 1;
      return wrapper.open(...args);
    };
    const crypto = { ...reader.ledger.crypto, wrapper: { ...wrapper, open } };
    const index = new ItemIndex({ ...reader.ledger, crypto }, scene.author);
    expect(await index.update(await lanes())).toEqual({ fresh: 0, problems: [] });
    expect([index.items().length, tries]).toEqual([2, 0]);
  });

  it("knows which headers other lanes name", async () => {
    await say(items(mine(1)));
    const other = await openWriter(scene, "other");
    await sayAndPush(other.ledger, other.remote, "origin", items(anItem(scene)[1]), OPTIONS);
    await sayAndPush(other.ledger, other.remote, "origin", items(anItem(scene)[1]), OPTIONS);
    await pull(reader);
    const { index } = await indexed();
    expect([...(await index.namedBy(writer.ledger.lane.id))]).toEqual([[other.ledger.lane.id, 0]]);
    expect([...(await index.namedBy(other.ledger.lane.id))]).toEqual([]);
  });
});

describe("entries that were seen", () => {
  it("are missed when their lane is rewound, lacks them, or is gone", async () => {
    const [a, b] = [mine(1), mine(2)];
    await say(items(a));
    await pull(reader);
    const old = await reader.ledger.others.read(laneRef(writer.ledger.lane.id));
    await say(items(b));
    await pull(reader);
    await indexed();
    expect(await missingEntries(reader.ledger, await lanes())).toEqual([]);
    const { others } = reader.ledger;
    const ref = laneRef(writer.ledger.lane.id);
    const now = await others.read(ref);
    await others.update([{ ref, from: now, to: old }]);
    const [gone, ...more] = await missingEntries(reader.ledger, await lanes());
    expect([gone, more]).toEqual([{ lane: writer.ledger.lane.id, seq: 1, id: idOf(b), why: "shorter" }, []]);
    if (gone !== undefined) expect(entryGone(gone)).toMatchObject({ code: "entry-gone", data: { item: idOf(b) } });
    const remembered = async (item: Uint8Array): Promise<string[]> => (await indexed()).index.remembered(writer.ledger.lane.id, itemId(idOf(item))).map(({ id }) => id);
    expect((await indexed()).ids).toEqual([idOf(a)]);
    // What is gone is found as what is there, by the run that misses it and by the next.
    for (let i = 0; i < 2; i++) expect(await remembered(b)).toEqual([idOf(b)]);
    expect(await remembered(a)).toContain(idOf(a));
    expect(await remembered(mine(3))).toEqual([]);
    expect(await missingEntries(reader.ledger, await lanes())).toHaveLength(1);
    const hub = await gitRepositories({ env: scene.box.env }).find(scene.hub);
    if (hub === null) throw new Error("no host");
    scene.close.push(() => hub.store.close());
    const forge = await forgeAt(scene, hub.store, writer.ledger.lane);
    await forge.commit({ files: new Map([[itemPath(itemIdOf(scene.crypto.hashes, b)), null], anItem(scene)]) }).then((to) => forge.move(ref, to));
    await scene.box.git(others.directory, "fetch", "-q", scene.hub, `+${ref}:${ref}`);
    expect((await missingEntries(reader.ledger, await lanes())).map(({ why }) => why)).toEqual(["not-there"]);
    await others.update([{ ref, from: await others.read(ref), to: null }]);
    expect((await missingEntries(reader.ledger, await lanes())).map(({ why }) => why)).toEqual(["no-lane", "no-lane"]);
    expect(await remembered(b)).toEqual([idOf(b)]);
  });
});
