import { afterAll, beforeAll, expect, it } from "vitest";
import { approve, sharedSession } from "../../src/app/sharing/approve.ts";
import { authorsOf } from "../../src/app/sharing/authors.ts";
import { lanesOf, ownSessions, sessionNamed } from "../../src/app/sharing/choose-own.ts";
import { openOwnSessions } from "../../src/app/sharing/open-sessions.ts";
import { shownTies } from "../../src/app/sharing/read-sharing.ts";
import { approvalEnd } from "../../src/domain/sharing/approval-end.ts";
import { dayMs } from "../../src/domain/policy/day.ts";
import type { Approval, Believed } from "../../src/domain/sharing/statement.ts";
import { sayHere, speakingLane } from "../../src/wire/sharing-clone.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { hasSeen, keeps, sharingOf, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";
import { MILD, publishes, today } from "./in-force.ts";
import { version } from "./versions.ts";

let world: JourneyWorld;
let ada: Colleague;
let ben: Colleague;
const DAY = 86_400_000;

beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  await ada.hx("sync");
}, 120_000);
afterAll(() => world.close());

interface Given {
  readonly id: string;
  readonly state: string;
  readonly expires?: string;
}
const given = async (who: Colleague, side: "given" | "received"): Promise<readonly Given[]> => ((await who.json("shares")) as unknown as Record<"given" | "received", readonly Given[]>)[side];

/** As a changed client does it, which asks no policy: an approval without an end. */
async function approvesForEver(session: string): Promise<void> {
  const here = await sharingOf(ada);
  const { state } = here.state.chain;
  const ledger = speakingLane(here);
  const lanes = lanesOf(state, authorsOf(ledger.crypto, state, here.acting), here.sharing);
  const opened = await openOwnSessions(ledger, [sessionNamed(await ownSessions(ledger, lanes), session)]);
  const team = [...state.teams.keys()][0];
  if (team === undefined) throw new Error("no team");
  const sessions = opened.map((one) => sharedSession(one.opened));
  const { additions } = approve(ledger, here.acting, state, shownTies(state, [here.acting.person], here.sharing), { author: here.acting.person, team, audience: "team", follow: false, sessions });
  expect((await sayHere(here, additions, new AbortController().signal)).kind).toBe("acknowledged");
}

it("an approval ends where the policy that was in force at its place lets it, and not by a later or a coming one", () => {
  const policies = [version(1, 100, 5), version(2, 110, 10, 3), version(3, 120, 20)];
  const ends = (day: number, head: number, expires?: number): number | undefined =>
    approvalEnd({ policies }, { place: { day: day * 86_400, head }, said: { ...(expires === undefined ? {} : { expires }) } } as unknown as Believed<Approval>);
  expect(ends(99, 9)).toBeUndefined();
  expect(ends(99, 9, 7)).toBe(7);
  expect(ends(100, 1)).toBeUndefined(); // version 1 has no bound
  expect(ends(110, 2)).toBe(dayMs(114));
  expect(ends(110, 1)).toBeUndefined(); // its place does not know version 2 yet
  expect(ends(119, 3)).toBe(dayMs(123));
  expect(ends(119, 3, dayMs(120))).toBe(dayMs(120));
  expect(ends(120, 3)).toBeUndefined();
});

it("an approval under a policy lives no longer than that says, whoever made it with what; earlier ones live on", async () => {
  const early = await keeps(ada, 1, ["before the policy"]);
  await ada.hx("share", early, "--team", "core", "--yes");
  const late = await keeps(ada, 2, ["under the policy"]);
  const forged = await keeps(ada, 3, ["by a changed client"]);
  await publishes(ada, { ...MILD, approval: 10, redaction: true }, 0);
  await ada.hx("sync");
  await ada.json("policy", "show");
  expect(await ada.failure("share", late, "--team", "core", "--expires", "11d", "--yes")).toMatchObject({ exit: 14, code: "refused", message: "an approval lives 10 days at most, by the policy", hints: [`hx share ${late} --expires 10d`, "hx policy show"] });
  await ada.hx("share", late, "--team", "core", "--yes");
  await approvesForEver(forged);
  const ends = (await given(ada, "given")).map(({ expires }) => (expires === undefined ? undefined : Date.parse(expires))).sort();
  expect(ends[2]).toBeUndefined();
  expect(Math.abs((ends[0] ?? 0) - (Date.now() + 10 * DAY))).toBeLessThan(3_600_000);
  expect(ends[1]).toBe(dayMs(today() + 11));

  await ben.hx("sync");
  expect((await given(ben, "received")).map(({ state }) => state)).toEqual(["living", "living", "living"]);
  await hasSeen(ben, Date.now() + 12 * DAY);
  expect((await given(ben, "received")).map(({ state }) => state).sort()).toEqual(["expired", "expired", "living"]);
  expect(await ben.failure("show", forged)).toMatchObject({ code: "not-shared", message: expect.stringContaining("expired") });
  expect(await ben.hx("show", early)).toContain("before the policy");
});

it("what the scan found is shared as a redacted copy alone, where the policy asks for it", async () => {
  const secret = `ghp_${"A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8".slice(0, 36)}`;
  const found = await keeps(ada, 4, ["a token is in here", `use ${secret} for it`]);
  expect(await ada.failure("share", found, "--team", "core", "--yes")).toMatchObject({ exit: 14, hints: ["add --redact to share a copy without it"] });
  expect(await ada.failure("share", found, "--team", "core", "--as-is", "--yes")).toMatchObject({ exit: 14, code: "refused", message: expect.stringContaining("the policy asks for a redacted copy"), hints: [`hx share ${found} --redact`, "hx policy show"] });
  const done = (await ada.json("share", found, "--team", "core", "--redact", "--yes")) as { sessions: readonly { copy?: string }[] };
  expect(await ada.hx("show", done.sessions[0]?.copy ?? "")).not.toContain(secret);
  // The repository may ask for it too, and nothing that it says lets go what the policy holds.
  const clean = await keeps(ada, 5, ["nothing is in here"]);
  expect(await ada.json("share", clean, "--team", "core", "--as-is", "--yes")).toMatchObject({ sessions: [{ id: clean }] });
});
