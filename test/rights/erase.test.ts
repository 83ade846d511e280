import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isErased } from "../../src/app/lane/erased.ts";
import { entryAt } from "../../src/app/lane/tree.ts";
import { sessionsOf, type LaneSource } from "../../src/app/read/lane-source.ts";
import { Catalog } from "../../src/app/sessions/catalog.ts";
import { personRecipient } from "../../src/app/sharing/recipients.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import { fromUtf8 } from "../../src/domain/bytes.ts";
import { indexName } from "../../src/app/capture/session-index.ts";
import { erasureBody } from "../../src/format/erasure.ts";
import { sealItem } from "../../src/format/item.ts";
import { authorWrapId } from "../../src/format/part-keys.ts";
import { tombstonePath, wrapPath } from "../../src/format/paths.ts";
import { rightsWorld } from "../../src/wire/rights-world.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { sayHere, speakingLane, type SharingClone } from "../../src/wire/sharing-clone.ts";
import type { Keeping } from "../../src/domain/policy/retention.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, recover, type JourneyWorld } from "../journey/world.ts";
import { keeps, opensNow, sharingOf, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, portsOf, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
let shared: string;
let kept: string;

const agentId = (number: number): string => `0a1b2c3d-0000-4000-8000-${String(number).padStart(12, "0")}`;
const transcript = (who: Colleague, number: number): string => transcriptPath(who.machine.home, who.checkout, agentId(number));

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  shared = await keeps(ada, 1, ["round the total"]);
  kept = await keeps(ada, 2, ["name the cart"]);
  await ada.hx("share", shared, kept, "--team", "core", "--yes");
  await ben.hx("sync");
  await ben.hx("show", shared, "--json");
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

const rowsOf = async (who: Colleague): Promise<Readonly<Record<string, string>>> => Object.fromEntries((await list(who.machine, who.checkout)).map(({ id, state }) => [id, state]));

interface Captured {
  readonly sessions: readonly { readonly id: string }[];
  readonly skipped: readonly { readonly session: string; readonly reason: string }[];
}

const captures = async (who: Colleague, ...args: string[]): Promise<Captured> => (await who.json("capture", ...args)) as unknown as Captured;

const commitsAt = async (): Promise<number> => {
  const refs = (await ada.machine.git(ada.checkout, "ls-remote", remote, "refs/sessions/v1/lane/*")).split("\n").map((line) => line.split("\t")[1] ?? "");
  const counts = await Promise.all(refs.map((ref) => ada.machine.git(ada.checkout, `--git-dir=${remote}`, "rev-list", "--count", ref)));
  return counts.reduce((sum, count) => sum + Number(count), 0);
};

async function lanesWith({ sharing }: Pick<SharingClone, "sharing">, session: string): Promise<readonly LaneSource[]> {
  const found = await Promise.all(sharing.lanes.map(async (source) => ((await sessionsOf(source, session)).length > 0 ? [source] : [])));
  return found.flat();
}

/** Whether the keys ref that `who` has opens a session to its author: its wrap, and the tombstone. */
async function keysOf(who: Colleague, session: string): Promise<{ readonly wrap: boolean; readonly tombstone: boolean; readonly erased: boolean }> {
  const { ledger, sharing } = await sharingOf(who);
  for (const source of await lanesWith({ sharing }, session)) {
    if (source.keys === null) continue;
    const id = authorWrapId(ledger.crypto.hashes, session as SessionId, 0);
    const there = async (path: string): Promise<boolean> => source.keys !== null && (await entryAt(source.store, source.keys, path)) !== null;
    // A tombstone that the unlocked lane key signed erases nothing.
    expect(await isErased(ledger, { ...source, eraser: source.publicKey }, session as SessionId)).toBe(false);
    return { wrap: await there(wrapPath(id)), tombstone: await there(tombstonePath(id)), erased: await isErased(ledger, source, session as SessionId) };
  }
  throw new Error("no such session");
}

/** Whether the title of a session is noted in this clone. */
async function isInCatalog(who: Colleague, session: string): Promise<boolean> {
  const { ledger, acting, sharing } = await sharingOf(who);
  const catalog = new Catalog(ledger, { person: acting.person, keys: acting.personKeys });
  for (const source of sharing.lanes) if ((await catalog.get(source, session as SessionId)) !== null) return true;
  return false;
}

/** The rights of somebody in a workspace where this is in force. */
async function under(who: Colleague, keeping: Keeping): Promise<ReturnType<typeof rightsWorld>> {
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  const context = { directory: who.checkout, passphrase: { ask: async () => null }, progress, signal: new AbortController().signal };
  return rightsWorld(readSettings(who.machine.env), context, () => portsOf(who.machine), () => keeping);
}

describe("erasing", () => {
  it("asks before it does anything, and without a terminal needs the answer", async () => {
    expect(await ada.failure("erase", shared)).toMatchObject({ exit: 2, code: "answer-needed" });
    expect(await ada.failure("erase")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ada.failure("erase", shared, "--due")).toMatchObject({ exit: 2, code: "usage" });
    expect(await keysOf(ada, shared)).toEqual({ wrap: true, tombstone: false, erased: false });
    const { stderr } = await ada.machine.tryHx(ada.checkout, ["erase", shared]);
    expect(stderr).toMatch(/what remains:[\s\S]*clones, backups[\s\S]*the host keeps[\s\S]*agent's own files/);
  });

  it("takes the keys in one push, says so everywhere, and every clone accepts it", async () => {
    expect(await opensNow(ben, shared)).toHaveLength(1);
    const before = await commitsAt();
    const report = await ada.json("erase", shared, "--yes");
    expect(report).toMatchObject({ schema: "hx.erase/1", pushed: true, removed: 2, sessions: [{ id: shared, erased: [shared], elsewhere: [] }], approvals: [{ team: "core" }] });
    expect(report["revocations"]).toHaveLength(1);
    expect(await commitsAt()).toBe(before + 1);

    expect(await isInCatalog(ada, shared)).toBe(false);
    expect(await rowsOf(ada)).toEqual({ [shared]: "erased", [kept]: "pushed" });
    expect(await isInCatalog(ada, kept)).toBe(true);
    for (const args of [["show", shared], ["restore", shared], ["export", shared, "--output", world.path("out")]]) expect(await ada.failure(...args), args[0]).toMatchObject({ exit: 4, code: "erased" });
    expect(await ada.failure("erase", shared, "--yes")).toMatchObject({ exit: 4, code: "erased" });
    expect(await ada.failure("share", shared, "--team", "core", "--yes")).toMatchObject({ code: "not-found" });
    expect(await ada.json("verify")).toMatchObject({ ok: true, erased: 1, notOpened: 1, opened: 1 });
    expect(await ada.json("status")).toMatchObject({ sessions: { kept: 1 } });

    await ben.hx("sync");
    expect(await ben.json("verify")).toMatchObject({ ok: true, erased: 1 });
    expect(await ben.failure("show", shared)).toMatchObject({ exit: 4, code: "not-shared" });
    expect(await opensNow(ben, shared)).toEqual([]);
    expect(await opensNow(ben, kept)).toHaveLength(1);
    for (const who of [ada, ben]) expect(await keysOf(who, shared)).toEqual({ wrap: false, tombstone: true, erased: true });
    await ada.hx("show", kept, "--json");
  });

  it("leaves the agent's file, and does not capture it again: unchanged, grown, without work files, without trust state", async () => {
    const path = transcript(ada, 1);
    expect(await readFile(path, "utf8")).toContain("round the total");
    const isLeftOut = async (): Promise<void> => {
      const { sessions, skipped } = await captures(ada);
      expect(sessions).toEqual([]);
      expect(skipped.find(({ session }) => session === agentId(1))?.reason).toContain("you erased it");
    };
    await isLeftOut();
    await writeQuiet(path, `${await readFile(path, "utf8")}${prompt("and once more", ada.checkout)}`);
    await isLeftOut();
    await rm(join(ada.checkout, ".git", "hx", "sessions"), { recursive: true });
    await rm(join(ada.checkout, ".git", "hx", "by-session"), { recursive: true });
    const { skipped } = await captures(ada, "--session", agentId(1));
    expect(skipped).toHaveLength(1);
    const { ledger } = await sharingOf(ada);
    await ledger.trust.remove("erased.json");
    await ada.hx("sync");
    expect((await captures(ada, "--session", agentId(1))).skipped).toHaveLength(1);
    expect(await rowsOf(ada)).toMatchObject({ [shared]: "erased" });
  });

  it("is known on a second machine after its first sync, where the agent's file may lie too", async () => {
    const machine = await world.machine("ada-2");
    const second: Colleague = { ...ada, machine, checkout: world.path("second"), hx: (...args) => machine.hx(world.path("second"), ...args), json: async (...args) => JSON.parse(await machine.hx(world.path("second"), ...args, "--json")) as Record<string, unknown> };
    await recover(machine, remote, second.checkout, world.path("phrase-ada"));
    await second.hx("sync");
    expect(await rowsOf(second)).toMatchObject({ [shared]: "erased", [kept]: "pushed" });
    await writeQuiet(transcript(second, 1), prompt("round the total", second.checkout));
    expect((await captures(second)).sessions).toEqual([]);
    expect(await second.json("verify")).toMatchObject({ ok: true, erased: 1 });
    await second.hx("retention");
    const { code, stderr } = await machine.tryHx(second.checkout, ["erase", kept, "--yes", "--json"]);
    expect([code, JSON.parse(stderr)]).toMatchObject([14, { code: "refused" }]);
  });

  it("is undone by asking to capture it, under another id", async () => {
    expect(await ada.failure("capture", "--again")).toMatchObject({ exit: 2, code: "usage" });
    const { sessions } = await captures(ada, "--session", agentId(1), "--again");
    expect(sessions).toHaveLength(1);
    expect(sessions[0]?.id).not.toBe(shared);
    await ada.hx("sync");
    expect(await rowsOf(ada)).toMatchObject({ [shared]: "erased", [sessions[0]?.id ?? ""]: "pushed" });
    await writeQuiet(transcript(ada, 1), `${await readFile(transcript(ada, 1), "utf8")}${prompt("more", ada.checkout)}`);
    expect((await captures(ada, "--session", agentId(1))).sessions).toHaveLength(1);
    // Session 2 is captured anew as well: its index went with the work files.
    await ada.hx("capture");
    await ada.hx("sync");
  });

  it("of what was never pushed sends nothing of it", async () => {
    await writeQuiet(transcript(ada, 3), prompt("nobody's business", ada.checkout));
    const [fresh] = (await captures(ada, "--session", agentId(3))).sessions;
    expect(await rowsOf(ada)).toMatchObject({ [fresh?.id ?? ""]: "waiting" });
    const before = await commitsAt();
    expect(await ada.json("erase", fresh?.id ?? "", "--yes")).toMatchObject({ pushed: true, removed: 0, sessions: [{ erased: [fresh?.id] }] });
    await ada.hx("sync");
    expect(await commitsAt()).toBe(before);
    expect(await rowsOf(ada)).not.toHaveProperty(fresh?.id ?? "");
    expect((await captures(ada)).sessions).toEqual([]);
  });

  it("takes the redacted copies with it", async () => {
    const session = await keeps(ada, 4, ["first turn", "second turn"]);
    await ada.hx("share", session, "--team", "core", "--turns", "1", "--yes");
    const copies = ((await ada.json("list", "--copies"))["sessions"] as readonly { readonly id: string; readonly kind?: string }[]).filter(({ kind }) => kind === "redacted");
    expect(copies).toHaveLength(1);
    const copy = copies[0]?.id ?? "";
    const report = (await ada.json("erase", session, "--yes")) as unknown as { readonly sessions: readonly { readonly erased: readonly string[] }[] };
    expect(report.sessions[0]?.erased.toSorted()).toEqual([session, copy].toSorted());
    for (const id of [session, copy]) expect(await keysOf(ben, id)).toEqual({ wrap: false, tombstone: true, erased: true });
    expect(await opensNow(ben, copy)).toEqual([]);
  });
});

describe("nobody but the author", () => {
  it("erases a session: an administrator neither, nor stops its capture with an item", async () => {
    const session = await keeps(ben, 5, ["the basket"]);
    await ada.hx("sync");
    expect(await ada.failure("erase", session, "--yes")).toMatchObject({ code: "not-found" });
    const here = await sharingOf(ada);
    const own = speakingLane(here);
    const to = personRecipient(here.state.chain.state, (await sharingOf(ben)).acting.person).key;
    const forged = sealItem(own.crypto, [to, to], { repo: own.repo, lane: own.lane.publicKey }, erasureBody({ session: session as SessionId, name: indexName(own.crypto.hashes, "claude-code", agentId(5)) }));
    expect(await sayHere(here, { items: [forged], wraps: new Map(), removed: [] }, new AbortController().signal)).toMatchObject({ kind: "acknowledged" });
    await ben.hx("sync");
    // Nor one in their own lane, without the tombstone that a locked key signs.
    const his = await sharingOf(ben);
    const lane = speakingLane(his);
    const unsigned = sealItem(lane.crypto, [to, to], { repo: lane.repo, lane: lane.lane.publicKey }, erasureBody({ session: session as SessionId, name: indexName(lane.crypto.hashes, "claude-code", agentId(5)) }));
    await sayHere(his, { items: [unsigned], wraps: new Map(), removed: [] }, new AbortController().signal);
    await ben.hx("sync");
    const known = await his.ledger.trust.read("erased.json");
    expect(known === null ? {} : JSON.parse(fromUtf8(known))).not.toMatchObject({ erased: { [indexName(lane.crypto.hashes, "claude-code", agentId(5))]: [session] } });
    await writeQuiet(transcript(ben, 5), `${await readFile(transcript(ben, 5), "utf8")}${prompt("more", ben.checkout)}`);
    expect((await captures(ben)).sessions).toHaveLength(1);
  });
});

describe("retention", () => {
  it("says of each session whether it is due, and nothing is due without a policy", async () => {
    expect(await ada.json("retention")).toMatchObject({ schema: "hx.retention/1", early: true, closed: 0 });
    const { sessions } = await (await under(ada, { retention: { count: 1, unit: "months" }, early: false })).retention();
    expect(sessions.find(({ title }) => title === "name the cart")).toMatchObject({ due: true, day: Date.UTC(2026, 2, 1), on: Date.UTC(2026, 3, 1) });
    expect(sessions.map(({ id }) => id)).not.toContain(shared);
  });

  it("binds the author to the policy: what is not due stays, what is due goes", async () => {
    const decade = await under(ada, { retention: { count: 120, unit: "months" }, early: false });
    await expect(decade.erase({ what: [kept], due: false }, async () => true)).rejects.toMatchObject({ code: "refused" });
    expect(await decade.erase({ what: [], due: true }, async () => Promise.reject(new Error("nothing to ask")))).toMatchObject({ sessions: [], removed: 0 });
    const without = await under(ada, { retention: null, early: false });
    await expect(without.erase({ what: [kept], due: false }, async () => true)).rejects.toMatchObject({ code: "refused" });
    const month = await under(ada, { retention: { count: 1, unit: "months" }, early: false });
    await expect(month.erase({ what: [kept], due: false }, async () => false)).rejects.toMatchObject({ code: "interrupted" });
    const { sessions, pushed } = await month.erase({ what: [], due: true }, async () => true);
    expect(pushed).toBe(true);
    expect(sessions.flatMap(({ erased }) => erased)).toContain(kept);
    expect(Object.values(await rowsOf(ada)).filter((state) => state !== "erased")).toEqual([]);
    expect(await ada.json("verify")).toMatchObject({ ok: true, opened: 0 });
    await ben.hx("sync");
    expect(await ben.json("verify")).toMatchObject({ ok: true });
  });
});

describe("a lane of an earlier quarter", () => {
  it("is written once more by the clone that wrote it", async () => {
    const session = await keeps(ada, 6, ["long ago"]);
    await ada.hx("share", session, "--team", "core", "--yes");
    await ben.hx("sync");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 100 * 86_400_000 });
    await ada.hx("sync");
    const report = await ada.json("erase", session, "--yes");
    expect(report).toMatchObject({ pushed: true, removed: 2, sessions: [{ erased: [session], elsewhere: [] }] });
    const here = await sharingOf(ada);
    const [source] = await lanesWith(here, session);
    expect(speakingLane(here).lane.id).not.toBe(source?.lane);
    await ben.hx("sync");
    for (const who of [ada, ben]) expect(await keysOf(who, session)).toEqual({ wrap: false, tombstone: true, erased: true });
    expect(await opensNow(ben, session)).toEqual([]);
    expect(await ben.json("verify")).toMatchObject({ ok: true });
    expect((await captures(ada, "--session", agentId(6))).skipped).toHaveLength(1);
  });
});
