import { HxError } from "../../../../domain/errors.ts";
import type { OpenFile } from "../../../../ports/agent.ts";
import { isAbsolutePath } from "../record.ts";
import { exactly, lineOf } from "../rows/form.ts";
import { piecesFile } from "../rows/pieces-file.ts";
import type { Database } from "../sqlite/value.ts";
import { asNumber, asText } from "../sqlite/value.ts";
import type { Dialect } from "./dialect.ts";
import type { Schema } from "./sessions.ts";
import { heads, LOG, sideLines, standingOf } from "./sessions.ts";

export type RowsFile = "messages" | "state" | "log";

/** Name of an exported file of a session, relative to the store. */
export function rowsPath(id: string, file: RowsFile): string {
  return `rows/${id}${file === "messages" ? "" : `.${file}`}.jsonl`;
}

const PATH = /^rows\/([A-Za-z0-9][A-Za-z0-9_-]{0,127})(?:\.(state|log))?\.jsonl$/;

export function rowsName(path: string): { readonly id: string; readonly file: RowsFile } | undefined {
  const match = PATH.exec(path);
  return match?.[1] === undefined ? undefined : { id: match[1], file: match[2] === "state" || match[2] === "log" ? match[2] : "messages" };
}

/** A turn that is not over is left out while something of its session was written in so many ms: its rows still change. */
export const OPEN_MS = 120_000;

export interface Exported {
  readonly database: Database;
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly id: string;
  readonly file: RowsFile;
  readonly identity: string;
  readonly now: number;
}

/** The rows of a session as a file: docs/spec/rows.md. @throws HxError `not-found` */
export function openRows(exported: Exported): OpenFile {
  const { database, schema, id, file, identity } = exported;
  const { written } = standingOf(database, schema, id);
  const pieces = file === "messages" ? messagePieces(exported, written) : file === "state" ? statePieces(exported) : logPieces(exported);
  return piecesFile({ pieces, modifiedMs: written, identity: `${identity}:${id}:${file}`, close: () => database.close() });
}

type Pieces = readonly (() => Uint8Array)[];

function statePieces({ database, schema, id }: Exported): Pieces {
  const sides = schema.sides.map(({ side, columns }) => () => Buffer.from(sideLines(database, side, columns, id)));
  return [...sides, () => Buffer.from(orphans(database, schema, id))];
}

/** Parts whose message is gone: kept, though nothing says where they belong. */
function orphans(database: Database, { part }: Schema, id: string): string {
  let text = "";
  for (const row of database.rows(`SELECT ${exactly(part)} FROM part WHERE session_id = ? AND message_id NOT IN (SELECT id FROM message WHERE session_id = ?) ORDER BY id`, [id, id])) text += lineOf("part", part, row);
  return text;
}

/** One piece a row: they may be many. */
function logPieces({ database, schema, id }: Exported): Pieces {
  const rows: number[] = [];
  for (const { r } of database.rows(`SELECT rowid AS r FROM ${LOG.table} WHERE session_id = ? ORDER BY ${LOG.order}`, [id])) rows.push(asNumber(r) ?? 0);
  return rows.map((row) => () => {
    for (const found of database.rows(`SELECT ${exactly(schema.log)} FROM ${LOG.table} WHERE rowid = ?`, [row])) return Buffer.from(lineOf(LOG.table, schema.log, found));
    return new Uint8Array(0);
  });
}

interface Listed {
  readonly row: number;
  readonly id: string | undefined;
  readonly role: string | undefined;
  readonly parent: string | undefined;
  readonly directory: string | undefined;
  /** The agent says of it that nothing of its turn follows. */
  readonly ends: boolean;
}

function messagePieces(exported: Exported, written: number): Pieces {
  const { database, schema, dialect, id, now } = exported;
  const [head] = heads(database, schema, id);
  if (head === undefined) throw new HxError("not-found", `no session '${id}' of ${dialect.title}`);
  const { title, ...facts } = head;
  const first = `${JSON.stringify({ rows: 1, agent: dialect.name, session: facts.id, directory: facts.directory, parent: facts.parent, version: facts.version, created: facts.created })}\n`;
  const named = title === undefined ? "" : `${JSON.stringify({ title })}\n`;
  const all = listed(database, id);
  const over = Math.abs(now - written) >= OPEN_MS ? all : all.slice(0, endOfTurns(all));
  return [() => Buffer.from(first + named), ...groupsOf(database, schema, id, over)];
}

/** The lines of all messages of a session and their parts, those of a turn that is not over too. */
export function rowLines(database: Database, schema: Schema, id: string): string {
  return groupsOf(database, schema, id, listed(database, id)).map((lines) => Buffer.from(lines()).toString("utf8")).join("");
}

/** What a person asked ran where the first answer to it ran. */
function groupsOf(database: Database, schema: Schema, id: string, messages: readonly Listed[]): Pieces {
  const answers = new Map<string, string>();
  for (const { parent, directory } of messages) if (parent !== undefined && directory !== undefined && !answers.has(parent)) answers.set(parent, directory);
  return messages.map((message) => () => group(database, schema, id, message, message.directory ?? answers.get(message.id ?? "")));
}

/** In the agent's own order, that of its index. */
function listed(database: Database, id: string): readonly Listed[] {
  const field = (path: string): string => `CASE WHEN json_valid(data) THEN json_extract(data, '${path}') END`;
  const select = `SELECT rowid AS r, id, ${field("$.role")} AS role, ${field("$.parentID")} AS parent, ${field("$.path.cwd")} AS cwd, ${field("$.finish")} AS finish, ${field("$.error.name")} AS error, ${field("$.time.completed")} AS completed`;
  const list: Listed[] = [];
  for (const row of database.rows(`${select} FROM message WHERE session_id = ? ORDER BY time_created, id`, [id])) {
    const directory = asText(row["cwd"]);
    const finish = asText(row["finish"]);
    list.push({
      row: asNumber(row["r"]) ?? 0,
      id: asText(row["id"]),
      role: asText(row["role"]),
      parent: asText(row["parent"]),
      directory: directory !== undefined && isAbsolutePath(directory) ? directory : undefined,
      ends: asText(row["error"]) !== undefined || (asNumber(row["completed"]) !== undefined && finish !== undefined && finish !== "tool-calls" && finish !== "unknown"),
    });
  }
  return list;
}

/** How many messages belong to turns that are over. */
function endOfTurns(messages: readonly Listed[]): number {
  if (messages.at(-1)?.ends !== false) return messages.length;
  return Math.max(0, messages.findLastIndex(({ role }) => role === "user"));
}

function group(database: Database, { message, part }: Schema, id: string, { row }: Listed, directory: string | undefined): Uint8Array {
  const lines: string[] = [];
  for (const found of database.rows(`SELECT ${exactly(message)} FROM message WHERE rowid = ?`, [row])) lines.push(lineOf("message", message, found, directory));
  const parts = `SELECT ${exactly(part)} FROM part WHERE session_id = ? AND message_id = (SELECT id FROM message WHERE rowid = ?) ORDER BY id`;
  for (const found of database.rows(parts, [id, row])) lines.push(lineOf("part", part, found));
  return Buffer.from(lines.join(""));
}
