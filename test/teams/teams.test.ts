import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld("in-process");
});
afterAll(() => world.close());

async function people(kind: "file" | "http", key: string): Promise<{ ada: Colleague; ben: Colleague; cyd: Colleague; remote: string }> {
  const remote = await world.remote(kind);
  const ada = await founder(world, remote, "Ada", `ada-${key}`);
  const ben = await admitted(world, remote, ada, "Ben", `ben-${key}`);
  const cyd = await admitted(world, remote, ada, "Cyd", `cyd-${key}`);
  return { ada, ben, cyd, remote };
}

const outcomesOf = (report: Record<string, unknown>): unknown =>
  (report["outcomes"] as readonly { act: string; already: boolean; person?: { name?: string } }[]).map(({ act, already, person }) => [act, already, person?.name]);
const membersOf = (report: Record<string, unknown>): unknown => (report["members"] as readonly { name?: string }[]).map(({ name }) => name);

describe.each(["file", "http"] as const)("a team over %s", (kind) => {
  it("is created and filled by people who share only a remote, and a removed one gets no next key", async () => {
    const { ada, ben, cyd } = await people(kind, kind);
    expect(await ada.hx("team", "create", "core")).toContain("hx team nominate core <person>");
    const nominated = await ada.json("team", "nominate", "core", "ben", "cyd@example.com");
    expect(outcomesOf(nominated)).toEqual([["nominated", false, "Ben"], ["nominated", false, "Cyd"]]);
    expect(outcomesOf(await ada.json("team", "nominate", "core", "Ben"))).toEqual([["nominated", true, "Ben"]]);

    // An administrator nominates and admits nobody.
    expect(await ada.failure("team", "admit", "core")).toMatchObject({ exit: 14, code: "refused", message: expect.stringMatching(/ask Ben or Cyd/) });
    expect((await ben.machine.tryHx(ben.checkout, ["sync"])).stderr).toContain("you are nominated for team core, which has no key yet: make it, and be its first member (hx team admit core)");
    expect(await ben.hx("team", "admit", "core")).toMatch(/the key of core is made, epoch 0, and you are its first member\n.*Ben must admit Cyd to core: {2}hx team admit core Cyd/s);
    expect(outcomesOf(await ben.json("team", "admit", "core", "ben"))).toEqual([["admitted", true, "Ben"]]);

    // Whoever waits is listed with fingerprints, and nobody is admitted without an answer.
    expect((await ben.machine.tryHx(ben.checkout, ["status"])).stdout).toContain("Cyd waits to be admitted to core");
    const asked = await ben.machine.tryHx(ben.checkout, ["team", "admit", "core"]);
    expect([asked.code, asked.stdout]).toEqual([2, expect.stringMatching(/Cyd <cyd@example\.com> {2}([0-9a-f]{4} ){9}[0-9a-f]{4}\n/)]);
    await cyd.hx("sync");
    expect(membersOf(await cyd.json("team", "show", "core"))).toEqual(["Ben"]);
    expect(await ben.hx("team", "admit", "core", "--yes")).toContain("Cyd is in core now");
    expect(await ben.hx("team", "admit", "core", "--yes")).toContain("nobody waits to be admitted to core");
    const synced = await cyd.machine.tryHx(cyd.checkout, ["sync"]);
    expect(synced.stderr).not.toContain("wrong");
    expect(await cyd.json("team", "show", "core")).toMatchObject({ state: "ready", problems: [], key: { epoch: 0, by: { name: "Ben" } } });

    await ada.hx("project", "grant", "core");
    await ben.hx("sync");
    expect(await ben.json("team", "show", "core")).toMatchObject({ next: [], projects: [{ name: expect.any(String) }] });

    expect(await ada.failure("team", "remove", "core", "cyd")).toMatchObject({ exit: 2, code: "answer-needed" });
    expect(await ada.json("team", "remove", "core", "cyd", "--yes")).toMatchObject({ state: "due", outcomes: [{ act: "removed", already: false }] });
    expect(await ada.failure("team", "rotate", "core")).toMatchObject({ code: "refused", message: expect.stringMatching(/ask Ben/) });
    expect(await cyd.failure("team", "rotate", "core")).toMatchObject({ code: "refused" });
    // The unlocked sync of a member makes the next key.
    expect((await ben.machine.tryHx(ben.checkout, ["sync"])).stderr).toContain("team core has a new key: somebody was removed");
    expect(await ben.json("team", "show", "core")).toMatchObject({ state: "ready", key: { epoch: 1 }, members: [{ name: "Ben" }] });
    expect((await ben.machine.tryHx(ben.checkout, ["sync"])).stderr).not.toContain("new key");
  });
});
