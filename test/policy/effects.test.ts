import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { NO_ADDITIONS } from "../../src/app/publish/additions.ts";
import { authorKey } from "../../src/app/sharing/authors.ts";
import { sealItem } from "../../src/format/item.ts";
import { shownBody } from "../../src/format/shown.ts";
import { sayHere, speakingLane } from "../../src/wire/sharing-clone.ts";
import { sealedShown } from "../../src/app/policy/seal-shown.ts";
import { dayText } from "../../src/domain/policy/day.ts";
import type { HxError } from "../../src/domain/errors.ts";
import { hookWorld } from "../../src/wire/hooks.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeWorld, recover, type JourneyWorld } from "../journey/world.ts";
import { personOf, sharingOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";
import { MILD, publishes, today } from "./in-force.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
}, 60_000);
afterEach(() => vi.restoreAllMocks());
afterAll(() => world.close());

const id = (n: number): string => `0a1b2c3d-0000-4000-8000-${String(n).padStart(12, "0")}`;
const runs = (who: Colleague, n: number, ...texts: string[]): Promise<string> =>
  writeQuiet(transcriptPath(who.machine.home, who.checkout, id(n)), texts.map((text) => prompt(text, who.checkout)).join(""));
const taken = async (who: Colleague): Promise<number> => ((await who.json("capture")) as { sessions: readonly unknown[] }).sessions.length;
const warned = async (who: Colleague): Promise<readonly string[]> => ((await who.json("status")) as { warnings: readonly { message: string }[] }).warnings.map(({ message }) => message);

describe("before a policy is in force", () => {
  it("nothing is asked, and a coming version is announced once and stands in the status", async () => {
    await runs(ben, 1, "before");
    expect(await taken(ben)).toBe(1);
    await publishes(ada, MILD, 5);
    const told = `version 1 of the policy takes effect on ${dayText(today() + 5)}: hx policy show 1`;
    expect((await ben.json("sync"))["warnings"]).toContain(told);
    expect((await ben.json("sync"))["warnings"]).not.toContain(told);
    expect(await ben.hx("status")).toContain(`none in force yet; version 1 from ${dayText(today() + 5)} on`);
    await runs(ben, 2, "still before");
    expect(await taken(ben)).toBe(1);
  });
});

describe("a version in force", () => {
  it("pauses capture until it was shown to the person, by hand, in hooks, and after everything that is no showing", async () => {
    await publishes(ada, { ...MILD, group: 6 }, 5);
    const realNow = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => realNow() + 5 * 86_400_000);
    await ben.hx("sync");
    await runs(ben, 3, "under the policy");
    expect(await ben.failure("capture")).toMatchObject({ exit: 14, code: "policy-unseen", message: "nothing is captured until version 2 of the policy was shown to you", hints: ["hx policy show"] });
    const hooks = await hookWorld(undefined, readSettings(ben.machine.env));
    await expect(hooks.captureAll(ben.checkout)).rejects.toMatchObject({ code: "policy-unseen" });
    await expect(hooks.captureSession("claude-code", { session_id: id(3), transcript_path: transcriptPath(ben.machine.home, ben.checkout, id(3)), cwd: ben.checkout }, ben.checkout)).rejects.toMatchObject({ code: "policy-unseen" } satisfies Partial<HxError>);
    expect(await warned(ben)).toContain("nothing is captured until version 2 of the policy was shown to you");
    const doctor = await ben.machine.tryHx(ben.checkout, ["doctor", "--offline", "--json"]);
    const { checks } = JSON.parse(doctor.stdout) as { checks: readonly { name: string; detail: string; fix?: string }[] };
    expect(checks.find(({ name }) => name === "sessions of claude-code")).toMatchObject({ fix: "hx policy show && hx capture", detail: expect.stringContaining("as version 2 of the policy was not shown to you") });
    // In a pipe nobody looks; and the version that was replaced before its day is not the one in force.
    await ben.hx("policy", "show");
    await ben.json("policy", "show", "1");
    expect(await ben.failure("capture")).toMatchObject({ code: "policy-unseen" });

    expect(await ben.json("policy", "show")).toMatchObject({ version: 2, recorded: "recorded" });
    expect(await ben.json("policy", "show")).toMatchObject({ version: 2, recorded: "known" });
    expect(await taken(ben)).toBe(1);
    expect(await warned(ben)).not.toContain("nothing is captured until version 2 of the policy was shown to you");
    expect(await ada.failure("capture")).toMatchObject({ code: "policy-unseen" });
  });

  it("is recorded for the person alone, whose other devices learn it", async () => {
    const realNow = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => realNow() + 5 * 86_400_000);
    await ben.hx("sync");
    await ada.hx("sync");
    const [own, theirs, person] = [await sharingOf(ben), await sharingOf(ada), await personOf(ben)];
    expect(sealedShown(own.sharing.index, own.state.chain.state, person)).toEqual([{ version: 2, at: expect.any(Number) }]);
    expect(theirs.sharing.index.items().filter(({ kind }) => kind === "shown")).toEqual([]);
    // Anybody can seal to anybody: in somebody else's lane it says nothing.
    const { lane, ...ledger } = speakingLane(theirs);
    const key = authorKey(theirs.state.chain.state, person);
    const forged = sealItem(ledger.crypto, [key, key], { repo: ledger.repo, lane: lane.publicKey }, shownBody({ version: 1, at: 1 }));
    await sayHere(theirs, { ...NO_ADDITIONS, items: [forged] }, new AbortController().signal);
    const after = await sharingOf(ben);
    expect(after.sharing.index.items().filter(({ kind }) => kind === "shown")).toHaveLength(2);
    expect(sealedShown(after.sharing.index, after.state.chain.state, person)).toHaveLength(1);
    // Said once, however often one syncs.
    await ben.hx("sync");
    const again = await sharingOf(ben);
    expect(sealedShown(again.sharing.index, again.state.chain.state, person)).toHaveLength(1);

    // A device that lost its trust state, or a new one, pauses until it has read what is sealed.
    const trust = join(readSettings(ben.machine.env).stateDirectory, "repos", own.ledger.repo, "policy.json");
    expect(JSON.parse(await readFile(trust, "utf8"))).toMatchObject({ shown: { [person]: { 2: expect.any(Number) } } });
    await rm(trust);
    expect(await ben.failure("capture")).toMatchObject({ code: "policy-unseen" });
    await ben.hx("sync");
    expect(await taken(ben)).toBe(0);

    const other = await world.machine("ben-2");
    const checkout = world.path("clone-ben-2");
    await recover(other, remote, checkout, world.path("phrase-ben"));
    await other.hx(checkout, "sync");
    await writeQuiet(transcriptPath(other.home, checkout, id(9)), prompt("elsewhere", checkout));
    expect(JSON.parse(await other.hx(checkout, "capture", "--json"))).toMatchObject({ sessions: [{ agent: "claude-code" }] });
  });

  it("is shown in the plan of who comes in, and recorded when they agree", async () => {
    const realNow = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => realNow() + 5 * 86_400_000);
    const eve = await world.machine("eve", { GIT_CONFIG_COUNT: "2", GIT_CONFIG_KEY_0: "user.name", GIT_CONFIG_VALUE_0: "Eve", GIT_CONFIG_KEY_1: "user.email", GIT_CONFIG_VALUE_1: "eve@example.com" });
    const checkout = world.path("clone-eve");
    await eve.git(world.path("."), "clone", "-q", remote, checkout);
    const said = await eve.hx(checkout, "join", "--yes", "--no-hooks", "--throwaway-ok", "--no-passphrase", "--phrase-file", world.path("phrase-eve"), "--no-phrase-check");
    expect(said).toMatch(/policy {2}version 2, in force since .*: Session records policy of Example Ltd\n(.*\n)* {2}group: 6\n(.*\n)* {2}read it whole: hx policy show 2/);
    await writeQuiet(transcriptPath(eve.home, checkout, id(8)), prompt("my first", checkout));
    expect(JSON.parse(await eve.hx(checkout, "capture", "--json"))).toMatchObject({ sessions: [{ agent: "claude-code" }] });
  });
});
