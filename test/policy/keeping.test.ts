import { appendFile, utimes } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { hookWorld } from "../../src/wire/hooks.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { prompt, quiet, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { founder, type Colleague } from "../support/workspace-people.ts";
import { MILD, publishes } from "./in-force.ts";

let world: JourneyWorld;
let ada: Colleague;

beforeAll(async () => {
  world = await makeWorld("in-process");
  ada = await founder(world, await world.remote(), "Ada", "ada");
}, 60_000);
afterEach(() => vi.restoreAllMocks());
afterAll(() => world.close());

const id = (n: number): string => `0a1b2c3d-0000-4000-8000-${String(n).padStart(12, "0")}`;
const path = (n: number): string => transcriptPath(ada.machine.home, ada.checkout, id(n));
const starts = (n: number, text: string): Promise<string> => writeQuiet(path(n), prompt(text, ada.checkout));
const goesOn = async (n: number, text: string): Promise<void> => {
  await appendFile(path(n), prompt(text, ada.checkout));
  await quiet(path(n));
};
interface Report {
  readonly sessions: readonly { readonly id: string; readonly newBytes: number; readonly omittedBytes: number }[];
  readonly skipped: readonly { readonly session: string; readonly reason: string }[];
}
const captured = async (): Promise<Report> => (await ada.json("capture")) as unknown as Report;
/** What the record has of all sessions, as their author reads it. */
const record = async (): Promise<string> => {
  const { sessions } = (await ada.json("list")) as { sessions: readonly { id: string }[] };
  const shown = await Promise.all(sessions.map((one) => ada.hx("show", one.id)));
  return shown.join("\n");
};

describe("a pause", () => {
  it("keeps what runs meanwhile out for good, and lets in what ran before and runs after", async () => {
    await starts(1, "one before");
    await captured();
    await goesOn(1, "one before that nothing took yet");
    expect(await ada.json("pause")).toMatchObject({ schema: "hx.pause/1", paused: true, changed: true });
    await goesOn(1, "one secret meanwhile");
    await starts(2, "two secret meanwhile");
    expect(await ada.failure("capture")).toMatchObject({ exit: 14, code: "refused", hints: ["hx pause --end"] });
    const hooks = await hookWorld(undefined, readSettings(ada.machine.env));
    await hooks.captureAll(ada.checkout);
    await hooks.captureSession("claude-code", { session_id: id(2), transcript_path: path(2), cwd: ada.checkout }, ada.checkout);
    expect(await ada.json("status")).toMatchObject({ paused: { since: expect.any(String) }, warnings: expect.arrayContaining([expect.objectContaining({ fix: "hx pause --end" })]) });
    expect((await ada.machine.tryHx(ada.checkout, ["doctor", "--offline"])).stdout).toContain("capture is paused in this clone");
    expect(await ada.json("pause", "--end")).toMatchObject({ paused: false, changed: true });
    expect(await ada.json("pause", "--end")).toMatchObject({ paused: false, changed: false });

    const length = Buffer.byteLength(prompt("one secret meanwhile", ada.checkout));
    const { sessions } = await captured();
    expect(sessions).toMatchObject([{ omittedBytes: expect.any(Number) }]);
    expect(Math.abs((sessions[0]?.omittedBytes ?? 0) - length)).toBeLessThan(4);
    await goesOn(1, "one after");
    await goesOn(2, "two after");
    expect((await captured()).sessions).toHaveLength(2);
    await ada.hx("sync");
    const said = await record();
    for (const there of ["one before", "one before that nothing took yet", "one after", "two after"]) expect(said).toContain(there);
    expect(said).not.toContain("secret meanwhile");
    expect(await ada.hx("list")).not.toContain("secret meanwhile");
  });

  it("that ends by its time ends with the next look, and what was written until then stays out", async () => {
    await starts(3, "three before");
    await ada.hx("pause", "--for", "2h");
    await goesOn(3, "three secret meanwhile");
    const realNow = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => realNow() + 3 * 3_600_000);
    expect((await captured()).sessions).toHaveLength(1);
    await goesOn(3, "three after");
    await captured();
    await ada.hx("sync");
    expect(await record()).toMatch(/three before[^]*three after/);
    expect(await record()).not.toContain("three secret");
    expect(await ada.json("status")).not.toHaveProperty("paused");
  });

  it("holds for a file that is another one afterwards", async () => {
    await starts(4, "four before");
    await captured();
    await ada.hx("pause");
    await writeQuiet(path(4), prompt("four secret, rewritten", ada.checkout) + prompt("and longer than before, by a good deal", ada.checkout));
    await ada.hx("pause", "--end");
    await captured();
    // Rewritten once more afterwards: nobody can tell what of it was there in the pause.
    await writeQuiet(path(4), prompt("a new line before all", ada.checkout) + prompt("four secret, rewritten", ada.checkout));
    await captured();
    await ada.hx("sync");
    expect(await record()).not.toContain("four secret");
  });
});

describe("an excluded session", () => {
  it("loses what was staged, and is never taken again", async () => {
    await starts(5, "five secret");
    await starts(6, "six stays");
    const before = (await captured()).sessions.length;
    expect(before).toBe(2);
    expect(await ada.failure("exclude", id(5).slice(0, 4))).toMatchObject({ code: "ambiguous" });
    expect(await ada.failure("exclude", id(5))).toMatchObject({ exit: 2, code: "answer-needed" });
    expect(await ada.json("exclude", id(5), "--yes")).toMatchObject({ schema: "hx.exclude/1", agent: "claude-code", id: id(5), already: false, dropped: expect.any(String) });
    expect(await ada.json("exclude", id(5), "--yes")).toMatchObject({ already: true });
    await goesOn(5, "five secret, continued");
    const report = await captured();
    expect(report.sessions).toEqual([]);
    expect(report.skipped).toContainEqual({ agent: "claude-code", session: id(5), reason: "you keep it out of the record" });
    await ada.hx("sync");
    const said = await record();
    expect(said).toContain("six stays");
    expect(said).not.toContain("five secret");
    expect(await ada.json("status")).toMatchObject({ excluded: 1 });
  });

  it("may be the current one before anything was taken of it, and none that is published", async () => {
    await writeQuiet(path(7), prompt("seven secret", ada.checkout));
    await utimes(path(7), new Date(Date.now() + 86_400_000), new Date(Date.now() + 86_400_000));
    expect(await ada.json("exclude", "--current", "--yes")).toMatchObject({ id: id(7), already: false });
    expect((await captured()).sessions).toEqual([]);
    expect(await ada.failure("exclude", id(6), "--yes")).toMatchObject({ exit: 14, code: "refused", message: expect.stringContaining("is published already") });
    await goesOn(6, "six goes on");
    expect((await captured()).sessions).toHaveLength(1);
  });
});

it("a policy that permits neither refuses both, and ends a pause", async () => {
  await ada.hx("pause");
  await goesOn(6, "six secret in the pause");
  await publishes(ada, { ...MILD, pause: false, exclude: false }, 0);
  await ada.json("policy", "show");
  expect(await ada.failure("pause")).toMatchObject({ exit: 14, code: "refused", message: "version 1 of the policy does not permit that anybody pauses what is recorded of them", hints: ["hx policy show"] });
  expect(await ada.failure("exclude", id(6), "--yes")).toMatchObject({ exit: 14, code: "refused" });
  await captured();
  await goesOn(6, "six under the policy");
  expect((await captured()).sessions).toHaveLength(1);
  await ada.hx("sync");
  expect(await record()).toContain("six under the policy");
  expect(await record()).not.toContain("six secret");
});
