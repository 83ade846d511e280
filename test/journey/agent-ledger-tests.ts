import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { looseFiles, madeHere, SAMPLES, sessionsInTable } from "../agents/sample-folders.ts";
import { deskIn, differing, elsewhere, expectReadable, ranInside, sessionsIn, takeEverything, untaken, type Desk, type KeptSession } from "./agent-ledger.ts";
import { earlierState, layLoose, layMade, nameOf, NOT_LAID, NO_TRANSCRIPT, openedOnce, type Laid } from "./agent-samples.ts";
import { quiet } from "./claude.ts";
import { restoreAll } from "./in-process.ts";
import { makeWorld, write, type JourneyWorld } from "./world.ts";

export interface AgentSamples {
  readonly name: string;
  /** Sessions with a prompt that the table in docs/agents.md counts and that are laid in another test. */
  readonly elsewhere?: number;
}

const STEPS = 5;

/** Every sample of some agents through the ledger: taken in one go, in steps and as it really grew, and restored from a clone by the phrase. */
export function ledgerOfSamples(agents: readonly AgentSamples[]): void {
  const names = agents.map(({ name }) => name);
  describe.runIf(SAMPLES !== null)(`every sample of ${names.join(", ")}`, () => {
    let world: JourneyWorld;
    beforeAll(async () => {
      world = await makeWorld("in-process");
    });
    afterAll(() => world.close());

    async function layAll({ ground }: Desk): Promise<readonly Laid[]> {
      const laid: Laid[] = [];
      for (const name of names) {
        laid.push(...(await layLoose(name, ground)));
        for (const [i, home] of madeHere(name).entries()) laid.push(...(await layMade(name, home, ground, i)));
      }
      return laid;
    }

    async function sessionsOf({ machine }: Desk): Promise<readonly KeptSession[]> {
      return (await Promise.all(names.map((name) => sessionsIn(machine.home, name)))).flat();
    }

    /** Takes what is there now, and finds all of it again on another computer. */
    async function keptWhole(desk: Desk, label: string, laid: readonly Laid[]): Promise<void> {
      const sessions = await sessionsOf(desk);
      expect(untaken(laid, sessions).filter((sample) => !NO_TRANSCRIPT.test(sample))).toEqual([]);
      expect(await takeEverything(desk)).toEqual([]);
      const fresh = await elsewhere(world, label, desk);
      for (const name of names) await openedOnce(name, { home: fresh.home, checkout: desk.ground.checkout });
      const back = await restoreAll(fresh, desk.ground.checkout);
      const inside = sessions.filter((session) => ranInside(desk, session));
      expect(back.map(({ agent, agentId }) => `${agent} ${agentId}`).sort()).toEqual(inside.map(({ agent, id }) => `${agent} ${id}`).sort());
      expectReadable(back);
      expect(await differing(fresh.home, desk.ground.checkout, inside)).toEqual([]);
      await fresh.hx(desk.ground.checkout, "verify");
    }

    it("is captured in one go, and restored by the phrase from a fresh clone", async () => {
      const desk = await deskIn(world, "once");
      const laid = await layAll(desk);
      const missing = names.flatMap((name) => looseFiles(name).map(nameOf).filter((sample) => !laid.some((each) => each.sample === sample) && !NOT_LAID.some(([of, files]) => of === name && files.test(sample))));
      expect(missing).toEqual([]);
      const asked = (await sessionsOf(desk)).filter(({ isAsked }) => isAsked).map(({ agent, files }) => ({ agent, sample: laid.find(({ place }) => place === files[0]?.absolute)?.sample ?? "" }));
      for (const { name, elsewhere = 0 } of agents) expect([name, asked.filter(({ agent, sample }) => agent === name && !isEarlierStage(name, sample)).length + elsewhere]).toEqual([name, sessionsInTable(name)]);
      await keptWhole(desk, "once", laid);
    }, 600_000);

    it("is captured in steps, with torn states between, and restored by the phrase from a fresh clone", async () => {
      const desk = await deskIn(world, "grown");
      const laid = await layAll(desk);
      for (let step = 0; step < STEPS; step++) {
        for (const [i, { place, bytes, isBeside }] of laid.entries()) {
          await write(place, isBeside ? bytes : earlierState(place, bytes, step, STEPS));
          if (step === STEPS - 1 || (i + step) % 2 === 0) await quiet(place);
        }
        if (step === STEPS - 1) break;
        await takeEverything(desk);
        if (step % 2 === 1) await desk.sessions.sync({ full: false, dryRun: false });
      }
      await keptWhole(desk, "grown", laid);
    }, 600_000);

    it.runIf(names.some((name) => madeHere(name).length > 1))("is captured as it went on from run to run, and restored by the phrase from a fresh clone", async () => {
      const desk = await deskIn(world, "runs");
      const runs = Math.max(...names.map((name) => madeHere(name).length));
      const last = new Map<string, Laid>();
      for (let run = 0; run < runs; run++) {
        for (const name of names) {
          const home = madeHere(name)[run];
          for (const laid of home === undefined ? [] : await layMade(name, home, desk.ground)) last.set(laid.place, laid);
        }
        if (run < runs - 1) await takeEverything(desk);
      }
      await keptWhole(desk, "runs", [...last.values()]);
    }, 600_000);
  });
}

/** Of homes that hold the same sessions the last one counts. */
function isEarlierStage(name: string, sample: string): boolean {
  return madeHere(name).slice(0, -1).some((home) => sample.startsWith(`${home.slice((SAMPLES ?? "").length + 1)}/`));
}
