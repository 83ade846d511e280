import { afterAll, beforeAll, expect, it } from "vitest";
import { openOwnSession } from "../../src/app/read/open-session.ts";
import { findSession } from "../../src/app/sessions/find-session.ts";
import { approve, sharedSession } from "../../src/app/sharing/approve.ts";
import { ownTies } from "../../src/app/sharing/read-sharing.ts";
import { isKeyedWrap } from "../../src/format/keyed-wrap.ts";
import { sayHere, speakingLane } from "../../src/wire/sharing-clone.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { heldBy, keeps, partKeysOpened, sharingOf, teamOf, wrapsIn } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

// Sessions that are approved together go under one share key: docs/spec/sharing.md, "Share wraps".

const TITLES = ["one", "two", "three", "four"] as const;
let world: JourneyWorld;
let ada: Colleague;
let ben: Colleague;
let cyd: Colleague;
const ids = new Map<string, string>();
const id = (title: (typeof TITLES)[number]): string => ids.get(title) ?? expect.fail(title);

beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  await teamOf(ada, "core", [[ben, "Ben"], [cyd, "Cyd"]]);
  for (const [i, title] of TITLES.entries()) ids.set(title, await keeps(ada, i, [title]));
}, 120_000);
afterAll(() => world.close());

/** The wraps that Ada's keys ref has beside those of her own chains, as the remote has them: under a share key, and sealed to somebody. */
async function given(): Promise<{ readonly keyed: number; readonly direct: number }> {
  const wraps = [...(await wrapsIn(await sharingOf(ada))).values()];
  const keyed = wraps.filter(isKeyedWrap).length;
  return { keyed, direct: wraps.length - keyed - TITLES.length };
}

const approvalOf = async (title: (typeof TITLES)[number]): Promise<string> => {
  const { given: all } = (await ada.json("shares")) as unknown as { readonly given: readonly { readonly id: string; readonly sessions: readonly { readonly id: string }[] }[] };
  return all.find(({ sessions }) => JSON.stringify(sessions).includes(id(title)))?.id ?? expect.fail(title);
};

it("one session has a wrap of its own, and several have one key", async () => {
  await ada.hx("share", id("four"), "--team", "core", "--yes");
  expect(await given()).toEqual({ keyed: 0, direct: 1 });
  await ada.hx("revoke", await approvalOf("four"), "--yes");
  expect(await given()).toEqual({ keyed: 0, direct: 0 });
  await ada.hx("share", id("one"), id("two"), id("three"), "--team", "core", "--yes");
  expect(await given()).toEqual({ keyed: 3, direct: 1 });
  for (const title of ["one", "two", "three"] as const) expect(await ben.hx("show", id(title))).toContain(title);
});

it("a session that is taken back goes alone, and does not open with the key that the others have", async () => {
  const here = await sharingOf(ben);
  const fetched = await wrapsIn(here);
  expect(await ada.json("revoke", id("one"), "--yes")).toMatchObject({ removed: 1, pushed: true });
  expect(await given()).toEqual({ keyed: 2, direct: 1 });
  expect(await ben.failure("show", id("one"))).toMatchObject({ exit: 4, code: "not-shared" });
  for (const title of ["two", "three"] as const) expect(await ben.hx("show", id(title))).toContain(title);
  const after = await sharingOf(ben);
  expect(partKeysOpened(after, heldBy(after), await wrapsIn(after), id("one")), "at the tip").toEqual([]);
  expect(partKeysOpened(after, heldBy(after), fetched, id("one")), "a changed client that fetched before").toHaveLength(1);
});

it("a new key of the team gets a share key of its own, and who is out opens nothing with the old one", async () => {
  const kept = heldBy(await sharingOf(cyd));
  await ada.hx("team", "remove", "core", "Cyd", "--yes");
  await ben.hx("sync");
  await ada.hx("sync");
  expect(await given()).toEqual({ keyed: 2, direct: 1 });
  for (const title of ["two", "three"] as const) expect(await ben.hx("show", id(title))).toContain(title);
  const here = await sharingOf(ben);
  const wraps = await wrapsIn(here);
  for (const title of ["two", "three"] as const) {
    expect(partKeysOpened(here, heldBy(here), wraps, id(title)), "positive control").toHaveLength(1);
    expect(partKeysOpened(here, kept, wraps, id(title))).toEqual([]);
  }
});

it("the key goes with the last session that is under it", async () => {
  await ada.hx("revoke", id("two"), "--yes");
  expect(await given()).toEqual({ keyed: 1, direct: 1 });
  await ada.hx("revoke", id("three"), "--yes");
  expect(await given()).toEqual({ keyed: 0, direct: 0 });
});

it("listed people have one each", async () => {
  await cyd.hx("sync");
  await ada.hx("team", "nominate", "core", "Cyd");
  await ben.hx("sync");
  await ben.hx("team", "admit", "core", "Cyd", "--yes");
  await cyd.hx("sync");
  await ada.hx("share", id("two"), id("three"), "--team", "core", "--members", "Ben", "--members", "Cyd", "--yes");
  expect(await given()).toEqual({ keyed: 4, direct: 2 });
  for (const who of [ben, cyd]) expect(await who.hx("show", id("three"))).toContain("three");
  await ada.hx("revoke", await approvalOf("two"), "--yes");
  expect(await given()).toEqual({ keyed: 0, direct: 0 });
});

it("what comes later, when nobody but the recipient opens the key, is sealed to the recipient", async () => {
  const here = await sharingOf(ada);
  const own = speakingLane(here);
  const { acting, ledger } = here;
  const author = { person: acting.person, keys: acting.personKeys };
  const sessions = [];
  for (const title of ["one", "four"] as const) {
    const { source, session } = await findSession(ledger, author, await here.mine(), id(title));
    sessions.push(sharedSession(await openOwnSession(ledger, author, source, session)));
  }
  const { state } = here.state.chain;
  const approved = approve(own, acting, state, ownTies(state, acting, here.sharing), { author: acting.person, team: acting.directory.findTeam("core").id, audience: "team", follow: false, sessions });
  // The share key and the first piece alone: as where the second session could not be opened.
  const wraps = [...approved.additions.wraps].slice(0, 2);
  expect(wraps.map(([, wrap]) => isKeyedWrap(wrap))).toEqual([false, true]);
  expect(await sayHere(here, { ...approved.additions, wraps: new Map(wraps) }, new AbortController().signal)).toMatchObject({ kind: "acknowledged" });
  expect(await given()).toEqual({ keyed: 1, direct: 1 });
  await ada.hx("sync");
  expect(await given()).toEqual({ keyed: 1, direct: 2 });
  for (const title of ["one", "four"] as const) expect(await ben.hx("show", id(title))).toContain(title);
});
