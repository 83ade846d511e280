import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slugOf, workspaceHash } from "../../src/adapters/agents/cursor/store.ts";
import { asked, cursorLine, turnMessages, writeChat } from "../agents/cursor.fixture.ts";
import { quiet, writeQuiet } from "../journey/claude.ts";
import { connectedCheckout, list, makeWorld, newIdentity, recover, type JourneyWorld, type Machine } from "../journey/world.ts";

const ID = "c4000000-0000-4000-8000-000000000001";

const chat = (home: string, directory: string): string => join(home, ".cursor", "chats", workspaceHash(directory), ID);
const transcript = (home: string, directory: string): string => join(home, ".cursor", "projects", slugOf(directory), "agent-transcripts", `${ID}.jsonl`);

function blobs(file: string): unknown {
  const database = new sqlite.Database(file);
  try {
    return database.all("SELECT rowid, id, data FROM blobs ORDER BY rowid");
  } finally {
    database.close();
  }
}

describe("a session of which a part lies in a database, and a part beside it", () => {
  let world: JourneyWorld;
  let ada: Machine;
  let fresh: Machine;
  let checkout: string;
  let clone: string;
  beforeAll(async () => {
    world = await makeWorld("in-process");
    ada = await world.machine("ada");
    const remote = await world.remote();
    await newIdentity(ada, world.path("phrase"));
    checkout = await connectedCheckout(ada, remote, world.path("work", "shop"));
    await mkdir(chat(ada.home, checkout), { recursive: true });
    writeChat(join(chat(ada.home, checkout), "store.db"), { messages: turnMessages(0, { prompt: `look at ${checkout}/a.ts`, answer: "yes" }), directory: checkout });
    await quiet(join(chat(ada.home, checkout), "store.db"));
    await writeQuiet(join(chat(ada.home, checkout), "meta.json"), JSON.stringify({ cwd: checkout }));
    await writeQuiet(transcript(ada.home, checkout), `${cursorLine("user", asked(`look at ${checkout}/a.ts`))}\n`);
    await ada.hx(checkout, "capture");
    await ada.hx(checkout, "sync");
    fresh = await world.machine("fresh");
    clone = world.path("elsewhere", "shop");
    await recover(fresh, remote, clone, world.path("phrase"));
  }, 60_000);
  afterAll(() => world.close());

  const restored = async (...args: string[]): Promise<unknown> => JSON.parse((await fresh.tryHx(clone, ["restore", (await list(fresh, clone))[0]?.id ?? "", ...args, "--json"])).stdout) as unknown;

  it("is put back as a whole, with its paths mapped but for those in the database", async () => {
    const [database, file] = [join(chat(fresh.home, clone), "store.db"), transcript(fresh.home, clone)];
    const written = { mapped: { from: checkout, to: clone, records: 2 }, files: [{ path: database, action: "written" }, { path: file, action: "written" }] };
    expect(await restored("--dry-run")).toMatchObject(written);
    expect([existsSync(database), existsSync(file)]).toEqual([false, false]);
    expect(await restored()).toMatchObject(written);
    expect(blobs(database)).toEqual(blobs(join(chat(ada.home, checkout), "store.db")));
    expect(readFileSync(join(chat(fresh.home, clone), "meta.json"), "utf8")).toBe(JSON.stringify({ cwd: clone }));
    expect(readFileSync(file, "utf8")).toBe(`${cursorLine("user", asked(`look at ${clone}/a.ts`))}\n`);
    expect(await restored()).toMatchObject({ files: [{ action: "same" }, { action: "same" }] });
  });
  it("is left alone as a whole when one of them is in the way", async () => {
    await writeQuiet(transcript(fresh.home, clone), "another\n");
    await rm(chat(fresh.home, clone), { recursive: true });
    const { code, stderr } = await fresh.tryHx(clone, ["restore", (await list(fresh, clone))[0]?.id ?? ""]);
    expect([code, stderr.includes(transcript(fresh.home, clone))]).toEqual([1, true]);
    expect(existsSync(chat(fresh.home, clone))).toBe(false);
  });
});
