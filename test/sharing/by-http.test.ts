import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeWorld, type JourneyWorld, type Machine, type Ran } from "../journey/world.ts";
import { hasSeen, keeps, sharingOf, teamOf, wrapsIn } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
let cyd: Colleague;
beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote("http");
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  await teamOf(ada, "core", [[ben, "Ben"], [cyd, "Cyd"], [ada, "Ada"]]);
}, 120_000);
afterAll(() => world.close());

/** The wraps that lie at the remote of what Cyd shared. */
const wrapsOf = async (who: Colleague): Promise<number> => (await wrapsIn(await sharingOf(who))).size;

it("is shared, read, and refused once it was taken back", async () => {
  const id = await keeps(cyd, 1, ["over the wire"]);
  expect(await ben.failure("show", id)).toMatchObject({ exit: 4, code: "not-shared" });
  expect(await cyd.json("share", id, "--team", "core", "--yes")).toMatchObject({ pushed: true, sessions: [{ id }] });
  expect(await ben.hx("show", id)).toContain("over the wire");
  expect(await cyd.json("revoke", id, "--yes")).toMatchObject({ pushed: true, removed: 1, elsewhere: 0 });
  const refused = await ben.failure("show", id);
  expect(refused).toMatchObject({ exit: 4, code: "not-shared", message: expect.stringContaining("C4: the approval is revoked") });
});

it("is read until it expires by the newest time that the reader's device has seen, whatever lease lives", async () => {
  const id = await keeps(cyd, 2, ["for a day"]);
  await cyd.hx("share", id, "--team", "core", "--expires", "1d", "--yes");
  expect(await ben.hx("show", id)).toContain("for a day");
  await hasSeen(ben, Date.now() + 2 * 86_400_000);
  expect(await ben.failure("show", id)).toMatchObject({ exit: 4, code: "not-shared", message: expect.stringContaining("C4: the approval expired") });
  await hasSeen(ben, 0);
  expect(await ben.hx("show", id)).toContain("for a day");
});

it("is taken back by another device of the author: at once for who reads, and its wraps when the first device syncs", async () => {
  const id = await keeps(cyd, 3, ["shared at the desk"]);
  await cyd.hx("share", id, "--team", "core", "--yes");
  expect(await ben.hx("show", id)).toContain("shared at the desk");
  const before = await wrapsOf(ben);
  const laptop = await world.machine("cyd-laptop");
  const checkout = world.path("clone-cyd-laptop");
  await mkdir(dirname(checkout), { recursive: true });
  await laptop.git(dirname(checkout), "clone", "-q", remote, checkout);
  const { person } = (await cyd.json("identity", "show")) as { readonly person: string };
  const device = ["join", "--device", "--person", person, "--yes", "--no-hooks", "--no-passphrase"];
  const { fingerprint } = JSON.parse(await laptop.hx(checkout, ...device, "--json")) as { readonly fingerprint: string };
  await cyd.hx("device", "add", fingerprint, "--yes");
  await laptop.hx(checkout, ...device);
  await laptop.hx(checkout, "sync");

  const revoked = await onLaptop(laptop, checkout, "revoke", id, "--yes", "--json");
  expect(JSON.parse(revoked.stdout)).toMatchObject({ pushed: true, removed: 0, elsewhere: 1 });
  expect(await ben.failure("show", id)).toMatchObject({ exit: 4, code: "not-shared", message: expect.stringContaining("revoked") });
  expect(await wrapsOf(ben)).toBe(before);
  const { given } = JSON.parse((await onLaptop(laptop, checkout, "shares", "--json")).stdout) as { readonly given: readonly { readonly sessions: readonly string[]; readonly state: string }[] };
  expect(given.find(({ sessions }) => sessions.includes(id))).toMatchObject({ state: "revoked" });
  expect((await onLaptop(laptop, checkout, "revoke", id, "--yes")).code).toBe(1);
  expect(await cyd.json("sync")).toMatchObject({ shares: { removed: 1 } });
  expect(await wrapsOf(ben)).toBe(before - 1);
});

it("is handed on by whoever succeeds an author who departed, and by nobody before", async () => {
  const id = await keeps(cyd, 4, ["what cyd leaves behind"]);
  await cyd.hx("identity", "succession", "--team", "core", "--yes");
  expect(await ben.failure("share", id, "--team", "core", "--yes")).toMatchObject({ exit: 1, code: "not-found" });
  await ada.hx("member", "remove", "Cyd", "--departed", "--yes");
  await ben.hx("sync");
  expect(await ada.failure("show", id)).toMatchObject({ exit: 4, code: "not-shared" });
  const plan = await ben.machine.tryHx(ben.checkout, ["share", id, "--team", "core", "--yes"]);
  expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("of Cyd, who departed")]);
  expect(await ada.hx("show", id)).toContain("what cyd leaves behind");
  expect(await ben.json("revoke", id, "--yes")).toMatchObject({ pushed: true, removed: 1 });
  expect(await ada.failure("show", id)).toMatchObject({ exit: 4, message: expect.stringContaining("revoked") });
});

function onLaptop(laptop: Machine, checkout: string, ...args: readonly string[]): Promise<Ran> {
  return laptop.tryHx(checkout, args);
}
