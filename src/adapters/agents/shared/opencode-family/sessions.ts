import { HxError } from "../../../../domain/errors.ts";
import { isAbsolutePath } from "../record.ts";
import { columnsOf, exactly, lineOf, quoted } from "../rows/form.ts";
import type { Database, Row } from "../sqlite/value.ts";
import { asNumber, asText } from "../sqlite/value.ts";
import type { Dialect, SideTable } from "./dialect.ts";

/** What stays of a session, as far as its row says it. */
export interface SessionHead {
  readonly id: string;
  readonly directory?: string;
  readonly parent?: string;
  readonly version?: string;
  readonly title?: string;
  /** ms since 1970. */
  readonly created?: number;
}

/** The tables of a database that are read, with their columns. */
export interface Schema {
  readonly session: readonly string[];
  readonly message: readonly string[];
  readonly part: readonly string[];
  readonly sides: readonly { readonly side: SideTable; readonly columns: readonly string[] }[];
  readonly log: readonly string[];
  readonly project: readonly string[];
}

const NEEDED = { message: ["id", "session_id", "time_created", "time_updated", "data"], part: ["id", "message_id", "session_id", "time_updated", "data"] } as const;
export const LOG: SideTable = { table: "session_message", session: "session_id", order: "seq IS NULL, seq, id" };
export const SESSION: SideTable = { table: "session", session: "id", order: "id" };

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Ids become parts of paths. */
export function isSessionId(text: string): boolean {
  return ID.test(text);
}

/** null: the agent has not made its tables yet. @throws HxError `io-failed` for tables of another form */
export function schemaOf(database: Database, dialect: Dialect, file: string): Schema | null {
  const message = columnsOf(database, "message");
  const part = columnsOf(database, "part");
  if (message.length === 0 && part.length === 0) return null;
  const missing = [...NEEDED.message.filter((name) => !message.includes(name)).map((name) => `message.${name}`), ...NEEDED.part.filter((name) => !part.includes(name)).map((name) => `part.${name}`)];
  if (missing.length > 0) throw new HxError("io-failed", `the database '${file}' has other tables than ${dialect.title} makes: no '${missing[0]}'`, { hints: ["hx agents"], data: { missing: missing.join(", ") } });
  const session = columnsOf(database, "session");
  const sides = [{ side: SESSION, columns: session }, ...dialect.sides.map((side) => ({ side, columns: columnsOf(database, side.table) }))];
  const log = columnsOf(database, LOG.table);
  return { session, message, part, sides: sides.filter(({ side, columns }) => columns.includes(side.session)), log: log.includes("seq") && log.includes("session_id") ? log : [], project: columnsOf(database, "project") };
}

const HEAD = ["directory", "parent_id", "version", "title", "time_created"];
/** Named so until the agent has thought of a title. */
const UNNAMED = /^(?:New|Child) session - \d{4}-/;

/** Whether nobody has named the session yet. */
export function isUnnamed(title: string): boolean {
  return UNNAMED.test(title);
}

/** All sessions, or the one with an id. Without a table of sessions, those that messages name. */
export function* heads(database: Database, schema: Schema, id?: string): Generator<SessionHead> {
  const known = schema.session.includes("id");
  const named = known ? "id" : "session_id";
  const columns = known ? HEAD.filter((name) => schema.session.includes(name)) : [];
  const select = [`${named} AS id`, ...columns].join(", ");
  const where = id === undefined ? "" : ` WHERE ${named} = ?`;
  for (const row of database.rows(`SELECT DISTINCT ${select} FROM ${known ? "session" : "message"}${where} ORDER BY ${named}`, id === undefined ? [] : [id])) {
    const own = asText(row["id"]);
    if (own !== undefined && isSessionId(own)) yield { id: own, ...headOf(row) };
  }
}

function headOf(row: Row): Omit<SessionHead, "id"> {
  const directory = asText(row["directory"]);
  const parent = asText(row["parent_id"]);
  const version = asText(row["version"]);
  const title = asText(row["title"]);
  const created = asNumber(row["time_created"]);
  return {
    ...(directory === undefined || !isAbsolutePath(directory) ? {} : { directory }),
    ...(parent === undefined || parent === "" ? {} : { parent }),
    ...(version === undefined ? {} : { version }),
    ...(title === undefined || title.trim() === "" || isUnnamed(title) ? {} : { title }),
    ...(created === undefined ? {} : { created }),
  };
}

/** How a session stands, without reading what it says. */
export interface Standing {
  /** When a row of it was written last, ms since 1970. */
  readonly written: number;
  readonly stamp: string;
  readonly hasLog: boolean;
}

export function standingOf(database: Database, schema: Schema, id: string): Standing {
  const counts: string[] = [];
  let written = 0;
  const count = (table: string, session: string, columns: readonly string[]): number => {
    const newest = columns.includes("time_updated") ? "max(time_updated)" : "NULL";
    for (const row of database.rows(`SELECT count(*) AS n, ${newest} AS at FROM ${quoted(table)} WHERE ${quoted(session)} = ?`, [id])) {
      written = Math.max(written, asNumber(row["at"]) ?? 0);
      counts.push(`${row["n"]}.${row["at"]}`);
      return asNumber(row["n"]) ?? 0;
    }
    return 0;
  };
  count("message", "session_id", schema.message);
  count("part", "session_id", schema.part);
  for (const { side, columns } of schema.sides) count(side.table, side.session, columns);
  const hasLog = schema.log.length > 0 && count(LOG.table, LOG.session, schema.log) > 0;
  return { written, stamp: counts.join(" "), hasLog };
}

/** The lines of all rows of a side table that belong to a session. */
export function sideLines(database: Database, { table, session, order }: SideTable, columns: readonly string[], id: string): string {
  let text = "";
  for (const row of database.rows(`SELECT ${exactly(columns)} FROM ${quoted(table)} WHERE ${quoted(session)} = ? ORDER BY ${order}`, [id])) text += lineOf(table, columns, row);
  return text;
}
