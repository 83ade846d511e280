import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { looseFiles, SAMPLES, sessionsInTable } from "../agents/sample-folders.ts";
import { deskIn, elsewhere, hasLines, ranInside, sessionsIn, takeEverything, type Desk, type KeptSession } from "./agent-ledger.ts";
import { nameOf, NOT_LAID } from "./agent-samples.ts";
import { inProcess, restoreAll } from "./in-process.ts";
import { emptyStore, growTo, layRows, rowsOf, rowsSamples, type RowsSample } from "./row-samples.ts";
import { makeWorld, type JourneyWorld, type Machine } from "./world.ts";

const STEPS = 5;

interface Taken {
  readonly store: RowsSample;
  readonly session: KeptSession;
}

describe.runIf(SAMPLES !== null)("every sample of agents that keep rows", () => {
  let world: JourneyWorld;
  beforeAll(async () => {
    world = await makeWorld("in-process");
  });
  afterAll(() => world.close());

  function layAll(label: string, { ground }: Desk): readonly RowsSample[] {
    return rowsSamples(["opencode", "kilo-code"]).map((found, i) => layRows(found, world.path(label, `${i}`), ground));
  }

  async function capture(desk: Desk, { home }: RowsSample): Promise<void> {
    const skipped = await takeEverything(desk, inProcess({ ...desk.machine, env: { ...desk.machine.env, HOME: home } }, desk.ground.checkout));
    expect(skipped).toEqual([]);
  }

  /** On another computer each session has the lines that its agent's reader gave, and its database the rows. */
  async function comesBack(label: string, desk: Desk, stores: readonly RowsSample[]): Promise<void> {
    const taken: Taken[] = [];
    for (const store of stores) for (const session of await sessionsIn(store.home, store.agent)) taken.push({ store, session });
    const inside = taken.filter(({ session }) => ranInside(desk, session));
    const fresh = await elsewhere(world, label, desk);
    await hasLines(fresh, world.path(`${label}-raw`), desk, inside.map(({ store, session }) => ({ sample: store.sample, session })));
    await putBack(fresh, label, desk, inside);
    await fresh.hx(desk.ground.checkout, "verify");
  }

  async function putBack(fresh: Machine, label: string, { ground: { checkout } }: Desk, taken: readonly Taken[]): Promise<void> {
    const homeOf = (store: RowsSample): string => path.join(world.path(`${label}-homes`), path.basename(path.dirname(store.home)));
    for (const store of new Set(taken.map((one) => one.store))) emptyStore(store, homeOf(store));
    const restored = restoreAll(fresh, checkout, (id) => homeOf(taken.find(({ session }) => session.id === id)?.store ?? raise(id)));
    if (!hasNodeSqlite()) return expect(restored).rejects.toSatisfy((error) => isHxError(error) && error.code === "refused" && error.message.includes("Node 22.13"));
    expect(await restored).toHaveLength(taken.length);
    for (const { store, session } of taken) {
      const again = rowsOf(path.join(homeOf(store), path.relative(store.home, store.live)), session.id);
      // What ran in a linked worktree goes on in the checkout.
      const rows = rowsOf(store.whole, session.id).map((row) => (row.startsWith("session ") ? row.replace(`directory='${checkout}-title'`, `directory='${checkout}'`) : row));
      expect([store.sample, session.id, again]).toEqual([store.sample, session.id, rows]);
    }
  }

  it("is captured in one go, and is there in a fresh clone", async () => {
    const desk = await deskIn(world, "once");
    const stores = layAll("once-stores", desk);
    const missing = looseFiles("opencode").map(nameOf).filter((sample) => !stores.some((store) => store.sample === sample) && !NOT_LAID.some(([, files]) => files.test(sample)));
    expect(missing).toEqual([]);
    for (const store of stores) {
      growTo(store, 1);
      await capture(desk, store);
    }
    for (const agent of ["opencode", "kilo-code"] as const) {
      // Of the recorded homes the last holds all sessions; recorded parts without a store are not in the table.
      const counted = stores.filter((store) => store.agent === agent && !store.sample.endsWith(".jsonl") && !/0[12]-/.test(store.sample));
      const asked = (await Promise.all(counted.map(({ home }) => sessionsIn(home, agent)))).flat().filter(({ isAsked }) => isAsked);
      // The files of a session from before the database are those of samples-databases.test.ts.
      const elsewhere = looseFiles(agent).some((file) => file.includes("opencode-storage")) ? 1 : 0;
      expect([agent, asked.length + elsewhere]).toEqual([agent, sessionsInTable(agent)]);
    }
    await comesBack("once", desk, stores);
  }, 600_000);

  it("is captured as its rows were written, and is there in a fresh clone", async () => {
    const desk = await deskIn(world, "grown");
    const stores = layAll("grown-stores", desk);
    for (let step = 1; step <= STEPS; step++) {
      for (const store of stores) {
        growTo(store, step / STEPS);
        await capture(desk, store);
      }
      if (step % 2 === 0) await desk.sessions.sync({ full: false, dryRun: false });
    }
    await comesBack("grown", desk, stores);
  }, 600_000);
});

function raise(id: string): never {
  throw new Error(`session '${id}' was not taken`);
}
