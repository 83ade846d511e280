import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { looseFiles, madeHere } from "../agents/sample-folders.ts";
import { writeRecordedParts } from "../agents/opencode-family.fixture.ts";
import { nameOf } from "./agent-samples.ts";
import { commonParent, filesBelow } from "./samples.ts";

type Connection = InstanceType<typeof sqlite.Database>;

/** A database of a sample, with its paths moved below a checkout, in a home of its own. */
export interface RowsSample {
  readonly agent: "opencode" | "kilo-code";
  /** Below the folder of the samples. */
  readonly sample: string;
  /** All of its rows, beside the home. */
  readonly whole: string;
  readonly home: string;
  /** The database in the home. */
  readonly live: string;
}

interface Found {
  readonly agent: RowsSample["agent"];
  readonly file: string;
  /** Of several homes with the same sessions: which of them. */
  readonly copy: number;
}

/** The databases and recorded parts among the samples. */
export function rowsSamples(agents: readonly RowsSample["agent"][]): readonly Found[] {
  return agents.flatMap((agent) => [
    ...madeHere(agent).flatMap((home, copy) => filesBelow(home).filter((below) => below.endsWith(".db")).map((below) => ({ agent, file: path.join(home, below), copy }))),
    ...looseFiles(agent).filter((file) => /\.db$|irrlicht\/.*\.jsonl$/.test(file)).map((file) => ({ agent, file, copy: 0 })),
  ]);
}

/** Copies the database with its log, and moves what it says. The database in the home is still to come: `growTo`. */
export function layRows({ agent, file, copy }: Found, folder: string, ground: { readonly dev: string; readonly checkout: string }): RowsSample {
  const name = agent === "opencode" ? "opencode" : "kilo";
  const sample: RowsSample = { agent, sample: nameOf(file), whole: path.join(folder, "whole.db"), home: path.join(folder, "home"), live: path.join(folder, "home", ".local", "share", name, `${name}.db`) };
  mkdirSync(path.dirname(sample.live), { recursive: true });
  if (file.endsWith(".jsonl")) writeRecordedParts(sample.whole, `ses_${path.basename(path.dirname(folder))}${path.basename(folder)}`, readFileSync(file, "utf8"));
  else for (const ending of ["", "-wal"]) if (existsSync(file + ending)) copyFileSync(file + ending, sample.whole + ending);
  withDatabase(sample.whole, (database) => {
    database.exec("PRAGMA journal_mode = DELETE");
    const base = nameOf(file).startsWith("made-here") ? "/home/dev" : commonParent(directoriesIn(database));
    replaceText(database, base, base === "/home/dev" ? ground.dev : ground.checkout);
    if (copy > 0) replaceText(database, "ses_e0", `ses_e${copy}`);
  });
  return sample;
}

export function withDatabase<Value>(file: string, work: (database: Connection) => Value): Value {
  const database = new sqlite.Database(file);
  try {
    // Then a log is read without the shared memory that this build does not have.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = OFF");
    return work(database);
  } finally {
    database.close();
  }
}

function textsOf(database: Connection, sql: string): readonly string[] {
  return database.all(sql).flatMap((row) => Object.values(row).filter((value) => typeof value === "string"));
}

function directoriesIn(database: Connection): readonly string[] {
  if (!tablesIn(database).includes("session")) return [];
  return textsOf(database, "SELECT directory FROM session UNION SELECT json_extract(data, '$.path.cwd') FROM message");
}

const tablesIn = (database: Connection): readonly string[] => textsOf(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE 'sqlite_%'");
const columnsIn = (database: Connection, table: string): readonly string[] => textsOf(database, `SELECT name FROM pragma_table_info('${table}')`);

function replaceText(database: Connection, from: string, to: string): void {
  if (from.length < 4) return;
  for (const table of tablesIn(database)) {
    for (const column of columnsIn(database, table)) database.run(`UPDATE "${table}" SET "${column}" = replace("${column}", ?, ?) WHERE typeof("${column}") = 'text' AND instr("${column}", ?) > 0`, [from, to, from]);
  }
}

const NAMES_SESSION = ["session_id", "root_session_id", "board_root_session_id"];

/** Tables of which a session has rows, and the column that names it. */
function ownTables(database: Connection): readonly (readonly [table: string, column: string])[] {
  return tablesIn(database).flatMap((table) => {
    const column = table === "session" ? "id" : columnsIn(database, table).find((name) => NAMES_SESSION.includes(name));
    return column === undefined ? [] : [[table, column] as const];
  });
}

/** Makes the database in the home as it was when a share of the messages, and of the parts, was written: the parts of some message may be missing. */
export function growTo({ whole, live }: RowsSample, share: number): void {
  if (!existsSync(live)) {
    copyFileSync(whole, live);
    withDatabase(live, (database) => {
      for (const [table] of ownTables(database)) if (table !== "session") database.exec(`DELETE FROM "${table}"`);
    });
  }
  withDatabase(live, (database) => {
    database.run("ATTACH ? AS whole", [whole]);
    for (const [table] of ownTables(database)) {
      const some = `(SELECT CAST(ceil(count(*) * ${share}) AS INTEGER) FROM whole."${table}")`;
      database.exec(`INSERT OR IGNORE INTO main."${table}" SELECT * FROM whole."${table}" ORDER BY rowid LIMIT ${some}`);
    }
  });
}

/** An empty store as the agent makes it when it is started. */
export function emptyStore({ whole, live, home }: RowsSample, other: string): void {
  const file = path.join(other, path.relative(home, live));
  mkdirSync(path.dirname(file), { recursive: true });
  copyFileSync(whole, file);
  withDatabase(file, (database) => {
    for (const table of [...ownTables(database).map(([own]) => own), ...tablesIn(database).filter((name) => name === "project")]) database.exec(`DELETE FROM "${table}"`);
  });
}

/** Every column of every row of a session, as SQLite writes it. */
export function rowsOf(file: string, session: string): readonly string[] {
  return withDatabase(file, (database) =>
    ownTables(database).flatMap(([table, column]) => {
      const values = columnsIn(database, table).map((name) => `'${name}=' || quote("${name}")`).join(" || ' ' || ");
      return database.all(`SELECT ${values} AS line FROM "${table}" WHERE "${column}" = ?`, [session]).map(({ line }) => `${table} ${String(line)}`).sort();
    }),
  );
}
