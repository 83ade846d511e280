import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, mkdtempSync, rmSync, writeFileSync, copyFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cursor } from "../../src/adapters/agents/cursor/adapter.ts";
import { workspaceHash } from "../../src/adapters/agents/cursor/store.ts";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import type { Agent, CapturedFile, PutOptions } from "../../src/ports/agent.ts";
import { turnMessages, writeChat } from "./cursor.fixture.ts";
import { capturedFiles } from "./recorded.ts";

const WORK = "/home/dev/work/acme-web";
const ID = "c4000000-0000-4000-8000-000000000001";
const SAMPLES = process.env["HX_SAMPLES"] ?? "";
const SAMPLE = path.join(SAMPLES, "cursor", "agent-hub", "store.reconstructed.db");
const ENGINES = hasNodeSqlite() ? (["node", "wasm"] as const) : (["wasm"] as const);

let home = "";
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "hx-cursor-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const store = (at: string, id = ID, directory = WORK): string => path.join(at, ".cursor", "chats", workspaceHash(directory), id, "store.db");
const other = (): string => path.join(home, "other");
const how = (more: Partial<PutOptions> = {}): PutOptions => ({ id: ID, directory: WORK, others: "refuse", dryRun: false, ...more });

function changed<Result>(file: string, work: (database: InstanceType<typeof sqlite.Database>) => Result): Result {
  const database = new sqlite.Database(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Every row of every table with its number and its types, and what the tables are made with; the person's key is left out. */
function everything(file: string): unknown {
  return changed(file, (database) => {
    const schema = database.all("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid");
    const blobs = database.all("SELECT rowid AS at, typeof(id) AS i, typeof(data) AS d, hex(id) AS id, hex(data) AS data FROM blobs ORDER BY rowid");
    const meta = database.all("SELECT rowid AS at, typeof(key) AS k, typeof(value) AS v, key, CAST(value AS TEXT) AS value FROM meta ORDER BY rowid") as unknown as readonly { readonly value: string }[];
    const unlocked = meta.map(({ value, ...row }) => ({ ...row, value: /^[0-9a-f]{20,}$/i.test(value) ? Buffer.from(value, "hex").toString().replace(/"blobEncryptionKey":\s*"[^"]*",?\s*/, "").replace(/,(?=\s*\}$)/, "") : value }));
    return { schema, blobs, meta: unlocked, version: database.get("PRAGMA user_version") };
  });
}

async function taken(agent: Agent, id = ID): Promise<readonly CapturedFile[]> {
  const source = await agent.find(id);
  if (source === null) throw new Error("not found");
  return capturedFiles(agent, source);
}

async function texts(files: readonly CapturedFile[]): Promise<readonly (readonly [string, string])[]> {
  return Promise.all(files.map(async (file) => [file.path, Buffer.from(await file.bytes()).toString("latin1")] as const));
}

/** With what Cursor writes, and with what it might. */
function writeOdd(file: string): void {
  const others = [Buffer.from([0x0a, 0xff, 0x00]), Buffer.from("plain ä\u0000"), Buffer.from('{"role":"assistant","content":"not sent"}'), Buffer.alloc(0), Buffer.from("\uFEFF{}"), Buffer.from('{ "a" : 1, "a" : 2e0 } ')];
  writeChat(file, { messages: ['{"role":"system","content":"s"}', ...turnMessages(0, { prompt: `look at ${WORK}/a.ts`, answer: "yes" }), '{ "role": "user",\n "content": "over lines" }'], others, directory: WORK });
  changed(file, (database) => {
    database.exec("UPDATE blobs SET rowid = rowid + 40 WHERE rowid > 5; CREATE INDEX \"by data\" ON blobs (data); PRAGMA user_version = 7");
    database.exec("INSERT INTO blobs VALUES ('nothing', NULL), ('text', '{\"role\":\"user\",\"content\":\"as text\"}'), ('real', 1.5), (x'00ff', x'01'), ('damaged', CAST(x'ff41' AS TEXT))");
    database.exec("INSERT INTO meta VALUES ('1', 'plain'), ('2', NULL), ('3', x'ff00'), ('4', '{\n\"a\": 1}')");
  });
}

describe.each(ENGINES)("cursor: a conversation of its CLI that is put back, read with %s", (engine) => {
  const agent = (at = home): Agent => cursor({ home: at, engine });
  const put = (files: readonly CapturedFile[], more: Partial<PutOptions> = {}): Promise<unknown> => agent(other()).put?.(files, how(more)) ?? Promise.reject(new Error("no put"));

  it("has every row of every table but the person's key, and is captured again byte for byte", async () => {
    writeOdd(store(home));
    writeFileSync(path.join(path.dirname(store(home)), "meta.json"), `{ "cwd": "${WORK}" }\n`);
    const files = await taken(agent());
    expect(files.every(({ path: recorded }) => agent().puts?.(recorded))).toBe(true);
    expect(await put(files, { dryRun: true })).toMatchObject({ action: "written" });
    expect(existsSync(path.join(other(), ".cursor"))).toBe(false);
    expect(await put(files)).toEqual({ path: store(other()), action: "written" });
    expect(readdirSync(path.dirname(store(other()))).sort()).toEqual(["meta.json", "store.db"]);
    expect(readdirSync(path.dirname(path.dirname(store(other()))))).toEqual([ID]);
    expect(everything(store(other()))).toEqual(everything(store(home)));
    expect(JSON.stringify(everything(store(home)))).toContain('"at":46');
    expect(readFileSync(store(other())).includes(Buffer.from("very-secret").toString("hex"))).toBe(false);
    expect(await texts(await taken(agent(other())))).toEqual(await texts(files));
    expect(await put(files)).toMatchObject({ action: "same" });
  });
  it.each([
    ["{\"agentId\": \"a\", \"blobEncryptionKey\": \"s\\\"e,c}ret\", \"latestRootBlobId\": \"ROOT\"}", "{\"agentId\": \"a\", \"latestRootBlobId\": \"ROOT\"}"],
    ["{\"latestRootBlobId\":\"ROOT\" , \"blobEncryptionKey\" : null }", "{\"latestRootBlobId\":\"ROOT\"  }"],
    ["{\"blobEncryptionKey\":{\"k\":\"secret\"},\"latestRootBlobId\":\"ROOT\"}", "{\"latestRootBlobId\":\"ROOT\"}"],
    ["{\"a\":{\"blobEncryptionKey\":1},\"blobEncryptionKey\":\"secret\",\"latestRootBlobId\":\"ROOT\"}", "{\"a\":{\"blobEncryptionKey\":1},\"latestRootBlobId\":\"ROOT\"}"],
  ])("leaves the key out of %s, and the rest as it is", async (before, after) => {
    writeChat(store(home), { messages: turnMessages(0, { prompt: "hi", answer: "yes" }), directory: WORK });
    const root = changed(store(home), (database) => {
      const { id } = database.get("SELECT id FROM blobs ORDER BY rowid DESC LIMIT 1") as { readonly id: string };
      database.run("UPDATE meta SET value = ?", [Buffer.from(before.replace("ROOT", id)).toString("hex").toUpperCase()]);
      return id;
    });
    const files = await taken(agent());
    expect((await texts(files)).flat().join("")).not.toContain("secret");
    await put(files);
    expect(changed(store(other()), (database) => database.get("SELECT value FROM meta"))).toEqual({ value: Buffer.from(after.replace("ROOT", root)).toString("hex") });
  });
  it("lies where the CLI looks in another checkout, with its messages as they are", async () => {
    writeOdd(store(home));
    const files = await taken(agent());
    expect(await put(files, { directory: "/srv/web" })).toEqual({ path: store(other(), ID, "/srv/web"), action: "written" });
    expect((everything(store(other(), ID, "/srv/web")) as { readonly blobs: unknown }).blobs).toEqual((everything(store(home)) as { readonly blobs: unknown }).blobs);
    const map = (recorded: string): unknown => agent().mapPaths?.({ path: recorded, role: "sidecar" }, { from: WORK, to: "/srv/web" });
    expect(map(`chats/_/${ID}/messages.jsonl`)).toBeNull();
    expect(map(`chats/_/${ID}/meta.json`)).toBeTypeOf("function");
  });
  it("never goes over what is there, even when it is told to", async () => {
    writeOdd(store(home));
    const files = await taken(agent());
    await put(files);
    changed(store(other()), (database) => database.exec("DELETE FROM blobs WHERE id = 'text'"));
    const before = readFileSync(store(other()));
    for (const others of ["refuse", "refuse-any", "replace"] as const) await expect(put(files, { others })).rejects.toMatchObject({ code: "exists" });
    expect(readFileSync(store(other())).equals(before)).toBe(true);
    rmSync(store(other()));
    writeFileSync(path.join(path.dirname(store(other())), "mine.txt"), "mine");
    await expect(put(files)).rejects.toMatchObject({ code: "exists" });
    expect(readdirSync(path.dirname(store(other())))).toEqual(["mine.txt"]);
  });
  it("refuses what is no conversation, and leaves nothing behind", async () => {
    writeChat(store(home), { messages: turnMessages(0, { prompt: "hi", answer: "yes" }), directory: WORK });
    const files = await taken(agent());
    const all = new Map(await texts(files));
    const [messages = "", state = "", log = ""] = ["messages", "state", "log"].map((name) => all.get(`chats/_/${ID}/${name}.jsonl`));
    const as = (changes: Partial<Record<"messages" | "state" | "log", string>>): readonly CapturedFile[] =>
      Object.entries({ messages, state, log, ...changes }).map(([name, text]) => ({ path: `chats/_/${ID}/${name}.jsonl`, role: "sidecar", bytes: async () => Buffer.from(text) }));
    const schema = (...statements: readonly string[]): string => state.replace(/^.*\n/, `${JSON.stringify({ schema: statements, user_version: 0, rowids: [] })}\n`);
    const [BLOBS, META] = ["CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB)", "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)"];
    expect(await put(as({ state: schema(BLOBS, META) }), { dryRun: true })).toMatchObject({ action: "written" });
    const bad: readonly (readonly CapturedFile[])[] = [
      as({ log: `${log}{broken\n` }),
      as({ log: `${log}{"table":"evil","row":{"id":"x","data":"y"}}\n` }),
      as({ log: `${log}{"id":"x","blob":7}\n` }),
      as({ state: "" }),
      as({ messages: messages.split("\n").filter((line) => !line.includes("answer_0")).join("\n") }),
      as({ log: "" }),
      as({ state: schema(BLOBS) }),
      as({ state: schema(BLOBS, META, "CREATE TABLE more (x)") .replace("CREATE TABLE more (x)", "CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM blobs; END") }),
      as({ state: schema("CREATE TABLE blobs AS SELECT 1 AS id, 2 AS data", META) }),
      as({ state: schema("CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB, more TEXT)", META) }),
      as({ state: schema("CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB), meta (key)", META) }),
      files.filter(({ path: recorded }) => !recorded.includes("state")),
    ];
    for (const [number, each] of bad.entries()) {
      await expect(put(each), String(number)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:refused|io-failed)$/) as string });
      expect([number, existsSync(path.join(other(), ".cursor", "chats")) ? readdirSync(path.dirname(path.dirname(store(other())))) : []]).toEqual([number, []]);
    }
    await expect(put(files, { id: "../../x" })).rejects.toMatchObject({ code: "refused" });
  });
  it.runIf(existsSync(SAMPLE))("is that of a real one", async () => {
    const id = "782a8d20-bbae-4776-9cda-17cce05b3b92";
    mkdirSync(path.dirname(store(home, id)), { recursive: true });
    copyFileSync(SAMPLE, store(home, id));
    const files = await taken(agent(), id);
    expect(await put(files, { id })).toEqual({ path: store(other(), id), action: "written" });
    expect(everything(store(other(), id))).toEqual(everything(store(home, id)));
    expect(await texts(await taken(agent(other()), id))).toEqual(await texts(files));
  });
});
