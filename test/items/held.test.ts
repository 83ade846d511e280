import { afterEach, beforeEach, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { ItemIndex } from "../../src/app/items/item-index.ts";
import { NO_ADDITIONS } from "../../src/app/publish/additions.ts";
import { AS_THEY_ARE, laneSources } from "../../src/app/read/lane-source.ts";
import { heldPlaces } from "../../src/app/sharing/held.ts";
import { sayAndPush } from "../../src/app/sync/say.ts";
import { fromHex } from "../../src/domain/bytes.ts";
import { deviceId, personId, sessionId, teamId, type PersonId } from "../../src/domain/ids.ts";
import { foldSharing } from "../../src/domain/sharing/fold.ts";
import type { Access, Believed } from "../../src/domain/sharing/statement.ts";
import type { LaneHead } from "../../src/format/header.ts";
import { LaneTrusts } from "../../src/app/lane/trust.ts";
import { anItem, forgeAt } from "../attacks/lane-builder.ts";
import { endScene, makeScene, openHere, openWriter, OPTIONS, pull, type Here, type Scene } from "../attacks/scene.ts";

/** Somebody who writes none of the lanes here. */
const STRANGER = personId("ab".repeat(16));

let scene: Scene;
let reader: Here;
let spoken: Awaited<ReturnType<typeof openWriter>>;
let other: Awaited<ReturnType<typeof openWriter>>;

/** Two lanes of one person. The one in which entries lie has headers 0 and 1; the other one names header 0. */
beforeEach(async () => {
  scene = await makeScene();
  [spoken, other] = [await openWriter(scene, "spoken"), await openWriter(scene, "other")];
  reader = await openHere(scene, "reader");
  const adds = async ({ ledger, remote }: typeof spoken): Promise<void> => void (await sayAndPush(ledger, remote, "origin", { ...NO_ADDITIONS, items: [anItem(scene)[1]] }, OPTIONS));
  await adds(spoken);
  for (let i = 0; i < 2; i++) await adds(other);
  await adds(spoken);
  await pull(reader);
});
afterEach(async () => {
  await endScene(scene);
  await scene.box.remove();
});

/** Whether an entry of `who` in header `seq` of the first lane is held. */
async function isHeld(seq: number, who: PersonId): Promise<boolean> {
  const index = new ItemIndex(reader.ledger, scene.author);
  await index.update(await laneSources(reader.ledger, AS_THEY_ARE));
  const { state } = scene.founded;
  const place = { lane: spoken.ledger.lane.id, seq, head: 0, day: 0 };
  const said: Access = { kind: "access", workspace: scene.workspace, repo: scene.repo, lane: spoken.ledger.lane.publicKey, person: who, device: deviceId("0".repeat(32)), at: 0, author: STRANGER, team: teamId("0".repeat(32)), session: sessionId("0".repeat(32)), approval: "", from: 0, until: 0, class: "attested" };
  const access: Believed<Access> = { hash: "", place, said };
  const sharing = { ...foldSharing(state, []), accesses: new Map([["", { access }]]) };
  return (await heldPlaces(state, { index, believed: [], sharing }))(place, who);
}

async function claims(head: Omit<LaneHead, "lane">): Promise<void> {
  const hub = await gitRepositories({ env: scene.box.env }).find(scene.hub);
  if (hub === null) throw new Error("no host");
  scene.close.push(() => hub.store.close());
  const forge = await forgeAt(scene, hub.store, other.ledger.lane);
  await forge.push({ heads: [{ lane: spoken.ledger.lane.id, ...head }] });
  expect((await pull(reader)).problems).toEqual([]);
}

async function headerHash(seq: number): Promise<Uint8Array> {
  return fromHex((await new LaneTrusts(reader.ledger.trust).read(spoken.ledger.lane.id))?.chain[seq] ?? "");
}

it("an entry is held by the lane of somebody else, up to the header that it names, and not by a second lane of its own reader", async () => {
  expect([await isHeld(0, STRANGER), await isHeld(1, STRANGER)]).toEqual([true, false]);
  expect([await isHeld(0, scene.person.id), await isHeld(1, scene.person.id)]).toEqual([false, false]);
  await claims({ seq: 1, hash: await headerHash(1) });
  expect([await isHeld(1, STRANGER), await isHeld(1, scene.person.id)]).toEqual([true, false]);
});

it.each([["another hash than that of the header", 1], ["a header that the lane does not have", 7]])("a claim of %s holds nothing", async (_, seq) => {
  await claims({ seq, hash: scene.crypto.random.bytes(32) });
  expect([await isHeld(1, STRANGER), await isHeld(seq, STRANGER)]).toEqual([false, false]);
});

it("the hash of another header of the lane holds nothing either", async () => {
  await claims({ seq: 1, hash: await headerHash(0) });
  expect(await isHeld(1, STRANGER)).toBe(false);
});
