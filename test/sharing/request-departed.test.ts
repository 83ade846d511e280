import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld("in-process");
});
afterAll(() => world.close());

interface Row {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly command?: string;
}
const inbox = async (who: Colleague): Promise<readonly Row[]> => ((await who.json("requests")) as unknown as { readonly inbox: readonly Row[] }).inbox;

it("what is asked of somebody who departed is seen by the members of the team that succeeds them, and by nobody else", async () => {
  const remote = await world.remote();
  const ada = await founder(world, remote, "Ada", "ada");
  const ben = await admitted(world, remote, ada, "Ben", "ben");
  const cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  const dan = await admitted(world, remote, ada, "Dan", "dan");
  await ada.hx("team", "create", "core");
  await ada.hx("team", "create", "web");
  await ada.hx("team", "nominate", "core", "ben", "cyd");
  await ada.hx("team", "nominate", "web", "dan");
  await ada.hx("project", "grant", "web");
  await ben.hx("team", "admit", "core");
  await ben.hx("team", "admit", "core", "cyd");
  await dan.hx("team", "admit", "web");
  await writeFile(join(cyd.checkout, "b.txt"), "by cyd\n");
  await cyd.machine.git(cyd.checkout, "add", "b.txt");
  await cyd.machine.git(cyd.checkout, "commit", "-qm", "b");
  await cyd.machine.git(cyd.checkout, "push", "-q", "origin", "HEAD:main");
  await cyd.hx("identity", "succession", "--team", "core", "--yes");
  for (const who of [ada, ben, dan]) {
    await who.hx("sync");
    await who.machine.git(who.checkout, "pull", "-q", "--rebase", "origin", "main");
  }
  await ada.hx("member", "remove", "cyd", "--departed", "--yes");
  for (const who of [ben, dan]) await who.hx("sync");

  const shown = await dan.hx("request", "b.txt:1", "--team", "web", "--reason", "cyd is gone");
  expect(shown).toContain("Cyd departed: a member of team core sees it at their next sync");
  const told = (await ben.json("sync"))["requests"] as readonly { message: string }[];
  expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(/^Dan asks for b\.txt:1 of commit [0-9a-f]{8} of Cyd, who departed, for team web$/)]);
  const [row] = await inbox(ben);
  expect(row).toMatchObject({ state: "open", reason: "cyd is gone", command: `hx share ${row?.name} --team web` });
  expect(await ben.failure("deny", row?.name ?? "")).toMatchObject({ code: "refused" });
  expect(await inbox(ada)).toEqual([]);
}, 200_000);
