import { HxError } from "../../../../domain/errors.ts";
import type { CapturedFile, Put, PutOptions } from "../../../../ports/agent.ts";
import { isBlank, linesOf } from "../lines.ts";
import { insertion } from "../rows/bind.ts";
import type { Held, HeldRow } from "../rows/form.ts";
import { quoted, rowOf } from "../rows/form.ts";
import type { Connection } from "../sqlite/node-engine.ts";
import { hasNodeSqlite } from "../sqlite/node-engine.ts";
import { inTransaction } from "../sqlite/write.ts";
import type { Dialect } from "./dialect.ts";
import { fileOf } from "./lines.ts";
import { LOG, type Schema } from "./sessions.ts";

/** The store as it is, read before anything is written. */
export interface Standing {
  readonly file: string;
  readonly schema: Schema;
  /** The lines of the session's messages and parts; null when it is not there. */
  readonly lines: string | null;
}

/** The rows of a captured session, sorted out. */
export interface Rows {
  readonly session: HeldRow;
  readonly others: readonly HeldRow[];
  /** The lines of messages and parts. */
  readonly lines: string;
}

/** @throws HxError `refused` when this Node cannot write */
export function mustWrite({ title }: Dialect): void {
  if (hasNodeSqlite()) return;
  throw new HxError("refused", `sessions are put back into the database of ${title} with Node 22.13 or newer only`, { hints: ["node --version"] });
}

/**
 * The rows come out of segments, so out of somebody's hands: only those of this session, in tables that hold sessions, are taken.
 * @throws HxError `refused`
 */
export async function rowsIn(files: readonly CapturedFile[], id: string, schema: Schema): Promise<Rows> {
  const allowed = new Map<string, { readonly session: string; readonly columns: readonly string[] }>([
    ["message", { session: "session_id", columns: schema.message }],
    ["part", { session: "session_id", columns: schema.part }],
    [LOG.table, { session: LOG.session, columns: schema.log }],
    ...schema.sides.map(({ side, columns }) => [side.table, { session: side.session, columns }] as const),
  ]);
  const rows: HeldRow[] = [];
  let lines = "";
  for (const kind of ["messages", "log", "state"] as const) {
    const file = fileOf(files, kind);
    for (const { line } of linesOf(file === undefined ? new Uint8Array(0) : await file.bytes())) {
      if (isBlank(line)) continue;
      const text = Buffer.from(line).toString("utf8");
      const record = parsed(text);
      if (kind === "messages" && isHead(record)) continue;
      const row = rowOf(record);
      if (row === null) throw new HxError("refused", `'${file?.path}' has a line that is no row`);
      const table = allowed.get(row.table);
      const missing = row.columns.find((column) => table?.columns.includes(column) !== true);
      if (missing !== undefined) throw new HxError("refused", `the store has no place for '${row.table}.${missing}'`, { data: { table: row.table, column: missing } });
      if (row.values[row.columns.indexOf(table?.session ?? "")] !== id) throw new HxError("refused", `a row of '${row.table}' is of another session than '${id}'`);
      if (kind === "messages") lines += `${text}\n`;
      rows.push(row);
    }
  }
  const session = rows.find(({ table }) => table === "session");
  if (session === undefined) throw new HxError("refused", `the row of session '${id}' was left out when it was captured`);
  return { session, others: rows.filter((row) => row !== session), lines };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

function isHead(record: unknown): boolean {
  return typeof record === "object" && record !== null && ("rows" in record || "title" in record);
}

/** @throws HxError `exists` */
export function actionFor({ file, lines }: Standing, rows: Rows, { id, others }: PutOptions): Put["action"] {
  if (lines === null) return "written";
  if (lines === rows.lines) return "same";
  if (others === "replace" || (others === "refuse" && rows.lines.startsWith(lines))) return "replaced";
  const why = lines.startsWith(rows.lines) ? "has more than what was captured" : "is another than what was captured";
  throw new HxError("exists", `session '${id}' in '${file}' ${why}`, { hints: others === "refuse" ? ["hx capture", "hx restore <session> --force"] : [] });
}

/** Writes all rows in one transaction, with the project where the agent has none yet. */
export function putRows({ file, schema }: Standing, { session, others }: Rows, { id, directory }: PutOptions): void {
  // A part may have lost its message: it is kept as it was.
  inTransaction(file, ["PRAGMA foreign_keys = OFF"], (connection) => {
    const placed = placedIn(session, directory);
    addProject(connection, schema, placed, directory);
    for (const { table, column } of tablesOf(schema)) connection.prepare(`DELETE FROM ${quoted(table)} WHERE ${quoted(column)} = ?`).run(id);
    insert(connection, placed, ` ON CONFLICT(id) DO UPDATE SET ${placed.columns.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(", ")}`);
    for (const row of others) insert(connection, row, "");
  });
}

function tablesOf({ sides, log }: Schema): readonly { readonly table: string; readonly column: string }[] {
  const own = sides.filter(({ side }) => side.table !== "session").map(({ side }) => ({ table: side.table, column: side.session }));
  return [{ table: "part", column: "session_id" }, { table: "message", column: "session_id" }, ...own, ...(log.length > 0 ? [{ table: LOG.table, column: LOG.session }] : [])];
}

function placedIn(session: HeldRow, directory: string): HeldRow {
  return { ...session, values: session.values.map((value, i) => (session.columns[i] === "directory" ? directory : value)) };
}

/** As the agent makes it, where it keeps projects: named after the repository's first commit, so it is the same in every checkout. */
function addProject(connection: Connection, { project }: Schema, session: HeldRow, directory: string): void {
  const field = (name: string): Held => session.values[session.columns.indexOf(name)] ?? null;
  const id = field("project_id");
  const below = field("path");
  if (typeof id !== "string" || !project.includes("id")) return;
  const isGlobal = id === "global";
  const suffix = typeof below === "string" && below !== "" && !isGlobal ? `/${below}` : "";
  const worktree = isGlobal ? "/" : suffix !== "" && directory.endsWith(suffix) ? directory.slice(0, -suffix.length) : directory;
  const at = field("time_created");
  const row: HeldRow = { table: "project", columns: ["id", "worktree", "vcs", "time_created", "time_updated", "sandboxes"], values: [id, worktree, isGlobal ? null : "git", at, at, "[]"] };
  insert(connection, row, " ON CONFLICT(id) DO NOTHING");
}

function insert(connection: Connection, { table, columns, values }: HeldRow, conflict: string): void {
  const insertInto = insertion(table, columns, values);
  connection.prepare(insertInto.sql + conflict).run(...insertInto.values);
}
