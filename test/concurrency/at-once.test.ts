import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runActions, freely, type Action } from "../crash/actions.ts";
import { filesAt, growTo, type Files } from "../crash/agent-store.ts";
import { expectKept } from "../crash/check.ts";
import { makeCrashWorld, type CrashWorld } from "../crash/world.ts";

let world: CrashWorld;

beforeEach(async () => {
  world = await makeCrashWorld();
});
afterEach(() => world.remove());

const kept = (...places: readonly (readonly [stage: number, cwd: string])[]): Files => new Map(places.flatMap(([stage, cwd]) => [...filesAt(stage, cwd)]));

/** A process of its own that may find others in its way. */
async function start(actions: readonly Action[], directory: string = world.work): Promise<void> {
  await world.spawn({ actions, directory, busyIsFine: true });
}

/** A second clone of the same person on this machine. */
async function secondClone(): Promise<string> {
  const other = world.box.path("other");
  await world.box.git(world.box.root, "clone", "-q", world.remote, other);
  await world.box.git(other, "fetch", "-q", "origin", "refs/sessions/v1/root:refs/sessions/v1/root");
  return other;
}

describe("several processes at once", () => {
  it("six capture the same sessions while these grow, and two of them push", async () => {
    for (let stage = 0; stage < 4; stage++) {
      await growTo(world.home, world.work, stage);
      const running = [start(["capture"]), start(["capture", "sync"]), start(["capture"]), start(["sync", "capture"]), start(["capture"]), start(["capture", "capture"])];
      if (stage < 3) await growTo(world.home, world.work, stage + 1);
      await Promise.all(running);
    }
    await world.run(["capture", "sync"]);
    await expectKept(world, kept([3, world.work]));
  });

  it("one of two captures is killed while the other waits for it", async () => {
    for (let stage = 0; stage < 3; stage++) {
      await growTo(world.home, world.work, stage);
      await Promise.all([world.spawn({ actions: ["capture", "sync"], busyIsFine: true, killAt: 9 + stage * 12 }), start(["capture", "sync"]), world.spawn({ actions: ["capture"], busyIsFine: true }, 60 + stage * 90)]);
    }
    await world.run(["capture", "sync"]);
    await expectKept(world, kept([2, world.work]));
  });

  it("two linked worktrees write one lane", async () => {
    const linked = world.box.path("linked");
    await world.box.git(world.work, "worktree", "add", "-q", "-b", "linked", linked);
    for (const stage of [0, 1]) {
      await growTo(world.home, world.work, stage);
      await growTo(world.home, linked, stage);
      await Promise.all([start(["capture", "sync"]), start(["capture", "sync"], linked)]);
    }
    await world.run(["capture", "sync"], { directory: linked });
    await expectKept(world, kept([1, world.work], [1, linked]));
  });

  it("two clones of one person write two lanes", async () => {
    const other = await secondClone();
    for (const stage of [0, 1]) {
      await growTo(world.home, world.work, stage);
      await growTo(world.home, other, stage);
      await Promise.all([start(["capture", "sync"]), start(["capture", "sync"], other)]);
    }
    for (const directory of [world.work, other]) await runActions({ directory, env: world.env, actions: ["capture", "sync"] }, freely);
    await expectKept(world, kept([1, world.work], [1, other]), 2);
    expect((await world.box.git(world.remote, "for-each-ref", "--format=%(refname)", "refs/sessions/v1/lane/")).split("\n").length).toBe(2);
  });
});
