import { join } from "node:path";
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openOwnSession } from "../../src/app/read/open-session.ts";
import { findSession } from "../../src/app/sessions/find-session.ts";
import { approve, sharedSession, type SharedSession } from "../../src/app/sharing/approve.ts";
import { ownTies } from "../../src/app/sharing/read-sharing.ts";
import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { sessionId } from "../../src/domain/ids.ts";
import { isKeyedWrap } from "../../src/format/keyed-wrap.ts";
import { laneRef } from "../../src/format/paths.ts";
import { sayHere, speakingLane } from "../../src/wire/sharing-clone.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, type JourneyWorld } from "../journey/world.ts";
import { sharingOf, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
/** Ada's sessions, by what they say. */
const ids = new Map<string, string>();
const idOf = (text: string): string => ids.get(text) ?? expect.fail(text);

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  for (const [i, text] of ["one", "two", "three", "four"].entries()) {
    await writeQuiet(transcriptPath(ada.machine.home, ada.checkout, `0a1b2c3d-0000-4000-8000-${String(i).padStart(12, "0")}`), prompt(`session ${text}`, ada.checkout));
  }
  await ada.hx("capture");
  await ada.hx("sync");
  for (const { id, title } of await list(ada.machine, ada.checkout)) ids.set(title ?? "", id);
}, 120_000);
afterAll(() => world.close());

/** How many headers somebody's lane has at the remote: each push of hx adds one. */
async function headers(who: Colleague): Promise<number> {
  const lane = laneRef(speakingLane(await sharingOf(who)).lane.id);
  return Number(await who.machine.git(remote, "rev-list", "--count", lane));
}

it("every session goes out with one approval, and in one push; each opens", async () => {
  const before = await headers(ada);
  expect(await ada.failure("share", "--all", idOf("session one"), "--team", "core", "--yes")).toMatchObject({ exit: 2, code: "usage" });
  const shared = (await ada.json("share", "--all", "--team", "core", "--yes")) as unknown as { readonly approvals: readonly string[]; readonly sessions: readonly { readonly id: string }[]; readonly pushed: boolean };
  expect(shared).toMatchObject({ pushed: true, approvals: [expect.stringMatching(/^a/)] });
  expect(shared.sessions.map(({ id }) => id).toSorted()).toEqual([...ids.values()].toSorted());
  expect(await headers(ada)).toBe(before + 1);
  const { sessions } = (await ben.json("list", "--shared")) as unknown as { readonly sessions: readonly { readonly id: string }[] };
  expect(sessions.map(({ id }) => id).toSorted()).toEqual([...ids.values()].toSorted());
  expect(await ben.hx("show", idOf("session four"))).toContain("session four");
});

it("several that are written out leave their entries in one push, and one that does not open keeps back none", async () => {
  const before = await headers(ben);
  const wanted = ["session one", "session two", "session three", "session four"].map(idOf);
  const { code, stdout } = await ben.machine.tryHx(ben.checkout, ["export", wanted[0] ?? "", "ffffffff", ...wanted.slice(1), "--output", world.path("out"), "--json"]);
  expect(code).toBe(3);
  const said = JSON.parse(stdout) as { readonly sessions: readonly { readonly id: string; readonly access: unknown }[]; readonly failed: readonly unknown[] };
  expect(said.sessions.map(({ id }) => id)).toEqual(wanted);
  for (const { access } of said.sessions) expect(access).toMatchObject({ class: "attested", author: { name: "Ada" } });
  expect(said.failed).toMatchObject([{ session: "ffffffff", code: "not-found" }]);
  expect((await readdir(world.path("out"))).toSorted()).toEqual(wanted.toSorted());
  expect(await readdir(join(world.path("out"), wanted[1] ?? ""))).toContain("session.md");
  expect(await headers(ben), "one header for three entries: the fourth session has its lease already").toBe(before + 1);
  const { sharing } = (await sharingOf(ada)).sharing;
  expect([...sharing.accesses.values()].map(({ access }) => access.said.session).toSorted()).toEqual(wanted.toSorted());
  // Leases live: nothing more is pushed.
  await ben.hx("export", ...wanted, "--output", world.path("again"));
  expect(await headers(ben)).toBe(before + 1);
});

it("what one envelope does not hold is approved in several, all in one push; each counts and is taken back by itself", async () => {
  const here = await sharingOf(ada);
  const own = speakingLane(here);
  const { acting, ledger } = here;
  const author = { person: acting.person, keys: acting.personKeys };
  const real: SharedSession[] = [];
  for (const text of ["session one", "session two"]) {
    const { source, session } = await findSession(ledger, author, await here.mine(), idOf(text));
    real.push(sharedSession(await openOwnSession(ledger, author, source, session)));
  }
  const [first, last] = real;
  if (first === undefined || last === undefined) return expect.fail("no sessions");
  // An envelope holds 360,000 bytes, and a session in a lane of its own takes 413 of them. Those between are of lanes that nobody has.
  const { random, hashes } = own.crypto;
  const key = random.bytes(32);
  const made = Array.from({ length: 900 }, (_, i): SharedSession => ({ session: sessionId(toHex(hashes.h16(utf8(`made ${i}`)))), lane: hashes.h(utf8(`lane ${i}`)), first: 0, keys: [key], last: key }));
  const { state } = here.state.chain;
  const ties = new Map([...ownTies(state, acting, here.sharing), ...made.map(({ lane }) => [toHex(lane), { lane, device: new Uint8Array(250), signature: new Uint8Array(64) }] as const)]);
  const approved = approve(own, acting, state, ties, { author: acting.person, team: acting.directory.findTeam("core").id, audience: "team", follow: false, sessions: [first, ...made, last] });
  expect(approved.approvals).toHaveLength(2);
  const shareKeys = [...approved.additions.wraps].filter(([, wrap]) => !isKeyedWrap(wrap));
  const pieces = [...approved.additions.wraps].filter(([, wrap]) => isKeyedWrap(wrap));
  expect([shareKeys.length, pieces.length], "one encapsulation for each envelope").toEqual([2, made.length + 2]);
  const before = await headers(ada);
  const spoken = await sayHere(here, { ...approved.additions, wraps: new Map([...shareKeys, ...pieces.slice(0, 1), ...pieces.slice(-1)]) }, new AbortController().signal);
  expect(spoken).toMatchObject({ kind: "acknowledged" });
  expect(await headers(ada)).toBe(before + 1);

  const known = (await sharingOf(ben)).sharing;
  const covered = approved.approvals.map((hash) => known.sharing.approvals.get(hash)?.covered ?? expect.fail("an approval did not arrive"));
  expect(covered.reduce((sum, { size }) => sum + size, 0)).toBe(made.length + 2);
  expect(covered.map((of) => [of.has(first.session), of.has(last.session)])).toEqual([[true, false], [false, true]]);
  const [one = "", two = ""] = approved.approvals;
  // Under these two alone.
  const { given } = (await ada.json("shares")) as unknown as { readonly given: readonly { readonly id: string }[] };
  for (const { id } of given) if (!one.startsWith(id.slice(1)) && !two.startsWith(id.slice(1))) await ada.hx("revoke", id, "--yes");
  for (const text of ["session one", "session two"]) expect(await ben.hx("show", idOf(text))).toContain(text);
  expect(await ada.json("revoke", `a${one.slice(0, 8)}`, "--yes"), "its piece and its share key").toMatchObject({ removed: 2, pushed: true });
  expect(await ben.failure("show", idOf("session one"))).toMatchObject({ exit: 4, code: "not-shared" });
  expect(await ben.hx("show", idOf("session two"))).toContain("session two");
});
