import { mkdir, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { INIT, makeWorld, newIdentity, type JourneyWorld } from "../journey/world.ts";
import { heldBy, keeps, partKeysOpened, personOf, sharingOf, wrapsIn } from "../support/sharing-people.ts";
import { admitted, founder, letIn, speaking, type Colleague } from "../support/workspace-people.ts";
import { pushBlindly } from "./world.ts";

let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld("in-process");
});
afterAll(() => world.close());

const tries = (who: Colleague, ...args: string[]) => who.machine.tryHx(who.checkout, args);

describe("a company that somebody is removed from, and somebody leaves in peace", () => {
  let ada: Colleague;
  let ben: Colleague;
  let cyd: Colleague;
  let dan: Colleague;
  let eve: Colleague;
  let shared: string;
  let ofBen: string;
  let ofEve: string;
  /** What lay at the remote while Eve was here: of a client that keeps what it fetched. */
  let fetched: ReadonlyMap<string, Uint8Array>;
  /** The seeds that such a client keeps: hx itself opens those of a team no more after she left it. */
  let kept: ReturnType<typeof heldBy>;
  beforeAll(async () => {
    const remote = await world.remote();
    ada = await founder(world, remote, "Ada", "ada");
    [ben, cyd, dan, eve] = [await admitted(world, remote, ada, "Ben", "ben"), await admitted(world, remote, ada, "Cyd", "cyd"), await admitted(world, remote, ada, "Dan", "dan"), await admitted(world, remote, ada, "Eve", "eve")];
    await ada.hx("team", "create", "core");
    await ada.hx("project", "grant", "core");
    await ada.hx("team", "nominate", "core", "ben", "cyd", "dan", "eve");
    await ben.hx("team", "admit", "core", "ben", "cyd", "dan", "eve", "--yes");
    ofBen = await keeps(ben, 1, ["what ben knew"]);
    ofEve = await keeps(eve, 2, ["what eve knew"]);
    await ben.hx("identity", "succession", "--team", "core", "--yes");
    shared = await keeps(cyd, 3, ["while eve was here"]);
    await cyd.hx("share", shared, "--team", "core", "--yes");
    await eve.hx("sync");
    const before = await sharingOf(eve);
    [fetched, kept] = [await wrapsIn(before), heldBy(before)];
  }, 300_000);

  it("asks first, and keeps an administrator", async () => {
    expect(await ada.failure("member", "remove", "Ada", "--yes")).toMatchObject({ exit: 14, message: expect.stringContaining("the last administrator") });
    expect((await tries(ada, "member", "remove", "Eve")).code).toBe(2);
    expect(await cyd.failure("member", "remove", "Eve", "--yes")).toMatchObject({ exit: 14, message: expect.stringContaining("only an administrator") });
  });

  it("freezes the lane of somebody removed: what they push then is refused by the others, and they open nothing new", async () => {
    expect(await ada.hx("member", "remove", "eve@example.com", "--yes")).toContain("frozen");
    await writeQuiet(transcriptPath(eve.machine.home, eve.checkout, "0a1b2c3d-0000-4000-8000-0000000000ee"), prompt("after I was removed", eve.checkout));
    await eve.hx("capture");
    await pushBlindly(eve);
    const synced = await tries(cyd, "sync");
    expect([synced.code, synced.stderr]).toEqual([0, expect.stringMatching(/goes beyond header \d+, where a removal froze it.*team core has a new key/s)]);
    expect((await tries(cyd, "verify")).code).toBe(13);
    const own = await tries(eve, "sync");
    expect(own.stderr).toContain("no member of this workspace");
    expect((await tries(eve, "join", "--yes", "--no-hooks")).code).toBe(14);

    // Everybody else goes on, after an unlocked sync.
    const later = await keeps(cyd, 4, ["after eve was gone"]);
    await cyd.hx("share", later, "--team", "core", "--yes");
    await dan.hx("sync");
    expect(await dan.hx("show", later)).toContain("after eve was gone");
    const [here, { acting }] = [await sharingOf(dan), await speaking(eve)];
    const wraps = await wrapsIn(here);
    expect(partKeysOpened(here, heldBy(here), wraps, later), "positive control").toHaveLength(1);
    const hers = [...kept, ...heldBy({ acting })];
    expect(partKeysOpened(here, hers, fetched, shared), "what she could open before").toHaveLength(1);
    expect(partKeysOpened(here, hers, wraps, shared), "wrapped anew since").toEqual([]);
    expect(partKeysOpened(here, hers, wraps, later)).toEqual([]);
    expect((await tries(eve, "show", later)).code).not.toBe(0);
  });

  it("tells whoever signed a succession that it misses an administrator, and signs it again at their sync", async () => {
    await ada.hx("member", "role", "Cyd", "administrator", "--yes");
    const shown = async () => (await ben.json("identity", "succession")) as unknown as { readonly team?: { readonly name?: string }; readonly reaches: readonly string[]; readonly misses: readonly string[] };
    await ben.hx("member", "list", "--pending");
    expect(await ben.hx("status")).toContain("your succession does not reach an administrator");
    expect(await shown()).toMatchObject({ team: { name: "core" }, reaches: ["Ada"], misses: ["Cyd"] });
    await ben.hx("sync");
    expect(await ben.hx("status")).not.toContain("your succession");
    expect(await shown()).toMatchObject({ team: { name: "core" }, reaches: ["Ada", "Cyd"], misses: [] });
    expect(await cyd.failure("identity", "succession", "--team", "nobodies", "--yes")).toMatchObject({ code: "not-found" });
    expect(await ada.failure("identity", "succession", "--team", "core", "--yes")).toMatchObject({ code: "refused", message: expect.stringContaining("no member of team 'core'") });
  });

  it("hands what a departed person kept to the team that they named, and to nobody before", async () => {
    expect((await tries(cyd, "share", ofBen, "--team", "core", "--yes")).code).not.toBe(0);
    await cyd.hx("member", "remove", "Ben", "--departed", "--yes");
    await dan.hx("sync");
    expect((await tries(ada, "share", ofBen, "--team", "core", "--yes")).code).not.toBe(0);
    await dan.hx("share", ofBen, "--team", "core", "--yes");
    await cyd.hx("sync");
    expect(await cyd.hx("show", ofBen)).toContain("what ben knew");
    expect((await tries(ada, "show", ofBen)).code).not.toBe(0);
  });

  it("hands on nothing of somebody who signed no succession, or was removed", async () => {
    for (const who of [ada, cyd, dan]) {
      expect((await tries(who, "share", ofEve, "--team", "core", "--yes")).code).not.toBe(0);
      expect((await tries(who, "show", ofEve)).code).not.toBe(0);
    }
    const { state } = await speaking(ada);
    expect(state.chain.state.persons.get(await personOf(eve))).toMatchObject({ state: "removed" });
  });
});

describe("a removal in a workspace of several repositories", () => {
  it("freezes those of which there is a clone, as their remotes have them now, and says which it leaves", async () => {
    const [home, one, two, three] = [await world.remote(), await world.remote(), await world.remote(), await world.remote()];
    const machine = await world.machine("fay");
    await newIdentity(machine, world.path("phrase-fay"));
    const connect = async (remote: string, name: string): Promise<Colleague> => {
      const checkout = world.path(name);
      await mkdir(checkout, { recursive: true });
      await machine.git(checkout, "init", "-q", "-b", "main");
      await machine.git(checkout, "remote", "add", "origin", remote);
      await writeFile(`${checkout}/a.txt`, "hi\n");
      await machine.hx(checkout, ...INIT, "--workspace", home);
      await machine.git(checkout, "add", ".");
      await machine.git(checkout, "commit", "-qm", "one");
      await machine.git(checkout, "push", "-q", "origin", "HEAD");
      return at(machine, checkout);
    };
    const at = (of: Colleague["machine"], checkout: string): Colleague => ({
      machine: of,
      checkout,
      hx: (...args) => of.hx(checkout, ...args),
      json: async (...args) => JSON.parse(await of.hx(checkout, ...args, "--json")) as Record<string, unknown>,
      failure: () => Promise.reject(new Error("not asked")),
    });
    const first = await connect(one, "fay-one");
    const second = await connect(two, "fay-two");
    const third = await connect(three, "fay-three");
    await rm(third.checkout, { recursive: true });

    const gus = await world.machine("gus");
    await newIdentity(gus, world.path("phrase-gus"));
    const there = at(gus, world.path("gus-two"));
    await gus.git(world.path(), "clone", "-q", two, there.checkout);
    await letIn(second, there, { name: "Gus", email: "gus@example.com" });
    await there.hx("sync");
    await keeps(there, 5, ["fay has not seen this"]);

    const plan = await tries(first, "member", "remove", "Gus");
    expect([plan.code, plan.stdout + plan.stderr]).toEqual([2, expect.stringMatching(/1 lane of repository [0-9a-f]{8} is frozen.*repository [0-9a-f]{8} is not frozen/s)]);
    await first.hx("member", "remove", "Gus", "--yes");
    const { freezes } = (await speaking(second)).state.chain.state;
    const { ledger } = await speaking(second);
    expect(freezes.size).toBe(2);
    expect([...(freezes.get(ledger.repo)?.lanes.values() ?? [])].map(({ seq }) => seq)).toContain(0);
    const before = await tries(second, "sync");
    expect([before.code, before.stderr]).toEqual([0, expect.not.stringContaining("froze")]);
    await writeQuiet(transcriptPath(gus.home, there.checkout, "0a1b2c3d-0000-4000-8000-0000000000dd"), prompt("too late", there.checkout));
    await there.hx("capture");
    await pushBlindly(there);
    expect((await tries(second, "sync")).stderr).toContain("goes beyond header");
  });
});

describe("two clones on one machine", () => {
  it("both go on when the chain came to one of them", async () => {
    const remote = await world.remote();
    const hal = await founder(world, remote, "Hal", "hal");
    const other = world.path("hal-other");
    await hal.machine.git(world.path(), "clone", "-q", remote, other);
    await hal.machine.hx(other, "sync");
    await hal.hx("team", "create", "core");
    await hal.machine.hx(other, "sync");
    expect(await hal.machine.hx(other, "team", "list")).toContain("core");
  });
});
