import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { columnsOf, exactly, lineOf, quoted, rowOf } from "../../src/adapters/agents/shared/rows/form.ts";
import { piecesFile } from "../../src/adapters/agents/shared/rows/pieces-file.ts";
import { sqliteDatabases } from "../../src/adapters/agents/shared/sqlite/databases.ts";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import type { Database } from "../../src/adapters/agents/shared/sqlite/value.ts";

let home = "";
let copies = "";
let saved: string | undefined;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "hx-sqlite-")));
  copies = path.join(home, "tmp");
  mkdirSync(copies);
  saved = process.env["TMPDIR"];
  process.env["TMPDIR"] = copies;
});
afterEach(() => {
  if (saved === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = saved;
  rmSync(home, { recursive: true, force: true });
});

type Kind = "journal" | "log" | "log-and-index" | "log, all checkpointed";

/** A database as an agent leaves it. Of a log all rows are in the log, as after a first session. */
function made(kind: Kind, sql = "CREATE TABLE t (a); INSERT INTO t VALUES ('one'), ('two');"): string {
  const file = path.join(home, "store", "agent.db");
  mkdirSync(path.dirname(file), { recursive: true });
  const work = path.join(mkdtempSync(path.join(home, "work-")), "work.db");
  const database = new sqlite.Database(work);
  if (kind !== "journal") database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;");
  database.exec(sql);
  if (kind === "log" || kind === "log-and-index") for (const ending of ["", "-wal"]) copyFileSync(work + ending, file + ending);
  database.close();
  if (kind === "journal" || kind === "log, all checkpointed") copyFileSync(work, file);
  if (kind === "log-and-index") writeFileSync(`${file}-shm`, Buffer.alloc(32_768));
  for (const name of readdirSync(path.dirname(file))) utimesSync(path.join(path.dirname(file), name), 1000, 1000);
  return file;
}

const folder = (): string => path.join(home, "store");
const store = (): readonly string[] => readdirSync(folder()).map((name) => [name, statSync(path.join(folder(), name)).size, statSync(path.join(folder(), name)).mtimeMs, readFileSync(path.join(folder(), name)).toString("base64").length].join(" "));
const all = (database: Database, sql = "SELECT a FROM t ORDER BY rowid"): readonly unknown[] => [...database.rows(sql)].map((row) => row["a"]);

const ENGINES = hasNodeSqlite() ? (["wasm", "node"] as const) : (["wasm"] as const);

describe.each(ENGINES)("databases read by %s", (engine) => {
  const open = async (file: string, copyLimit?: number): Promise<Database> => sqliteDatabases({ engine, ...(copyLimit === undefined ? {} : { copyLimit }) }).open(file, [folder()]);

  it.each(["journal", "log", "log-and-index", "log, all checkpointed"] as const)("have all their rows, and are left as they were: %s", async (kind) => {
    const file = made(kind);
    const before = store();
    const database = await open(file);
    expect(all(database)).toEqual(["one", "two"]);
    expect(store()).toEqual(before);
    database.close();
    expect(store()).toEqual(before);
    expect(readdirSync(copies)).toEqual([]);
  });
  it("are one state, whatever is written meanwhile", async () => {
    const database = await open(made("log"));
    expect(all(database)).toEqual(["one", "two"]);
    made("log", "CREATE TABLE t (a); INSERT INTO t VALUES ('other');");
    expect(all(database)).toEqual(["one", "two"]);
    database.close();
  });
  it("are copied once for all that read them while they keep still", async () => {
    const databases = sqliteDatabases({ engine });
    const file = made("log");
    const [one, two] = await Promise.all([databases.open(file, [folder()]), databases.open(file, [folder()])]);
    one.close();
    expect(all(two)).toEqual(["one", "two"]);
    two.close();
    const anew = await databases.open(file, [folder()]);
    expect(all(anew)).toEqual(["one", "two"]);
    anew.close();
    expect(readdirSync(copies)).toEqual([]);
  });
  it("that are damaged, none, of another form or in use say so", async () => {
    const file = made("journal");
    const whole = readFileSync(file);
    const spoiled = (content: Buffer): void => writeFileSync(file, content);
    spoiled(Buffer.from("no database at all, but long enough to hold a header of a hundred bytes, which is what is looked at".repeat(3)));
    await expect(open(file)).rejects.toMatchObject({ code: "io-failed", message: expect.stringContaining("damaged") });
    const utf16 = Buffer.from(whole);
    utf16.writeUInt32BE(2, 56);
    spoiled(utf16);
    await expect(open(file)).rejects.toMatchObject({ code: "io-failed", message: expect.stringContaining("UTF-8") });
    spoiled(Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 7)]));
    const torn = await open(file).catch((error: unknown) => error);
    if (torn instanceof Error) expect(torn).toMatchObject({ code: "io-failed" });
    else expect(() => all(torn as Database)).toThrow(expect.objectContaining({ code: "io-failed" }) as Error);
    spoiled(whole);
    const database = await open(file);
    expect(() => all(database, "SELECT b AS a FROM t")).toThrow(expect.objectContaining({ code: "io-failed", message: expect.stringContaining("other tables") }) as Error);
    database.close();
    expect(readdirSync(copies)).toEqual([]);
  });
  it("outside of the store, behind a link or with one beside them are refused", async () => {
    const file = made("journal");
    const outside = path.join(home, "outside.db");
    copyFileSync(file, outside);
    await expect(open(outside)).rejects.toMatchObject({ code: "refused" });
    symlinkSync(outside, path.join(folder(), "link.db"));
    await expect(open(path.join(folder(), "link.db"))).rejects.toMatchObject({ code: "refused" });
    symlinkSync(outside, `${file}-wal`);
    await expect(open(file)).rejects.toMatchObject({ code: "refused" });
    await expect(open(path.join(folder(), "none.db"))).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("copies of databases", () => {
  it("are bounded, and the number is said", async () => {
    const file = made("log");
    await expect(sqliteDatabases({ engine: "wasm", copyLimit: 4096 }).open(file, [folder()])).rejects.toMatchObject({ code: "refused", hints: ["node --version"], data: { limit: 4096 }, message: expect.stringMatching(/MiB.*Node 22\.13/) });
    expect(readdirSync(copies)).toEqual([]);
  });
  it("are not made of what never keeps still", async () => {
    const file = made("log");
    const writing = setInterval(() => utimesSync(file, new Date(), new Date()), 1);
    await expect(sqliteDatabases({ engine: "wasm" }).open(file, [folder()])).rejects.toMatchObject({ code: "busy", hints: ["hx capture"] });
    clearInterval(writing);
    expect(readdirSync(copies)).toEqual([]);
    const database = await sqliteDatabases({ engine: "wasm" }).open(file, [folder()]);
    expect(all(database)).toEqual(["one", "two"]);
    database.close();
  });
  it("lie where nobody else reads, and only while they are opened", async () => {
    const file = made("log");
    chmodSync(file, 0o644);
    const opening = sqliteDatabases({ engine: "wasm" }).open(file, [folder()]);
    for (let seen = 0; seen === 0; ) {
      await new Promise((done) => setImmediate(done));
      const [name] = readdirSync(copies);
      if (name === undefined) continue;
      seen = statSync(path.join(copies, name)).mode & 0o777;
      expect(seen).toBe(0o700);
    }
    const database = await opening;
    expect(readdirSync(copies)).toEqual([]);
    database.close();
  });
});

interface Vector {
  readonly name: string;
  readonly columns: readonly string[];
  readonly values: string;
  readonly directory?: string;
  readonly line: string;
}
const { cases } = JSON.parse(readFileSync(new URL("../../fixtures/rows/vectors.json", import.meta.url), "utf8")) as { readonly cases: readonly Vector[] };

describe.each(ENGINES)("rows as lines, read by %s", (engine) => {
  it.each(cases)("$name", async ({ columns, values, directory, line }) => {
    const file = made("journal", `CREATE TABLE t (${columns.map(quoted).join(", ")}); INSERT INTO t VALUES (${values});`);
    const database = await sqliteDatabases({ engine }).open(file, [folder()]);
    expect(columnsOf(database, "t")).toEqual(columns);
    const [row] = database.rows(`SELECT ${exactly(columns)} FROM t`);
    if (row === undefined) throw new Error("no row");
    const text = lineOf("t", columns, row, directory);
    expect(text).toBe(`${line}\n`);
    database.close();
    expect(rowOf(JSON.parse(text))).toMatchObject({ table: "t", columns });
  });
});

describe("a row out of its line", () => {
  it("has the values that it was made of", () => {
    const values = { a: null, b: "x", c: 7, d: { integer: "9223372036854775807" }, e: { real: "-0" }, f: { blob: "AP8Q" }, g: { text: "Qf+A" }, h: { real: "Infinity" } };
    const row = rowOf({ table: "t", row: values });
    expect(row?.values).toEqual([null, "x", 7n, 9223372036854775807n, -0, Buffer.from([0, 255, 16]), { kind: "text", bytes: Buffer.from([0x41, 0xff, 0x80]) }, Number.POSITIVE_INFINITY]);
  });
  it("is none where a value has another form", () => {
    for (const value of [1.5, true, [], { real: 1 }, { real: "x" }, { real: "" }, { integer: "1e3" }, { blob: "AA==", text: "AA==" }, { other: "x" }, {}]) expect(rowOf({ table: "t", row: { a: value } }), JSON.stringify(value)).toBeNull();
    for (const record of [null, [], {}, { table: 7, row: {} }, { table: "t" }]) expect(rowOf(record)).toBeNull();
  });
});

describe("a file made of pieces", () => {
  it("gives any range, also of pieces that are not held", async () => {
    const pieces = ["", "abc", "", "defgh", "i"].map((text) => () => Buffer.from(text));
    const large = () => Buffer.alloc(9 << 20, "x");
    const file = piecesFile({ pieces: [...pieces, large, () => Buffer.from("end")], modifiedMs: 1, identity: "i", close: () => undefined });
    expect(file.size).toBe(9 + (9 << 20) + 3);
    for (let from = 0; from < 10; from++) {
      for (let length = 0; length < 10; length++) expect(Buffer.from(await file.read(from, length)).toString()).toBe("abcdefghixxxxxxxxxx".slice(from, from + length));
    }
    expect(Buffer.from(await file.read(9 + (9 << 20) - 2, 100)).toString()).toBe("xxend");
    expect((await file.read(file.size, 5)).length).toBe(0);
  });
});
