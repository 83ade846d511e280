import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesAt, growTo, STAGES } from "./agent-store.ts";
import { expectKept } from "./check.ts";
import { makeCrashWorld, type CrashWorld } from "./world.ts";

const SLOW = process.env["HX_SLOW"] === "1";
const WORLDS = 3;
const RANDOM_KILLS = SLOW ? 60 : 30;
const MINUTES = 60_000;
/** How long a write that is interrupted has run, ms. */
const DURING_MS = 4;

/** Where a run starts. `stage` is what the agent has written by then. */
interface Phase {
  readonly name: string;
  readonly stage: number;
}

const PHASES: readonly Phase[] = [
  { name: "the first capture and push of all", stage: 0 },
  { name: "growth after a push", stage: 1 },
  { name: "growth on a capture that is not pushed, with another clone's lane to fetch", stage: 2 },
];

interface Case {
  readonly phase: Phase;
  readonly step: number;
  readonly duringMs?: number;
}

let worlds: readonly CrashWorld[] = [];

beforeAll(async () => {
  worlds = await Promise.all(Array.from({ length: WORLDS }, makePhases));
}, 2 * MINUTES);
afterAll(() => Promise.all(worlds.map((world) => world.remove())));

/** A world with a snapshot of the start of each phase. */
async function makePhases(): Promise<CrashWorld> {
  const world = await makeCrashWorld();
  const { home, work } = world;
  await growTo(home, work, 0);
  await world.save(nameOf(0));
  await world.run(["capture", "sync"]);
  await growTo(home, work, 1);
  await world.save(nameOf(1));
  await world.run(["capture"]);
  await growTo(home, work, 2);
  await addOtherLane(world);
  await world.save(nameOf(2));
  return world;
}

const nameOf = (stage: number): string => `before-${stage}`;
const otherClone = (world: CrashWorld): string => world.box.path("other");

/** A second clone on the same machine pushes a lane of its own. */
async function addOtherLane(world: CrashWorld): Promise<void> {
  const other = otherClone(world);
  await world.box.git(world.box.root, "clone", "-q", world.remote, other);
  await world.box.git(other, "fetch", "-q", "origin", "refs/sessions/v1/root:refs/sessions/v1/root");
  await growTo(world.home, other, 0);
  await world.run(["capture", "sync"], { directory: other });
}

function expectedFiles(world: CrashWorld, { stage: phase }: Phase, stage: number): ReadonlyMap<string, string> {
  return new Map([...filesAt(stage, world.work), ...(phase < 2 ? [] : filesAt(0, otherClone(world)))]);
}

/** What is done after the kill, by turns: the same again; a push alone first, as a hook does; the agent goes on before hx does. */
async function goOn(world: CrashWorld, phase: Phase, turn: number): Promise<number> {
  if (turn % 3 === 1) await world.run(["sync"]);
  if (turn % 3 !== 2) {
    await world.run(["capture", "sync"]);
    return phase.stage;
  }
  await growTo(world.home, world.work, STAGES - 1);
  await world.run(["capture", "sync"]);
  return STAGES - 1;
}

async function check(world: CrashWorld, phase: Phase, stage: number, what: string): Promise<void> {
  try {
    await expectKept(world, expectedFiles(world, phase, stage), phase.stage < 2 ? 1 : 2);
  } catch (cause) {
    if (cause instanceof Error) cause.message = `${what}: ${cause.message}`;
    throw cause;
  }
}

/** Works off the cases, one world each at a time. */
async function inParallel<Item>(items: readonly Item[], work: (world: CrashWorld, item: Item, turn: number) => Promise<void>): Promise<void> {
  const waiting = items.map((item, turn) => ({ item, turn }));
  const ended = await Promise.allSettled(
    worlds.map(async (world) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await work(world, next.item, next.turn).catch((cause: unknown) => {
          waiting.length = 0; // the other worlds end what they do, and stop
          throw cause;
        });
      }
    }),
  );
  for (const outcome of ended) if (outcome.status === "rejected") throw outcome.reason;
}

async function stepsOf(phase: Phase): Promise<readonly string[]> {
  const [world] = worlds;
  if (world === undefined) throw new Error("no world");
  await world.restore(nameOf(phase.stage));
  return (await world.spawn({ actions: ["capture", "sync"] })).steps;
}

describe("a process that captures and pushes is killed", () => {
  for (const phase of PHASES) {
    it.runIf(SLOW || phase.stage !== 1)(
      `before, and in the middle of, every write: ${phase.name}`,
      async () => {
        const steps = await stepsOf(phase);
        expect(steps.length).toBeGreaterThan(40);
        const cases = steps.flatMap((name, i): Case[] => [
          { phase, step: i + 1 },
          ...(/^remote|\.update$|write sessions|write lane/.test(name) ? [{ phase, step: i + 1, duringMs: DURING_MS }] : []),
        ]);
        let killed = 0;
        await inParallel(cases, async (world, { step, duringMs }, turn) => {
          await world.restore(nameOf(phase.stage));
          const ended = await world.spawn({ actions: ["capture", "sync"], killAt: step, ...(duringMs === undefined ? {} : { duringMs }) });
          if (ended.killed) killed += 1;
          const what = `killed ${duringMs === undefined ? "before" : "in"} step ${step}, '${ended.steps.at(-1) ?? ""}', turn ${turn % 3}`;
          const stage = await told(what, () => goOn(world, phase, turn));
          await check(world, phase, stage, what);
        });
        // Session ids are random, so a tree more or less is written now and then.
        expect(killed).toBeGreaterThan(cases.length - 5);
      },
      20 * MINUTES,
    );
  }

  it(
    `at ${RANDOM_KILLS} random moments`,
    async () => {
      const random = seeded(20260105);
      const durations = new Map<Phase, number>();
      for (const phase of PHASES) {
        await worlds[0]?.restore(nameOf(phase.stage));
        const begin = performance.now();
        await worlds[0]?.spawn({ actions: ["capture", "sync"] });
        durations.set(phase, performance.now() - begin);
      }
      const cases = Array.from({ length: RANDOM_KILLS }, (_, i) => ({ phase: PHASES[i % PHASES.length] as Phase, at: random() }));
      let killed = 0;
      await inParallel(cases, async (world, { phase, at }, turn) => {
        await world.restore(nameOf(phase.stage));
        const afterMs = at * (durations.get(phase) ?? 0);
        const ended = await world.spawn({ actions: ["capture", "sync"] }, afterMs);
        if (ended.killed) killed += 1;
        const what = `killed after ${Math.round(afterMs)} ms, in '${ended.steps.at(-1) ?? ""}', turn ${turn % 3}`;
        const stage = await told(what, () => goOn(world, phase, turn));
        await check(world, phase, stage, what);
      });
      expect(killed).toBeGreaterThan(RANDOM_KILLS / 3);
    },
    20 * MINUTES,
  );
});

async function told<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Mulberry32: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
