import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { cursorChatFixture, writeSample } from "../agents/cursor.fixture.ts";
import { writeConversation } from "../agents/kiro.fixture.ts";
import { looseFiles, SAMPLES } from "../agents/sample-folders.ts";
import { writeQuiet } from "./claude.ts";
import { deskIn, differing, elsewhere, hasLines, sessionsIn, takeEverything } from "./agent-ledger.ts";
import { nameOf } from "./agent-samples.ts";
import { rawAll, restoreAll } from "./in-process.ts";
import { withDatabase } from "./row-samples.ts";
import { makeWorld, write, type JourneyWorld } from "./world.ts";

const refusedFor = (words: string) => (error: unknown): boolean => isHxError(error) && error.code === "refused" && error.message.includes(words);

/** Every column of every row, as SQLite writes it. */
function allRows(file: string): readonly string[] {
  return withDatabase(file, (database) => ["blobs", "meta"].flatMap((table) => {
    const columns = database.all(`SELECT name FROM pragma_table_info('${table}')`).map(({ name }) => `quote("${String(name)}")`).join(" || ' ' || ");
    return database.all(`SELECT rowid || ' ' || ${columns} AS line FROM "${table}" ORDER BY rowid`).map(({ line }) => `${table} ${String(line)}`);
  }));
}

function only(agent: string, wanted: RegExp): string {
  const [file, ...others] = looseFiles(agent).filter((each) => wanted.test(each));
  if (file === undefined || others.length > 0) throw new Error(`${others.length + Number(file !== undefined)} samples of ${agent} are called ${wanted.source}`);
  return file;
}

let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld("in-process");
});
afterAll(() => world.close());

describe.runIf(SAMPLES !== null)("samples of databases that hold one conversation, or those of all windows", () => {
  it("Cursor's CLI: is captured as its blobs were written, and put back with every row", async () => {
    const desk = await deskIn(world, "chats");
    const { home, checkout } = desk.ground;
    const file = only("cursor", /\.db$/);
    const store = cursorChatFixture(home).transcript("782a8d20-bbae-4776-9cda-17cce05b3b92", checkout);
    await write(path.join(path.dirname(store), "meta.json"), JSON.stringify({ cwd: checkout }));
    for (const share of [0.3, 0.6, 1]) {
      await write(store, await readFile(file));
      if (share < 1) withDatabase(store, (database) => database.exec(`DELETE FROM blobs WHERE rowid > (SELECT count(*) * ${share} FROM blobs)`));
      await takeEverything(desk);
    }
    const sessions = await sessionsIn(home, "cursor");
    expect(sessions.map(({ isAsked }) => isAsked)).toEqual([true]);
    const fresh = await elsewhere(world, "chats", desk);
    await hasLines(fresh, world.path("chats-raw"), desk, sessions.map((session) => ({ sample: nameOf(file), session })));
    expect(await restoreAll(fresh, checkout)).toHaveLength(1);
    expect(await differing(fresh.home, checkout, sessions)).toEqual([]);
    const isSecret = (row: string): boolean => row.includes(Buffer.from("EncryptionKey").toString("hex"));
    expect(allRows(file).filter(isSecret)).toEqual([]);
    expect(allRows(path.join(fresh.home, path.relative(home, store)))).toEqual(allRows(file));
    await fresh.hx(checkout, "verify");
  }, 600_000);

  it("Cursor's editor: is captured, there in a fresh clone, and not put back into the database of all its windows", async () => {
    const desk = await deskIn(world, "editor");
    const { home, checkout } = desk.ground;
    const file = only("cursor", /ide-composer-sample\.json$/);
    const id = writeSample(path.join(home, ".config", "Cursor", "User"), file, checkout);
    for (let again = 0; again < 2; again++) await takeEverything(desk);
    const sessions = await sessionsIn(home, "cursor");
    expect(sessions.map((session) => [session.id, session.isAsked, session.directories])).toEqual([[id, true, [checkout]]]);
    const fresh = await elsewhere(world, "editor", desk);
    await hasLines(fresh, world.path("editor-raw"), desk, sessions.map((session) => ({ sample: nameOf(file), session })));
    await expect(restoreAll(fresh, checkout)).rejects.toSatisfy(refusedFor("editor"));
    await fresh.hx(checkout, "verify");
  }, 600_000);

  it("OpenCode before its database: is captured file by file, also while one is being written, and put back as it was", async () => {
    const desk = await deskIn(world, "tree");
    const { home, checkout } = desk.ground;
    const storage = path.join(home, ".local", "share", "opencode", "storage");
    const files = looseFiles("opencode").filter((each) => each.includes("opencode-storage"));
    expect(files).toHaveLength(7);
    const [id = ""] = files.flatMap((file) => /\/message\/([^/]+)\//.exec(file)?.[1] ?? []);
    // The sample lacks the session's own file, which names the directory.
    await write(path.join(storage, "session", "abc", `${id}.json`), JSON.stringify({ id, version: "0.9.1", projectID: "abc", directory: checkout, title: "Hello", time: { created: 1_706_459_830_000, updated: 1_706_459_830_000 } }));
    const laid = files.map((file) => [file, path.join(storage, file.slice(file.indexOf("opencode-storage") + "opencode-storage/".length))] as const);
    const isLater = (place: string): boolean => /assistant/.test(place);
    for (const [file, place] of laid) if (!isLater(place)) await writeQuiet(place, await readFile(file));
    await takeEverything(desk);
    for (const [file, place] of laid) if (isLater(place)) await writeQuiet(place, (await readFile(file)).subarray(0, 40));
    await takeEverything(desk);
    for (const [file, place] of laid) await writeQuiet(place, await readFile(file));
    await takeEverything(desk);
    const sessions = await sessionsIn(home, "opencode");
    expect(sessions.map((session) => [session.id, session.isAsked, session.files.length])).toEqual([[id, true, 8]]);
    const fresh = await elsewhere(world, "tree", desk);
    await hasLines(fresh, world.path("tree-raw"), desk, sessions.map((session) => ({ sample: session.id, session })));
    const [back] = await restoreAll(fresh, checkout);
    expect(back?.printed).toContain("Update the comment in index.ts to say 'Hello World'");
    expect(await differing(fresh.home, checkout, sessions)).toEqual([]);
    await fresh.hx(checkout, "verify");
  }, 600_000);

  it("Kiro: conversations are captured turn by turn, and put back as the rows they were", async () => {
    const desk = await deskIn(world, "kiro");
    const { home, checkout } = desk.ground;
    const store = path.join(home, ".local", "share", "kiro-cli", "data.sqlite3");
    const files = looseFiles("kiro").filter((each) => each.includes("kiro_sqlite"));
    expect(files).toHaveLength(2);
    const values = await Promise.all(files.map(async (file) => (await readFile(file, "utf8")).replaceAll(/\/home\/user\/code\/[\w-]+/g, checkout)));
    interface Payload {
      readonly conversation_id: string;
      readonly history: readonly object[];
    }
    for (const turns of [1, 2]) {
      for (const value of values) {
        const whole = JSON.parse(value) as Payload;
        const isWhole = turns >= whole.history.length;
        writeConversation(store, { id: whole.conversation_id, key: checkout, value: isWhole ? value : JSON.stringify({ ...whole, history: whole.history.slice(0, turns) }), updated: 1_772_359_200_000 + turns });
      }
      await takeEverything(desk);
    }
    const sessions = await sessionsIn(home, "kiro");
    expect(sessions.map(({ isAsked }) => isAsked)).toEqual([true, true]);
    const fresh = await elsewhere(world, "kiro", desk);
    await hasLines(fresh, world.path("kiro-raw"), desk, sessions.map((session) => ({ sample: session.id, session })));
    const there = path.join(fresh.home, path.relative(home, store));
    writeConversation(there, { id: "other", key: "/elsewhere", value: "{}" });
    const restored = restoreAll(fresh, checkout);
    if (!hasNodeSqlite()) await expect(restored).rejects.toSatisfy(refusedFor("Node 22.13"));
    else {
      expect(await restored).toHaveLength(2);
      const rows = (database: string): readonly unknown[] => withDatabase(database, (open) => open.all("SELECT key, conversation_id, value FROM conversations_v2 WHERE conversation_id <> 'other' ORDER BY conversation_id"));
      expect(rows(there)).toEqual(rows(store));
      expect(rows(there).map((row) => (row as { readonly value: string }).value).sort()).toEqual([...values].sort());
    }
    await fresh.hx(checkout, "verify");
  }, 600_000);
});

it("OpenCode before its database: what ran outside stays out with all of its parts", async () => {
  const desk = await deskIn(world, "walked");
  const { home, checkout, dev } = desk.ground;
  const storage = path.join(home, ".local", "share", "opencode", "storage");
  const put = (name: string, content: object): Promise<unknown> => writeQuiet(path.join(storage, name), Buffer.from(JSON.stringify(content)));
  await put("session/abc/ses_walked.json", { id: "ses_walked", version: "0.9.1", directory: checkout, time: { created: 1, updated: 9 } });
  for (const [i, cwd] of [checkout, path.join(dev, "notes")].entries()) {
    const said = i === 0 ? "of this repository" : "of nobody else";
    await put(`message/ses_walked/msg_${i}0.json`, { role: "user", time: { created: 10 * i + 1 } });
    await put(`part/msg_${i}0/prt_0.json`, { type: "text", text: `Question ${said}` });
    await put(`message/ses_walked/msg_${i}1.json`, { role: "assistant", parentID: `msg_${i}0`, path: { cwd }, time: { created: 10 * i + 2 } });
    await put(`part/msg_${i}1/prt_1.json`, { type: "text", text: `Answer ${said}` });
  }
  await takeEverything(desk);
  const fresh = await elsewhere(world, "walked", desk);
  const [back, ...others] = await rawAll(fresh, checkout, world.path("walked-raw"));
  expect(others).toEqual([]);
  expect(back?.omitted).toBeGreaterThan(0);
  const text = (await Promise.all((back?.files ?? []).map((file) => readFile(file, "utf8")))).join("\n");
  expect(text).toContain("Question of this repository");
  expect(text).toContain("Answer of this repository");
  expect(text).not.toContain("of nobody else");
}, 600_000);
