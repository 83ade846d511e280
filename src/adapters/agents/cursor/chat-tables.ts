import { listOf, numberOf } from "../shared/record.ts";
import { asNumber, asText, type Database } from "../shared/sqlite/value.ts";
import { parsed } from "./chat-lines.ts";

/** Rows that follow each other both in the lines of a file and in the database: the file, the number of the first among its rows, its rowid, how many. */
export type Run = readonly [file: RunFile, index: number, rowid: number, count: number];
const FILES = ["messages", "state", "log", "meta"] as const;
export type RunFile = (typeof FILES)[number];

/** What a database was made with, and in which order its rows were written. */
export interface ChatTables {
  /** The statements that make tables and indexes, as SQLite keeps them. */
  readonly schema: readonly string[];
  readonly version: number;
  readonly runs: readonly Run[];
}

export function runsOf(rows: readonly { readonly at: number; readonly file: RunFile; readonly index: number }[]): readonly Run[] {
  const runs: [RunFile, number, number, number][] = [];
  for (const { at, file, index } of rows) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === file && last[1] + last[3] === index && last[2] + last[3] === at) last[3]++;
    else runs.push([file, index, at, 1]);
  }
  return runs;
}

/** The first line of a session's state. */
export function tablesLine(database: Database, rowids: readonly Run[]): string {
  const sql = "SELECT sql FROM sqlite_master WHERE tbl_name IN ('blobs', 'meta') AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY rowid";
  const schema = [...database.rows(sql)].flatMap(({ sql: text }) => asText(text) ?? []);
  const [version = 0] = [...database.rows("PRAGMA user_version")].map(({ user_version }) => asNumber(user_version));
  return `${JSON.stringify({ schema, user_version: version, rowids })}\n`;
}

/** Two tables and indexes over them, and nothing that SQLite would have to evaluate. */
const STATEMENT = /^CREATE (?:TABLE|(?:UNIQUE )?INDEX) [\w\s"`[\](),.]{1,2000}$/;
const EVALUATES = /\b(?:AS|SELECT|WHERE|CHECK|DEFAULT)\b/i;

/** null for another line, and for statements that make something else than the tables of a conversation. */
export function tablesOf(line: string): ChatTables | null {
  const record = parsed(line);
  if (record === null) return null;
  const schema = listOf(record, "schema").filter((sql) => typeof sql === "string" && STATEMENT.test(sql) && !EVALUATES.test(sql)) as readonly string[];
  const version = numberOf(record, "user_version");
  const runs = listOf(record, "rowids").map(runOf).filter((run) => run !== null);
  const isWhole = schema.length === listOf(record, "schema").length && schema.length > 0 && schema.length <= 20 && runs.length === listOf(record, "rowids").length;
  return isWhole && Number.isInteger(version) && version !== undefined && Math.abs(version) < 2 ** 31 ? { schema, version, runs } : null;
}

function runOf(value: unknown): Run | null {
  if (!Array.isArray(value) || value.length !== 4) return null;
  const [file, ...numbers] = value as readonly unknown[];
  const [index, rowid, count] = numbers.map((number) => (Number.isSafeInteger(number) ? Number(number) : undefined));
  const known = FILES.find((each) => each === file);
  return known === undefined || index === undefined || rowid === undefined || count === undefined ? null : [known, index, rowid, count];
}
