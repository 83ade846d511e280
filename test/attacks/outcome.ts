import { expect } from "vitest";
import { LaneTrusts } from "../../src/app/lane/trust.ts";
import type { SyncResult } from "../../src/app/sync/sync.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { LaneId, Oid } from "../../src/domain/ids.ts";
import { keysRef, laneRef } from "../../src/format/paths.ts";
import type { OwnLane } from "../../src/app/ledger.ts";
import { memoryAgent } from "./memory-agent.ts";
import { forgeAt, type Forge } from "./lane-builder.ts";
import { capture, copyScene, endScene, makeScene, openHere, openWriter, pull, push, type Format, type Here, type Scene } from "./scene.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";

/** A host with the lane of Mallory, which a reader has verified up to its third header, and Bob's, which has grown since. */
export interface Theatre {
  readonly scene: Scene;
  readonly mallory: OwnLane;
  readonly bob: OwnLane;
  /** The head of Bob's lane that the reader has not seen. */
  readonly bobHead: Oid;
}

export async function makeTheatre(format: Format = "sha1"): Promise<Theatre> {
  const scene = await makeScene(format);
  const mallory = await openWriter(scene, "mallory");
  const first = memoryAgent("first");
  for (const line of ["one", "two", "three"]) {
    first.append(line.repeat(2000));
    await capture(mallory.ledger, first);
    if (line === "two") await capture(mallory.ledger, grown(memoryAgent("second"), "other"));
    await push(mallory);
  }
  const bob = await openWriter(scene, "bob");
  const his = grown(memoryAgent("his"), "his");
  await capture(bob.ledger, his);
  await push(bob);
  const reader = await openHere(scene, "reader");
  const seen = await pull(reader);
  expect(seen.problems).toEqual([]);
  expect(seen.lanesFetched).toBe(2);
  await capture(bob.ledger, grown(his, "more"));
  await push(bob);
  const bobHead = await bob.ledger.repository.store.read(laneRef(bob.ledger.lane.id));
  if (bobHead === null) throw new Error("no head");
  await endScene(scene);
  return { scene, mallory: mallory.ledger.lane, bob: bob.ledger.lane, bobHead };
}

function grown(agent: ReturnType<typeof memoryAgent>, line: string): ReturnType<typeof memoryAgent> {
  agent.append(line);
  return agent;
}

/** One test: a copy of the theatre, the adversary at Mallory's lane, and the reader. */
export interface Act {
  readonly theatre: Theatre;
  readonly scene: Scene;
  readonly forge: Forge;
  readonly reader: Here;
  /** Somebody who has verified nothing yet. */
  newcomer(): Promise<Here>;
}

export async function onStage(theatre: Theatre, play: (act: Act) => Promise<void>): Promise<void> {
  const scene = await copyScene(theatre.scene);
  try {
    const hub = await gitRepositories({ env: scene.box.env }).find(scene.hub);
    if (hub === null) throw new Error("no host");
    scene.close.push(() => hub.store.close());
    const forge = await forgeAt(scene, hub.store, theatre.mallory);
    const reader = await openHere(scene, "reader");
    await play({ theatre, scene, forge, reader, newcomer: () => openHere(scene, "newcomer") });
  } finally {
    await endScene(scene);
  }
}

/** What a reader holds of a lane. */
export async function held({ ledger }: Here, lane: LaneId): Promise<unknown> {
  return { head: await ledger.others.read(laneRef(lane)), keys: await ledger.others.read(keysRef(lane)), trust: await new LaneTrusts(ledger.trust).read(lane) };
}

/** Syncs, and expects this one failure, nothing of it admitted, and Bob's lane taken. */
export async function expectRefused(act: Act, code: ErrorCode, message: RegExp = /./, reader: Here = act.reader): Promise<SyncResult> {
  const lane = act.theatre.mallory.id;
  const before = await held(reader, lane);
  const result = await pull(reader);
  const problems = result.problems.map(({ lane: whose, error }) => ({ lane: whose, code: error.code, message: error.message }));
  expect(problems).toEqual([{ lane, code, message: expect.stringMatching(message) }]);
  expect(await held(reader, lane)).toEqual(before);
  expect(await reader.ledger.others.read(laneRef(act.theatre.bob.id))).toBe(act.theatre.bobHead);
  expect([...(await reader.ledger.others.list("refs/hx/"))]).toEqual([]);
  return result;
}

/** Syncs, and expects no failure and this head of Mallory's lane. */
export async function expectAdmitted(act: Act, head: Oid | null, reader: Here = act.reader): Promise<SyncResult> {
  const result = await pull(reader);
  expect(result.problems.map(({ error }) => error.message)).toEqual([]);
  expect(await reader.ledger.others.read(laneRef(act.theatre.mallory.id))).toBe(head);
  expect((await new LaneTrusts(reader.ledger.trust).read(act.theatre.mallory.id))?.oid).toBe(head);
  expect(await reader.ledger.others.read(laneRef(act.theatre.bob.id))).toBe(act.theatre.bobHead);
  return result;
}
