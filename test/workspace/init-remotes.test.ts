import { afterAll, beforeAll, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { connectedCheckout, INIT, makeWorld, newIdentity, recover, type JourneyWorld, type Machine } from "../journey/world.ts";

// What `hx init` lists must be what later commands compare, from every checkout.

let world: JourneyWorld;
let ada: Machine;
let checkout: string;
beforeAll(async () => {
  world = await makeWorld("in-process");
  ada = await world.machine("ada");
  await newIdentity(ada, world.path("phrase"));
  await ada.git(world.path("."), "init", "-q", "--bare", world.path("work", "hub.git"));
  checkout = await connectedCheckout(ada, "../hub.git", world.path("work", "shop"));
});
afterAll(() => world.close());

it("a remote of a relative path is listed by its absolute one: a linked worktree and a clone elsewhere reach it", async () => {
  const id = "0a1b2c3d-0000-4000-8000-000000000001";
  await writeQuiet(transcriptPath(ada.home, checkout, id), prompt("Kept by a path", checkout));
  await ada.hx(checkout, "capture");
  await ada.git(checkout, "worktree", "add", "-q", "-b", "side", world.path("work", "side"));
  expect(await ada.hx(world.path("work", "side"), "sync", "--json")).toContain('"pushedSessions":1');
  const fresh = await world.machine("fresh");
  await recover(fresh, world.path("work", "hub.git"), world.path("far", "away", "shop"), world.path("phrase"));
  expect(await fresh.hx(world.path("far", "away", "shop"), "list")).toContain("Kept by a path");
});

it("one that is named by a relative path is the remote that leads there", async () => {
  const plan = JSON.parse(await ada.hx(checkout, ...INIT, "--dry-run", "--remote", "../hub.git", "--json")) as { readonly blockers?: readonly unknown[] };
  expect(plan.blockers ?? []).toEqual([]);
});

it("one that does not say where it leads is refused", async () => {
  const other = world.path("work", "other");
  await ada.git(world.path("work"), "init", "-q", other);
  await ada.git(other, "remote", "add", "origin", "~/hub.git");
  const { code, stderr } = await ada.tryHx(other, INIT);
  expect(code).not.toBe(0);
  expect(stderr).toContain("'~/hub.git' cannot be listed as a remote of the company: it does not say where it leads");
});
