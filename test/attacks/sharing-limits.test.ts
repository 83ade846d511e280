import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NO_ADDITIONS } from "../../src/app/publish/additions.ts";
import { personRecipient } from "../../src/app/sharing/recipients.ts";
import { saidBy, sealStatement } from "../../src/app/sharing/seal-statement.ts";
import { sessionId } from "../../src/domain/ids.ts";
import type { Access } from "../../src/domain/sharing/statement.ts";
import { sayHere, speakingLane } from "../../src/wire/sharing-clone.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, type JourneyWorld } from "../journey/world.ts";
import { keeps, opensNow, sharingOf, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

// What sharing cannot prevent. docs/threat-model.md says so, beside the promise.

const HOUR = 3_600_000;
let world: JourneyWorld;
let ada: Colleague;
let ben: Colleague;
beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  await ada.hx("sync");
}, 120_000);
afterAll(() => world.close());

async function shared(number: number, text: string): Promise<{ readonly session: string; readonly approval: string }> {
  const session = await keeps(ada, number, [text]);
  const { approvals } = (await ada.json("share", session, "--team", "core", "--yes")) as unknown as { readonly approvals: readonly string[] };
  return { session, approval: approvals[0] ?? "" };
}

async function accesses(session: string): Promise<readonly unknown[]> {
  const lines = (await ada.hx("log", "--json", "--session", session)).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as { readonly kind: string }).filter(({ kind }) => kind === "access");
}

it("a changed client opens what was shared and leaves no entry: this attack succeeds", async () => {
  const { session } = await shared(1, "read in silence");
  expect(await opensNow(ben, session)).toHaveLength(1);
  expect(await accesses(session)).toEqual([]);
  await ben.hx("show", session);
  expect(await accesses(session)).toHaveLength(1);
});

it("an entry that its subject cannot open is in nobody's log but the maker's: this attack succeeds", async () => {
  const { session } = await shared(2, "logged to oneself");
  const here = await sharingOf(ben);
  const own = speakingLane(here);
  const given = [...here.sharing.sharing.approvals.values()].find(({ covered }) => covered.has(sessionId(session))) ?? expect.fail();
  const { person } = here.acting;
  const access: Access = { kind: "access", ...saidBy(own, here.acting), author: given.first.said.author, team: given.first.said.team, session: sessionId(session), approval: given.first.hash, from: here.now, until: here.now + HOUR, class: "attested" };
  const { key } = personRecipient(here.state.chain.state, person);
  const { items } = sealStatement(own, here.acting, access, [[key, key]]);
  await sayHere(here, { ...NO_ADDITIONS, items }, new AbortController().signal);
  expect(await ben.hx("log", "--given", "--session", session)).toContain("\taccess\t");
  expect(await accesses(session)).toEqual([]);
  await ada.hx("verify");
});

it("what a teammate restored and goes on with is captured as theirs, and no revocation takes it back", async () => {
  const [alone, alike] = [await shared(3, "words of Ada, here"), await shared(4, "words of Ada, in a container")];
  for (const [number, { session }] of [alone, alike].entries()) {
    // The first as it was; the second with its paths mapped, or as it is where both have their checkout under one path, as in containers.
    await ben.hx("restore", session, ...(number === 0 ? [] : ["--map"]));
    const path = transcriptPath(ben.machine.home, ben.checkout, `0a1b2c3d-0000-4000-8000-00000000000${number + 3}`);
    const restored = await readFile(path, "utf8");
    expect(restored.includes(ada.checkout)).toBe(number === 0);
    await writeQuiet(path, `${restored}${prompt(`words of Ben ${number}`, ben.checkout)}`);
  }
  await ben.hx("capture");
  await ben.hx("sync");
  await ada.hx("revoke", "core", "--yes");
  for (const { session } of [alone, alike]) expect(await ben.failure("show", session)).toMatchObject({ exit: 4, code: "not-shared" });
  const own = await Promise.all((await list(ben.machine, ben.checkout)).map(({ id }) => ben.hx("show", id)));
  const said = own.map((text) => ["words of Ben 0", "words of Ada, here", "words of Ben 1", "words of Ada, in a container"].filter((words) => text.includes(words)));
  expect(said.toSorted()).toEqual([["words of Ben 0"], ["words of Ben 1", "words of Ada, in a container"]]);
});
