import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { cursorChatFixture } from "../agents/cursor.fixture.ts";
import { looseFiles, SAMPLES, sessionsInTable } from "../agents/sample-folders.ts";
import { deskIn, elsewhere, expectReadable, ranInside, sessionsIn, takeEverything, type Desk, type KeptSession } from "./agent-ledger.ts";
import { nameOf, NOT_LAID } from "./agent-samples.ts";
import { inProcess, rawAll, restoreAll } from "./in-process.ts";
import { emptyStore, growTo, layRows, rowsOf, rowsSamples, withDatabase, type RowsSample } from "./row-samples.ts";
import { makeWorld, write, type JourneyWorld, type Machine } from "./world.ts";

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
    await hasLines(fresh, label, desk, inside);
    await putBack(fresh, label, desk, inside);
    await fresh.hx(desk.ground.checkout, "verify");
  }

  async function hasLines(fresh: Machine, label: string, desk: Desk, inside: readonly { readonly store: Pick<RowsSample, "sample">; readonly session: KeptSession }[]): Promise<void> {
    const raw = world.path(`${label}-raw`);
    const back = await rawAll(fresh, desk.ground.checkout, raw);
    expect(back.map(({ agent, agentId }) => `${agent} ${agentId}`).sort()).toEqual(inside.map(({ session: { agent, id } }) => `${agent} ${id}`).sort());
    expectReadable(back);
    for (const { store, session } of inside) {
      for (const file of session.files) expect([store.sample, file.path, (await readFile(path.join(raw, session.agent, session.id, file.path))).equals(file.bytes)]).toEqual([store.sample, file.path, true]);
    }
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
      expect([agent, asked.length]).toEqual([agent, sessionsInTable(agent)]);
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

  it("is captured from the database of Cursor's CLI, and its lines are there in a fresh clone", async () => {
    const desk = await deskIn(world, "chats");
    const { home, checkout } = desk.ground;
    const [file, ...others] = looseFiles("cursor").filter((each) => each.endsWith(".db"));
    if (file === undefined) throw new Error("no database of Cursor's CLI");
    expect(others).toEqual([]);
    const store = cursorChatFixture(home).transcript("782a8d20-bbae-4776-9cda-17cce05b3b92", checkout);
    await write(path.join(path.dirname(store), "meta.json"), JSON.stringify({ cwd: checkout }));
    // Its blobs are written one after the other.
    for (const share of [0.3, 0.6, 1]) {
      await write(store, await readFile(file));
      if (share < 1) withDatabase(store, (database) => database.exec(`DELETE FROM blobs WHERE rowid > (SELECT count(*) * ${share} FROM blobs)`));
      await takeEverything(desk);
    }
    const sessions = await sessionsIn(home, "cursor");
    expect(sessions.map(({ isAsked }) => isAsked)).toEqual([true]);
    const fresh = await elsewhere(world, "chats", desk);
    await hasLines(fresh, "chats", desk, sessions.map((session) => ({ store: { sample: nameOf(file) }, session })));
    await fresh.hx(checkout, "verify");
  }, 600_000);
});

function raise(id: string): never {
  throw new Error(`session '${id}' was not taken`);
}
