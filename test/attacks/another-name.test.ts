import { afterAll, beforeAll, expect, it } from "vitest";
import { NO_ADDITIONS } from "../../src/app/publish/additions.ts";
import { teamRecipient } from "../../src/app/sharing/recipients.ts";
import { authorKey } from "../../src/app/sharing/authors.ts";
import { saidBy, sealStatement } from "../../src/app/sharing/seal-statement.ts";
import { sessionId, type PersonId } from "../../src/domain/ids.ts";
import type { GivenApproval } from "../../src/domain/sharing/sharing.ts";
import type { Said, SharingStatement } from "../../src/domain/sharing/statement.ts";
import { sayHere, speakingLane, type SharingClone } from "../../src/wire/sharing-clone.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { keeps, personOf, sharingOf, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

// Ben has a lane, the keys of his team and a changed client, and says something in the name of somebody else. Nothing but the signature is wrong:
// he names their device, and signs with his own.

const HOUR = 3_600_000;
const NOT_SIGNED: unknown = expect.stringMatching(/^it is not signed by device '[0-9a-f]{32}'$/);
let world: JourneyWorld;
let ada: Colleague;
let ben: Colleague;
let cyd: Colleague;
let shared: string;
let kept: string;
beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  await teamOf(ada, "core", [[ben, "Ben"], [cyd, "Cyd"]]);
  shared = await keeps(ada, 1, ["shared with core"]);
  kept = await keeps(ada, 2, ["kept to herself"]);
  await ada.hx("share", shared, "--team", "core", "--yes");
  for (const who of [ben, cyd]) await who.hx("sync");
}, 120_000);
afterAll(() => world.close());

/** Says it in Ben's lane, to the team and to Ada. `by` fills in whose name and device it bears. */
async function forge(name: Colleague, make: (by: Said, given: GivenApproval, here: SharingClone) => SharingStatement): Promise<void> {
  const here = await sharingOf(ben);
  const own = speakingLane(here);
  const { state } = here.state.chain;
  const person = await personOf(name);
  const device = [...state.devices.values()].find((one) => one.person === person) ?? expect.fail("no device");
  const given = [...here.sharing.sharing.approvals.values()].find(({ covered }) => covered.has(sessionId(shared))) ?? expect.fail("no approval");
  const said = { ...saidBy(own, here.acting), person, device: device.id };
  const { team } = given.first.said;
  const to: PersonId = given.first.said.author;
  const { items } = sealStatement(own, here.acting, make(said, given, here), [[teamRecipient(state, team).key, authorKey(state, to)]]);
  expect(await sayHere(here, { ...NO_ADDITIONS, items }, new AbortController().signal)).toMatchObject({ kind: "acknowledged" });
}

interface Row {
  readonly kind: string;
  readonly anomaly?: string;
}

async function rows(who: Colleague, ...options: readonly string[]): Promise<readonly Row[]> {
  return (await who.hx("log", "--json", ...options)).split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Row]));
}

/** What nobody believes, of what Ada can open: told as such, each time that it is read. */
async function unbelieved(): Promise<readonly (string | undefined)[]> {
  await ada.hx("log");
  return (await rows(ada)).flatMap(({ kind, anomaly }) => (kind === "disbelieved" ? [anomaly] : []));
}

it("an access entry in a colleague's name accuses nobody", async () => {
  await forge(cyd, (by, { first }, here) => ({ kind: "access", ...by, author: first.said.author, team: first.said.team, session: sessionId(shared), approval: first.hash, from: here.now, until: here.now + HOUR, class: "attested" }));
  expect((await rows(ada)).filter(({ kind }) => kind === "access")).toEqual([]);
  expect(await unbelieved()).toEqual([NOT_SIGNED]);
});

it("an approval in the author's name opens nothing", async () => {
  await forge(ada, (by, { first }, here) => ({ ...first.said, ...by, tag: new Uint8Array(32), sessions: [{ session: sessionId(kept), tie: 0, first: 0, count: 1, last: here.ledger.crypto.random.bytes(32) }] }));
  for (const who of [ben, cyd]) expect(await who.failure("show", kept)).toMatchObject({ exit: 4, code: "not-shared" });
  expect(JSON.stringify(await ada.json("shares"))).not.toContain(kept);
  expect(await unbelieved()).toEqual([NOT_SIGNED, NOT_SIGNED]);
});

it("a revocation in the author's name takes nothing back", async () => {
  await forge(ada, (by, { first }) => ({ kind: "revocation", ...by, author: first.said.author, approval: first.hash }));
  await ada.hx("sync");
  for (const who of [ben, cyd]) expect(await who.hx("show", shared)).toContain("shared with core");
  expect(await unbelieved()).toEqual([NOT_SIGNED, NOT_SIGNED, NOT_SIGNED]);
});
