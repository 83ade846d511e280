import type { OpenFile } from "../../../ports/agent.ts";
import { HxError } from "../../../domain/errors.ts";
import { isAbsolutePath } from "../shared/record.ts";
import { columnsOf, exactly, lineOf } from "../shared/rows/form.ts";
import { piecesFile } from "../shared/rows/pieces-file.ts";
import { asNumber, asText, type Database, type Row } from "../shared/sqlite/value.ts";
import { apart, restLine, turnLine } from "./document-lines.ts";

/** Kiro keeps all conversations of a directory, Amazon Q the last one. */
export const TABLES = ["conversations_v2", "conversations"] as const;
export type Table = (typeof TABLES)[number];

const VALUE = "value";
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const PATH = /^conversations\/([A-Za-z0-9][A-Za-z0-9_-]{0,127})(\.state)?\.jsonl$/;

export function isConversationId(text: string): boolean {
  return ID.test(text);
}

export function conversationPath(id: string, file: "turns" | "state"): string {
  return `conversations/${id}${file === "state" ? ".state" : ""}.jsonl`;
}

export function conversationName(path: string): { readonly id: string; readonly file: "turns" | "state" } | undefined {
  const [, id, state] = PATH.exec(path) ?? [];
  return id === undefined ? undefined : { id, file: state === undefined ? "turns" : "state" };
}

/** A row that holds a conversation. */
export interface Conversation {
  readonly table: Table;
  readonly id: string;
  /** The directory in which it ran, absolute. */
  readonly key: string;
  /** ms since 1970; undefined where the table does not say it. */
  readonly updated: number | undefined;
}

export function tablesIn(database: Database): readonly Table[] {
  return TABLES.filter((table) => columnsOf(database, table).includes(VALUE));
}

/** @param isWanted of a directory: a document is looked into only where it is */
export function* conversationsIn(database: Database, isWanted: (key: string) => boolean): Generator<Conversation> {
  for (const table of tablesIn(database)) {
    const isOwn = table === "conversations_v2";
    const rows = [...database.rows(isOwn ? `SELECT key, conversation_id AS id, updated_at AS updated FROM ${table}` : `SELECT key FROM ${table}`)];
    for (const row of rows) {
      const key = asText(row["key"]);
      if (key === undefined || !isAbsolutePath(key) || key.includes("\0") || !isWanted(key)) continue;
      const id = isOwn ? asText(row["id"]) : idWithin(database, key);
      if (id !== undefined && ID.test(id)) yield { table, id, key, updated: asNumber(row["updated"]) };
    }
  }
}

/** Whether Amazon Q has any conversation of a directory, readable or not. */
export function hasRow(database: Database, key: string): boolean {
  for (const _ of database.rows("SELECT 1 AS one FROM conversations WHERE key = ?", [key])) return true;
  return false;
}

function idWithin(database: Database, key: string): string | undefined {
  for (const { id } of database.rows("SELECT CASE WHEN json_valid(value) THEN json_extract(value, '$.conversation_id') END AS id FROM conversations WHERE key = ?", [key])) return asText(id);
  return undefined;
}

export interface OpenOptions {
  readonly database: Database;
  readonly conversation: Conversation;
  readonly file: "turns" | "state";
  readonly identity: string;
  readonly modifiedMs: number;
}

/** The row of a conversation as lines. All of it is read at once: the database can be closed. @throws HxError `not-found`, and what reading the database throws */
export function openConversation({ database, conversation, file, identity, modifiedMs }: OpenOptions): OpenFile {
  const lines = linesOf(database, conversation, file);
  return piecesFile({ pieces: lines.map((line) => () => line), modifiedMs, identity: `${identity}:${conversation.id}:${file}`, close: () => undefined });
}

/** The lines of its turns, without the head. */
export function turnLines(database: Database, conversation: Conversation): string {
  const [, ...turns] = linesOf(database, conversation, "turns");
  return Buffer.concat(turns).toString("utf8").trimEnd();
}

function linesOf(database: Database, conversation: Conversation, file: "turns" | "state"): readonly Uint8Array[] {
  const { table, id, key } = conversation;
  const columns = columnsOf(database, table);
  const row = rowOf(database, conversation, columns);
  const at = columns.indexOf(VALUE);
  const parts = row[`t${at}`] === "text" ? apart(decoded(row[`v${at}`]) ?? "") : null;
  if (file === "turns") {
    const head = { kiro: 1, session: id, directory: key, created: timeIn(row, columns.indexOf("created_at")) };
    return [`${JSON.stringify(head)}\n`, ...(parts?.turns ?? []).map(turnLine)].map((line) => Buffer.from(line));
  }
  if (parts === null) return [Buffer.from(lineOf(table, columns, row))];
  const others = columns.filter((column) => column !== VALUE);
  const fields = others.map((column, i) => [[`t${i}`, row[`t${columns.indexOf(column)}`] ?? null], [`v${i}`, row[`v${columns.indexOf(column)}`] ?? null]] as const);
  return [lineOf(table, others, Object.fromEntries(fields.flat())), restLine(parts)].map((line) => Buffer.from(line));
}

/** ms since 1970. */
function timeIn(row: Row, at: number): number | undefined {
  const digits = row[`t${at}`] === "integer" ? Number(row[`v${at}`]) : undefined;
  return Number.isSafeInteger(digits) ? digits : undefined;
}

function rowOf(database: Database, { table, id, key }: Conversation, columns: readonly string[]): Row {
  const where = table === "conversations_v2" ? "key = ? AND conversation_id = ?" : "key = ?";
  for (const row of database.rows(`SELECT ${exactly(columns)} FROM ${table} WHERE ${where}`, table === "conversations_v2" ? [key, id] : [key])) return row;
  throw new HxError("not-found", `no conversation '${id}' of Kiro`);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(value: unknown): string | undefined {
  try {
    return value instanceof Uint8Array ? utf8.decode(value) : undefined;
  } catch {
    return undefined;
  }
}
