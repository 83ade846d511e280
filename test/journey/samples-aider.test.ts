import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { looseFiles, SAMPLES, sessionsInTable } from "../agents/sample-folders.ts";
import { deskIn, differing, elsewhere, expectReadable, sessionsIn, takeEverything, type Desk } from "./agent-ledger.ts";
import { quiet, writeQuiet } from "./claude.ts";
import { restoreAll } from "./in-process.ts";
import { cutIn } from "./samples.ts";
import { makeWorld, write, type JourneyWorld } from "./world.ts";

const STEPS = 6;

/** All samples in the order of their times: Aider writes every run of a checkout into one file. */
function history(): Buffer {
  const started = (text: string): string => /^# aider chat started at (.*)$/m.exec(text)?.[1] ?? "";
  const texts = looseFiles("aider").map((file) => readFileSync(file, "utf8"));
  return Buffer.from(texts.map((text) => (text.endsWith("\n") ? text : `${text}\n`)).sort((a, b) => (started(a) < started(b) ? -1 : 1)).join(""));
}

describe.runIf(SAMPLES !== null)("every sample of aider, in one history", () => {
  let world: JourneyWorld;
  beforeAll(async () => {
    world = await makeWorld("in-process");
  });
  afterAll(() => world.close());
  const placeIn = ({ ground: { checkout } }: Desk): string => path.join(checkout, ".aider.chat.history.md");

  async function keptWhole(desk: Desk, label: string): Promise<void> {
    const { home, checkout } = desk.ground;
    expect(await takeEverything(desk)).toEqual([]);
    const sessions = await sessionsIn(home, "aider", [checkout]);
    expect(sessions.filter(({ isAsked }) => isAsked)).toHaveLength(sessionsInTable("aider"));
    // Nothing of the history is in no session, or in two.
    const ends = sessions.flatMap(({ files }) => files.map(({ bytes }) => bytes.toString().trim()));
    expect(ends.reduce((rest, text) => rest.replace(text, () => ""), history().toString()).trim()).toBe("");
    const fresh = await elsewhere(world, label, desk);
    const back = await restoreAll(fresh, checkout);
    expect(back.map(({ agentId }) => agentId).sort()).toEqual(sessions.map(({ id }) => id));
    expectReadable(back);
    expect(await differing(fresh.home, checkout, sessions)).toEqual([]);
    await fresh.hx(checkout, "verify");
  }

  it("is captured in one go, and restored by the phrase from a fresh clone", async () => {
    const desk = await deskIn(world, "once");
    await writeQuiet(placeIn(desk), history());
    await keptWhole(desk, "once");
  }, 200_000);

  it("is captured in steps, and restored by the phrase from a fresh clone", async () => {
    const desk = await deskIn(world, "grown");
    const bytes = history();
    for (let step = 0; step < STEPS; step++) {
      await write(placeIn(desk), bytes.subarray(0, cutIn(bytes, step, STEPS)));
      if (step % 2 === 1) await quiet(placeIn(desk));
      if (step < STEPS - 1) await takeEverything(desk);
    }
    await keptWhole(desk, "grown");
  }, 200_000);
});
