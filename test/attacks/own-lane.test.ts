import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DirectoryKeyFiles } from "../../src/adapters/keystore/key-files.ts";
import { UnlockedIdentity } from "../../src/app/identity/unlocked.ts";
import { knownHeads } from "../../src/app/lane/known-heads.ts";
import { isStale, openOwnLane, readOwnLane, renewLane, type KeptLane, type LanePorts } from "../../src/app/lane/own-lane-key.ts";
import { LaneTrusts } from "../../src/app/lane/trust.ts";
import { publish, vouch } from "../../src/app/publish/publish.ts";
import { pinOwnLane } from "../../src/app/sync/own-lane.ts";
import { sync } from "../../src/app/sync/sync.ts";
import { laneRules, localChain, type VerifiedChain } from "../../src/app/sync/workspace-chain.ts";
import { verifyCertificate } from "../../src/app/workspace/certificate.ts";
import { laneRef } from "../../src/format/paths.ts";
import { memoryAgent } from "./memory-agent.ts";
import { removal } from "./removal.ts";
import { capture, endScene, makeScene, NOW, openHere, openWriter, OPTIONS, pull, push, type Scene } from "./scene.ts";

let scene: Scene;
beforeEach(async () => {
  scene = await makeScene();
});
afterEach(async () => {
  await endScene(scene);
  await scene.box.remove();
});

function identityOf(of: Scene["person"]): UnlockedIdentity {
  const [device] = of.devices;
  if (device === undefined) throw new Error("no device");
  const fileKey = { kdf: { alg: "none", key: new Uint8Array(32) }, key: new Uint8Array(32) } as const;
  return new UnlockedIdentity({ person: of.id, device: device.id, sign: device.sign, box: device.box, keys: [{ epoch: 0, seed: of.keySeed }], membership: [] }, fileKey);
}

/** A clone whose lane was opened when the chain did not know the founder yet. */
async function waitingWriter(name: string) {
  const { ledger, remote } = await openWriter(scene, name);
  const chain = await localChain(ledger);
  const ports: LanePorts = { files: new DirectoryKeyFiles(join(scene.root, `${name}.config`)), trust: ledger.trust, crypto: scene.crypto, clock: ledger.clock };
  const place = { workspace: scene.workspace, repo: scene.repo, clone: ledger.repository.checkout.commonDirectory };
  const before = without(chain, scene);
  const lane = await openOwnLane(ports, place, identityOf(scene.person), before.state);
  return { ledger: { ...ledger, lane }, remote, chain, before, ports, place, lane };
}

/** The chain as it was before the person came. */
function without(chain: VerifiedChain, { person }: Scene): VerifiedChain {
  const persons = new Map([...chain.state.persons].filter(([id]) => id !== person.id));
  return { ...chain, state: { ...chain.state, persons } };
}

function writer(agentId: string) {
  const agent = memoryAgent(agentId);
  agent.append("a line");
  return agent;
}

it("a lane of somebody who is not admitted has no certificate, takes captures and publishes nothing", async () => {
  const { ledger, before, lane, ports, place } = await waitingWriter("ben");
  expect(lane.certificate).toBeUndefined();
  expect((await readOwnLane(ports, place))?.certificate).toBeUndefined();
  await capture(ledger, writer("early"));
  expect(await publish(ledger, { state: before.state, waitMs: 1000 })).toEqual({ head: null, sessions: 0, bytes: 0, waits: "admission" });
  expect(await ledger.repository.store.read(laneRef(lane.id))).toBeNull();
});

it("is certified in place once its author is a member, and publishes what waited under the same id", async () => {
  const { ledger, remote, chain, lane, ports, place } = await waitingWriter("ben");
  await capture(ledger, writer("early"));
  await expect(publish(ledger, { state: chain.state, waitMs: 1000 })).rejects.toMatchObject({ code: "locked", hints: ["hx identity unlock && hx sync"] });
  const waited = await sync(ledger, remote, "origin", OPTIONS);
  expect([waited.push.kind, waited.sessions, waited.waits]).toEqual(["nothing", 0, "certificate"]);
  expect([...(await remote.list("origin", "refs/", {}))]).toEqual([]);

  const certified = await renewLane(ports, place, lane, identityOf(scene.person), chain.state);
  expect(certified).toEqual({ ...lane, certificate: certified.certificate });
  const { certificate, publicKey, eraser } = certified;
  if (certificate === undefined) throw new Error("no certificate");
  expect(verifyCertificate(scene.crypto.signer, chain.state, certificate, { repo: scene.repo, lane: publicKey, eraser })).toBe(true);
  expect(await readOwnLane(ports, place)).toEqual(certified);
  const done = await push({ ledger: { ...ledger, lane: certified }, remote });
  expect([done.sessions, done.waits]).toEqual([1, null]);
  const reader = await openHere(scene, "reader");
  expect(await pull(reader)).toMatchObject({ lanesFetched: 1, problems: [] });
  expect(await reader.ledger.others.read(laneRef(lane.id))).not.toBeNull();
});

/** A lane with one pushed session, and a removal behind it that froze of it what is said. */
async function afterRemoval(frozen: "head" | "nothing") {
  const { ledger, remote } = await openWriter(scene, "ann");
  const agent = writer("first");
  await capture(ledger, agent);
  await push({ ledger, remote });
  const ports: LanePorts = { files: new DirectoryKeyFiles(join(scene.root, "ann.config")), trust: ledger.trust, crypto: scene.crypto, clock: ledger.clock };
  const place = { workspace: scene.workspace, repo: scene.repo, clone: ledger.repository.checkout.commonDirectory };
  const trust = await new LaneTrusts(ledger.trust).read(ledger.lane.id);
  if (trust === null) throw new Error("no trust");
  const entry = { seq: trust.seq, hash: Uint8Array.from(Buffer.from(trust.hash, "hex")) };
  const after = removal(scene, await localChain(ledger), frozen === "head" ? [[ledger.lane, entry]] : []);
  const lane = await readOwnLane(ports, place);
  if (lane === null) throw new Error("no lane");
  return { ledger, agent, ports, place, after, lane, state: after.chain.state };
}

async function renewed({ ports, place, state }: Awaited<ReturnType<typeof afterRemoval>>, lane: KeptLane): Promise<KeptLane> {
  return renewLane(ports, place, lane, identityOf(scene.person), state);
}

it("after a removal nothing is written under the old certificate, and the lane goes on under a new one", async () => {
  const here = await afterRemoval("head");
  const { ledger, agent, lane, after, state } = here;
  agent.append("more");
  await capture(ledger, agent);
  const before = await ledger.repository.store.read(laneRef(lane.id));
  await expect(publish(ledger, { state, waitMs: 1000 })).rejects.toMatchObject({ code: "locked" });
  expect(await ledger.repository.store.read(laneRef(lane.id))).toBe(before);

  const own = { ...ledger, lane: await renewed(here, lane) };
  expect([own.lane.id, own.lane.certificate?.epoch]).toEqual([lane.id, 1]);
  expect((await publish(own, { state, waitMs: 1000 })).sessions).toBe(1);
  const pinned = await pinOwnLane(own, laneRules(ledger, after.chain));
  expect([pinned?.trust.seq, pinned?.trust.epoch, pinned?.frozen]).toEqual([1, 1, null]);
});

it("a lane that the remover did not know is pinned all the same, and vouched for once, without anything to publish", async () => {
  const here = await afterRemoval("nothing");
  const { ledger, lane, after, state } = here;
  const rules = laneRules(ledger, after.chain);
  expect((await pinOwnLane(ledger, rules))?.frozen?.kind).toBe("unlisted");
  expect(await vouch(ledger, { state, waitMs: 1000 })).toBe(false);
  const own = { ...ledger, lane: await renewed(here, lane) };
  expect(await vouch(own, { state, waitMs: 1000 })).toBe(true);
  const pinned = await pinOwnLane(own, rules);
  expect([pinned?.trust.seq, pinned?.frozen]).toEqual([1, null]);
  expect(await vouch(own, { state, waitMs: 1000 })).toBe(false);
  await publish(own, { state, waitMs: 1000 });
  expect((await pinOwnLane(own, rules))?.trust.seq).toBe(1);
});

it("a sync publishes such a header by itself", async () => {
  const here = await afterRemoval("nothing");
  const own = { ...here.ledger, lane: await renewed(here, here.lane) };
  await publish(own, { state: here.state, waitMs: 1000 });
  expect((await pinOwnLane(own, laneRules(own, here.after.chain)))?.frozen).toBeNull();
});

it("neither somebody who was removed nor a device that was gets a new certificate", async () => {
  const { ports, place, lane, state } = await afterRemoval("head");
  const identity = identityOf(scene.person);
  const ended = new Map([...state.persons].map(([id, person]) => [id, { ...person, state: "removed" as const }]));
  expect(await renewLane(ports, place, lane, identity, { ...state, persons: ended })).toEqual(lane);
  await expect(openOwnLane(ports, place, identity, { ...state, persons: ended })).rejects.toMatchObject({ code: "not-connected" });
  const devices = new Map([...state.devices].map(([id, device]) => [id, { ...device, state: "removed" as const }]));
  expect((await renewLane(ports, place, lane, identity, { ...state, devices })).certificate).toEqual(lane.certificate);
  expect((await openOwnLane(ports, place, identity, { ...state, devices })).certificate).toBeUndefined();
});

it("only a new quarter asks for a fresh lane", async () => {
  const day = Math.floor(NOW / 86_400_000);
  expect(isStale({ day }, NOW)).toBe(false);
  expect(isStale({ day }, Date.UTC(2026, 6, 1))).toBe(true);
});

it("a removal freezes what this device verified, without what an earlier one keeps out", async () => {
  const here = await afterRemoval("nothing");
  const { ledger, lane, after, state } = here;
  const trustOf = () => ledger.trust;
  const trust = await new LaneTrusts(ledger.trust).read(lane.id);
  const before = await knownHeads({ ...state, freezes: new Map() }, [scene.repo], trustOf);
  expect(before.get(scene.repo)?.get(lane.id)).toEqual({ seq: 0, hash: Uint8Array.from(Buffer.from(trust?.hash ?? "", "hex")) });
  expect([...((await knownHeads(state, [scene.repo], trustOf)).get(scene.repo) ?? [])]).toEqual([]);
  const own = { ...ledger, lane: await renewed(here, lane) };
  await vouch(own, { state, waitMs: 1000 });
  await pinOwnLane(own, laneRules(own, after.chain));
  expect((await knownHeads(state, [scene.repo], trustOf)).get(scene.repo)?.get(lane.id)?.seq).toBe(1);
});
