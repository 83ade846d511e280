import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { repoId } from "../../src/domain/ids.ts";
import { decodeCaptureKey, encodeCaptureKey, type CaptureKey } from "../../src/format/capture-key.ts";
import { captureLane } from "../../src/wire/capture-lane.ts";
import { openClone, openLedger } from "../../src/wire/clone.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, type JourneyWorld, type Ran } from "../journey/world.ts";
import { admitted } from "../support/workspace-people.ts";
import { founder, newcomer, type Seat } from "./world.ts";

interface Issued {
  readonly lane: string;
  /** When it expires, ISO 8601. */
  readonly until: string;
}

/** A machine without identity, on which a capture-only key does for one. */
interface Box {
  readonly seat: Seat;
  run(...args: string[]): Promise<Ran>;
  keep(text: string): Promise<Ran>;
}

let world: JourneyWorld;
let remote: string;
let ada: Seat;
beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote("http");
  ada = await founder(world, remote, "ada-cap");
});
afterAll(() => world.close());

let made = 0;

async function issue(): Promise<Issued & { readonly file: string }> {
  const file = world.path(`capture-${++made}.key`);
  return { ...(await ada.json<Issued>("device", "issue", "--capture-only", "--expires", "2d", "--out", file)), file };
}

async function box(name: string, env: Readonly<Record<string, string>>): Promise<Box> {
  const seat = await newcomer(world, remote, name);
  const run = (...args: string[]): Promise<Ran> => seat.machine.tryHx(seat.checkout, args, "", env);
  return {
    seat,
    run,
    async keep(text) {
      await writeQuiet(transcriptPath(seat.machine.home, seat.checkout, `0a1b2c3d-0000-4000-8000-${String(++made).padStart(12, "0")}`), prompt(text, seat.checkout));
      return run("capture");
    },
  };
}

describe("a capture-only key", () => {
  it("keeps sessions as its author's on a machine without identity, opens nothing, and goes on on a rebuilt one", async () => {
    for (const more of [["--expires", "0d"], [], ["--expires", "2d", "--json"]]) expect((await ada.try("device", "issue", "--capture-only", ...more)).code).toBe(2);
    const issued = await issue();
    const secret = await readFile(issued.file, "utf8");
    expect(secret.length).toBeLessThan(8000);
    for (const [name, env] of [["box-one", { HX_CAPTURE_KEY: secret }], ["box-two", { HX_CAPTURE_KEY_FILE: issued.file }]] as const) {
      const { seat, run, keep } = await box(name, env);
      await run("sync");
      expect(await keep(`from ${name}`)).toMatchObject({ code: 0 });
      expect(await run("sync")).toMatchObject({ code: 0 });
      const listed = JSON.parse((await run("list", "--json")).stdout) as { readonly sessions: readonly { readonly state: string }[] };
      expect(listed.sessions.every(({ state }) => state === "locked")).toBe(true);
      expect((await seat.try("capture")).code).toBe(4);
      const cut = await seat.machine.tryHx(seat.checkout, ["capture"], "", { HX_CAPTURE_KEY: secret.trim().slice(0, -3) });
      expect([cut.code, cut.stderr]).toEqual([13, expect.stringContaining("cut short or mistyped")]);
    }
    await ada.hx("sync");
    expect((await list(ada.machine, ada.checkout)).map(({ title }) => title).toSorted()).toEqual(["from box-one", "from box-two"]);
    const lanes = await ada.machine.git(ada.checkout, "ls-remote", "origin", "refs/sessions/v1/lane/*");
    expect(lanes.split("\n").filter((line) => line.includes(issued.lane))).toHaveLength(1);
    await ada.hx("verify");
  });

  it("expires by the clock of the machine, at the end of its last day", async () => {
    const { file, until, lane } = await issue();
    const { machine, checkout } = await newcomer(world, remote, "box-late");
    const settings = readSettings({ ...machine.env, HX_CAPTURE_KEY_FILE: file });
    const ledger = await openLedger(await openClone(settings, checkout));
    const at = (now: number) => captureLane(settings, { ...ledger, clock: { now: () => now } });
    expect((await at(Date.parse(until) - 1))?.id).toBe(lane);
    await expect(at(Date.parse(until))).rejects.toMatchObject({ code: "refused", message: expect.stringMatching(/^the capture-only key expired after \d{4}-\d\d-\d\d$/) });
  });

  it("is one machine's: a second that writes with it finds a fork, and gives up", async () => {
    const { file } = await issue();
    const env = { HX_CAPTURE_KEY_FILE: file };
    const first = await box("box-first", env);
    await first.run("sync");
    expect(await first.keep("alone")).toMatchObject({ code: 0 });
    expect(await first.run("sync")).toMatchObject({ code: 0 });
    const second = await box("box-second", env);
    expect(await second.run("sync")).toMatchObject({ code: 0 });
    expect(await first.keep("by the first")).toMatchObject({ code: 0 });
    expect(await first.run("sync")).toMatchObject({ code: 0 });
    expect(await second.keep("by the second")).toMatchObject({ code: 0 });
    const found = await second.run("sync");
    expect([found.code, found.stderr]).toEqual([13, expect.stringMatching(/somebody else writes with the key of your lane.*hx device issue --capture-only/s)]);
    const after = await second.run("capture");
    expect([after.code, after.stderr]).toEqual([13, expect.stringContaining("another machine writes with this capture-only key")]);
    expect(await first.run("sync")).toMatchObject({ code: 0 });
    await ada.hx("sync");
    const titles = (await list(ada.machine, ada.checkout)).map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(["alone", "by the first"]));
    expect(titles).not.toContain("by the second");
  });

  it("waits for another one after a removal, and says so", async () => {
    const { file } = await issue();
    const colleague = { ...ada, json: (...args: string[]) => ada.json(...args), failure: () => Promise.reject(new Error("not asked")) };
    await admitted(world, remote, colleague, "Ben", "ben-cap");
    const machine = await box("box-left", { HX_CAPTURE_KEY_FILE: file });
    await machine.run("sync");
    await ada.hx("member", "remove", "Ben", "--yes");
    expect(await machine.keep("after a removal")).toMatchObject({ code: 0 });
    const synced = await machine.run("sync");
    expect([synced.code, synced.stderr]).toEqual([4, expect.stringMatching(/since this capture-only key was issued.*its author issues another one.*hx device issue --capture-only --expires 30d/s)]);
    expect((await machine.run("status")).stdout).toContain("its author issues another one");
    for (const told of [synced.stderr, (await machine.run("status")).stdout]) expect(told).not.toContain("identity unlock");
    const again = await box("box-again", { HX_CAPTURE_KEY_FILE: (await issue()).file });
    await again.run("sync");
    expect(await again.keep("with another key")).toMatchObject({ code: 0 });
    expect(await again.run("sync")).toMatchObject({ code: 0 });
  });

  it("is of one repository, and says itself until when: who changes that goes on", async () => {
    const { hashes } = await loadCrypto();
    const h = (bytes: Uint8Array): Uint8Array => hashes.h(bytes);
    const issued = decodeCaptureKey(h, await readFile((await issue()).file, "utf8"));
    const { seat, run, keep } = await box("box-changed", { HX_CAPTURE_KEY: encodeCaptureKey(h, issued) });
    expect(await run("sync")).toMatchObject({ code: 0 });
    expect(await keep("what waits")).toMatchObject({ code: 0 });
    const capture = (change: Partial<CaptureKey>): Promise<Ran> => seat.machine.tryHx(seat.checkout, ["capture"], "", { HX_CAPTURE_KEY: encodeCaptureKey(h, { ...issued, ...change }) });
    expect(await capture({ until: 1 })).toMatchObject({ code: 14, stderr: expect.stringContaining("expired after 1970-01-02") });
    expect(await capture({ key: { ...issued.key, repo: repoId("00".repeat(32)) } })).toMatchObject({ code: 14, stderr: expect.stringContaining("for another repository") });
    expect(await capture({ until: issued.until + 10_000 })).toMatchObject({ code: 0 });
  });
});
