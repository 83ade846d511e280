import { afterAll, beforeAll, expect, it } from "vitest";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { hasSeen, heldBy, keeps, opensNow, partKeysOpened, sharingOf, teamOf, wrapsIn } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let ada: Colleague;
let ben: Colleague;
let cyd: Colleague;
let dan: Colleague;

beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  dan = await admitted(world, remote, ada, "Dan", "dan");
  await teamOf(ada, "core", [[ben, "Ben"], [cyd, "Cyd"]]);
  await ada.hx("sync");
}, 120_000);
afterAll(() => world.close());

interface Shared {
  readonly approvals: readonly string[];
  readonly pushed: boolean;
  readonly sessions: readonly { readonly id: string; readonly copy?: string; readonly replaced?: number }[];
}

interface Listed {
  readonly given: readonly { readonly id: string; readonly state: string; readonly sessions: readonly string[] }[];
  readonly received: readonly { readonly id: string; readonly author: string; readonly state: string }[];
  readonly waiting: readonly { readonly kind: string; readonly why: string }[];
}

const shared = async (who: Colleague, ...args: string[]): Promise<Shared> => (await who.json("share", ...args)) as unknown as Shared;
const listed = async (who: Colleague): Promise<Listed> => (await who.json("shares")) as unknown as Listed;
let number = 0;
const session = (who: Colleague, ...turns: string[]): Promise<string> => keeps(who, ++number, turns);

it("opens for the team what was shared, and for nobody else; the teammates see it, and from whom", async () => {
  const id = await session(ada, "mend the cart", "and the basket");
  expect(await opensNow(ben, id)).toEqual([]);
  const done = await shared(ada, id, "--team", "core", "--yes");
  expect(done).toMatchObject({ pushed: true, sessions: [{ id }] });
  expect(done.approvals).toEqual([expect.stringMatching(/^a[0-9a-f]{8}$/)]);
  expect(await opensNow(ben, id)).toHaveLength(1);
  expect(await opensNow(cyd, id)).toHaveLength(1);
  expect(await opensNow(dan, id)).toEqual([]);
  expect((await listed(ben)).received).toMatchObject([{ id: done.approvals[0], author: "Ada", state: "living" }]);
  expect((await listed(ada)).given).toMatchObject([{ id: done.approvals[0], state: "living", sessions: [id] }]);
  expect((await listed(dan)).received).toEqual([]);
});

it("takes back: no wrap is left at the remote's tip, and a patched client that fetched before opens all the same", async () => {
  const id = await session(ada, "will be taken back");
  await shared(ada, id, "--team", "core", "--yes");
  const before = await sharingOf(ben);
  const kept = await wrapsIn(before);
  expect(partKeysOpened(before, heldBy(before), kept, id)).toHaveLength(1);
  const revoked = await ada.json("revoke", id, "--yes");
  expect(revoked).toMatchObject({ pushed: true, removed: 1, elsewhere: 0 });
  const after = await sharingOf(ben);
  expect(partKeysOpened(after, heldBy(after), await wrapsIn(after), id)).toEqual([]);
  expect(partKeysOpened(before, heldBy(after), kept, id)).toHaveLength(1);
  expect((await listed(ben)).received.find((share) => share.state === "revoked")).toBeDefined();
  expect(await ada.failure("revoke", id, "--yes")).toMatchObject({ exit: 1, code: "exists" });
  await ben.hx("verify");
});

it("a copy of some turns has keys of its own, and says nothing of the others", async () => {
  const id = await session(ada, "first of three", "the second alone", "the third");
  const { sessions } = await shared(ada, id, "--team", "core", "--turns", "2", "--yes");
  const copy = sessions[0]?.copy ?? "";
  expect(copy).toMatch(/^[0-9a-f]{32}$/);
  expect(await opensNow(ben, id)).toEqual([]);
  const keys = await opensNow(ben, copy);
  expect(keys).toHaveLength(1);
  const view = await ada.hx("show", copy);
  expect(view).toContain("the second alone");
  expect(view).not.toContain("first of three");
  await shared(ada, id, "--team", "core", "--yes");
  expect(await opensNow(ben, id)).not.toEqual(keys);
});

it("what the scan finds is shown masked, refused without a word, and taken out by default", async () => {
  const secret = `ghp_${"A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8".slice(0, 36)}`;
  const id = await session(ada, "a token is in here", `use ${secret} for it`);
  expect(await ada.failure("share", id, "--team", "core", "--yes")).toMatchObject({ exit: 14, code: "refused" });
  expect(await opensNow(ben, id)).toEqual([]);
  const plain = await ada.machine.tryHx(ada.checkout, ["share", id, "--team", "core", "--redact", "--yes"]);
  expect(plain.code).toBe(0);
  expect(plain.stderr).toContain("turn 2");
  expect(plain.stderr).not.toContain(secret);
  const { sessions } = await shared(ada, id, "--team", "core", "--redact", "--yes");
  const copy = sessions[0]?.copy ?? "";
  expect(sessions[0]?.replaced).toBeGreaterThan(0);
  expect(await ada.hx("show", copy)).toContain("[redacted:");
  expect(await ada.hx("show", copy)).not.toContain(secret);
  expect(await opensNow(ben, id)).toEqual([]);
  await shared(ada, id, "--team", "core", "--as-is", "--yes");
  expect(await opensNow(ben, id)).toHaveLength(1);
});

it("whoever joins the team later reads what is for the team, not what is for listed members", async () => {
  const all = await session(ada, "for the whole team");
  const listedOnly = await session(ada, "for Ben alone");
  await shared(ada, all, "--team", "core", "--yes");
  await shared(ada, listedOnly, "--team", "core", "--members", "Ben", "--yes");
  expect(await opensNow(cyd, listedOnly)).toEqual([]);
  expect(await opensNow(ben, listedOnly)).toHaveLength(1);
  expect(await opensNow(dan, all)).toEqual([]);
  await ada.hx("team", "nominate", "core", "Dan");
  await ben.hx("sync");
  await ben.hx("team", "admit", "core", "Dan", "--yes");
  expect(await opensNow(dan, all)).toHaveLength(1);
  expect(await opensNow(dan, listedOnly)).toEqual([]);
});

it("follows what a session gets later, at the next unlocked sync, and not what the scan found in it", async () => {
  const id = await session(ada, "to be followed");
  await shared(ada, id, "--team", "core", "--follow", "--yes");
  expect(await opensNow(ben, id)).toHaveLength(1);
  await keeps(ada, number, ["to be followed", "more of it"]);
  expect(await opensNow(ben, id)).toHaveLength(2);
  await keeps(ada, number, ["to be followed", "more of it", `then ghp_${"Z9y8X7w6V5u4T3s2R1q0P9o8N7m6L5k4J3i2".slice(0, 36)} came`]);
  expect(await opensNow(ben, id)).toHaveLength(2);
  expect((await listed(ada)).waiting).toMatchObject([{ kind: "follow", why: expect.stringContaining("found something") }]);
});

it("an approval that expired loses its wraps at the author's next sync", async () => {
  const id = await session(ada, "for a short while");
  await shared(ada, id, "--team", "core", "--expires", "1d", "--yes");
  expect(await opensNow(ben, id)).toHaveLength(1);
  await hasSeen(ada, Date.now() + 2 * 86_400_000);
  const { shares } = (await ada.json("sync")) as { readonly shares?: { readonly removed: number } };
  expect(shares?.removed).toBe(1);
  expect(await opensNow(ben, id)).toEqual([]);
});

it("after a removal nothing is wrapped to the team until it has a new key; then living approvals are sealed to that", async () => {
  const early = await session(ada, "before Cyd left");
  await shared(ada, early, "--team", "core", "--yes");
  expect(await opensNow(cyd, early)).toHaveLength(1);
  await ada.hx("team", "remove", "core", "Cyd", "--yes");
  const late = await session(ada, "after Cyd left");
  expect(await ada.failure("share", late, "--team", "core", "--yes")).toMatchObject({ exit: 14, code: "refused" });
  expect((await listed(ada)).waiting.map(({ kind }) => kind)).toContain("rewrap");
  await ben.hx("sync");
  const { shares } = (await ada.json("sync")) as { readonly shares?: { readonly rewrapped: number; readonly removed: number } };
  expect(shares?.rewrapped).toBeGreaterThan(0);
  expect(shares?.removed).toBe(shares?.rewrapped);
  await shared(ada, late, "--team", "core", "--yes");
  expect(await opensNow(ben, early)).toHaveLength(1);
  expect(await opensNow(ben, late)).toHaveLength(1);
  expect(await opensNow(cyd, early)).toEqual([]);
  expect(await opensNow(cyd, late)).toEqual([]);
  await ben.hx("verify");
});

it("puts back what somebody took out of the remote's keys ref", async () => {
  const id = await session(ada, "robbed");
  await shared(ada, id, "--team", "core", "--yes");
  const { own } = await sharingOf(ada);
  const ref = `refs/sessions/v1/keys/${own?.lane.id ?? ""}`;
  const url = (await ada.machine.git(ada.checkout, "remote", "get-url", "origin")).trim();
  const [tip] = (await ada.machine.git(url, "rev-parse", ref)).split("\n");
  const empty = (await ada.machine.git(url, "mktree", "--missing")).trim();
  const robbed = (await ada.machine.git(url, "commit-tree", empty, "-m", "")).trim();
  await ada.machine.git(url, "update-ref", ref, robbed);
  await ada.hx("sync");
  expect((await ada.machine.git(url, "rev-parse", ref)).trim()).toBe(tip);
  expect(await opensNow(ben, id)).toHaveLength(1);
});

it("asks for what it needs without a terminal, and shares nothing then", async () => {
  const id = await session(ada, "nobody answers");
  expect(await ada.failure("share", id)).toMatchObject({ exit: 2, code: "usage" });
  expect(await ada.failure("share", id, "--team", "core")).toMatchObject({ exit: 2, code: "answer-needed" });
  expect(await ada.failure("share", id, "--team", "nobody", "--yes")).toMatchObject({ exit: 1, code: "not-found" });
  expect(await ada.failure("share", id, "--team", "core", "--members", "Ada", "--yes")).toMatchObject({ exit: 14, code: "refused" });
  expect(await ada.failure("share", id, "--team", "core", "--turns", "1", "--follow", "--yes")).toMatchObject({ exit: 2 });
  expect(await ada.failure("share", id, "--team", "core", "--expires", "2001-01-01", "--yes")).toMatchObject({ exit: 2 });
  expect(await opensNow(ben, id)).toEqual([]);
  const { code } = await ada.machine.tryHx(ada.checkout, ["share", "-", "--team", "core", "--yes"], `${id}\n`);
  expect(code).toBe(0);
  expect(await opensNow(ben, id)).toHaveLength(1);
});
