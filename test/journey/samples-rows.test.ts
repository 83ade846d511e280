import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { SAMPLES } from "../agents/sample-folders.ts";
import { deskIn, elsewhere, expectReadable, ranInside, sessionsIn, takeEverything, type Desk, type KeptSession } from "./agent-ledger.ts";
import { inProcess, rawAll, restoreAll } from "./in-process.ts";
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
    const raw = world.path(`${label}-raw`);
    const back = await rawAll(fresh, desk.ground.checkout, raw);
    expect(back.map(({ agent, agentId }) => `${agent} ${agentId}`).sort()).toEqual(inside.map(({ session: { agent, id } }) => `${agent} ${id}`).sort());
    expectReadable(back);
    for (const { store, session } of inside) {
      for (const file of session.files) expect([store.sample, file.path, (await readFile(path.join(raw, session.agent, session.id, file.path))).equals(file.bytes)]).toEqual([store.sample, file.path, true]);
    }
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
    for (const store of stores) {
      growTo(store, 1);
      await capture(desk, store);
    }
    await comesBack("once", desk, stores);
  }, 300_000);

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
  }, 300_000);
});

function raise(id: string): never {
  throw new Error(`session '${id}' was not taken`);
}
