import type { OpenFile } from "../../../ports/agent.ts";
import { HxError } from "../../../domain/errors.ts";
import { numberOf, textOf, type Json } from "../shared/record.ts";
import { piecesFile } from "../shared/rows/pieces-file.ts";
import type { Database } from "../shared/sqlite/value.ts";
import { asNumber, asText } from "../shared/sqlite/value.ts";
import { bytesOf, lineOfRow, parsed, selected, unhex, type Table } from "./chat-lines.ts";
import { runsOf, tablesLine } from "./chat-tables.ts";
import { rootBlobOf, type RootBlob } from "./root-blob.ts";

/** What a database of the CLI is captured as: docs/agents/cursor.md. */
export type ChatFile = "messages" | "state" | "log";

const PATH = /^chats\/_\/([A-Za-z0-9][A-Za-z0-9_-]{0,127})\/(messages|state|log)\.jsonl$/;

export function chatPath(id: string, file: ChatFile): string {
  return `chats/_/${id}/${file}.jsonl`;
}

export function chatName(path: string): { readonly id: string; readonly file: ChatFile } | undefined {
  const [, id, file] = PATH.exec(path) ?? [];
  return id !== undefined && (file === "messages" || file === "state" || file === "log") ? { id, file } : undefined;
}

/** The database of one conversation, with what its first row says. */
interface Chat {
  readonly meta: Json;
  readonly rootId: string | undefined;
  readonly root: RootBlob;
}

const UNNAMED = "New Agent";

function chatOf(database: Database): Chat {
  let meta: Json = {};
  for (const { v } of database.rows("SELECT CAST(value AS BLOB) AS v FROM meta WHERE key = '0'")) {
    const text = Buffer.from(bytesOf(v)).toString("utf8");
    meta = parsed(unhex(text) ?? text) ?? {};
  }
  const rootId = textOf(meta, "latestRootBlobId");
  return { meta, rootId, root: rootId === undefined ? { messages: [] } : rootBlobOf(blobOf(database, rootId)) };
}

function blobOf(database: Database, id: string): Uint8Array {
  for (const { d } of database.rows("SELECT CAST(data AS BLOB) AS d FROM blobs WHERE id = ?", [id])) return bytesOf(d);
  return new Uint8Array(0);
}

/** The directory that the conversation itself names. */
export function directoryOfChat(database: Database): string | undefined {
  return chatOf(database).root.directory;
}

export interface ChatOptions {
  readonly database: Database;
  readonly id: string;
  readonly file: ChatFile;
  /** Where it ran, as `meta.json` has it. */
  readonly directory?: string;
  readonly identity: string;
  readonly modifiedMs: number;
}

/** A part of a database as a file. @throws HxError `not-found`, and what reading the database throws */
export function openChat(options: ChatOptions): OpenFile {
  const { database, id, file, identity, modifiedMs } = options;
  const chat = chatOf(database);
  if (chat.rootId === undefined) throw new HxError("not-found", `the database of session '${id}' of Cursor names no conversation`);
  const rows = rowsOf(database, chat.root);
  const pieces = file === "messages" ? messagePieces(options, chat, rows) : file === "state" ? statePieces(database, rows) : linesOf(database, rows, "log");
  return piecesFile({ pieces, modifiedMs, identity: `${identity}:${file}`, close: () => database.close() });
}

type Pieces = readonly (() => Uint8Array)[];

/** Where the rows of a database stand, by their number in it. */
interface Rows {
  /** By the id of a blob. */
  readonly numbers: ReadonlyMap<string, number>;
  /** In the order in which they were written. */
  readonly all: readonly { readonly at: number; readonly file: ChatFile; readonly index: number }[];
}

/** A message that the root does not name begins as messages do. */
function rowsOf(database: Database, root: RootBlob): Rows {
  const numbers = new Map<string, number>();
  const found: { readonly at: number; readonly id: string | undefined; readonly isMessage: boolean }[] = [];
  for (const row of database.rows("SELECT rowid AS at, id, substr(CAST(data AS BLOB), 1, 1) = x'7b' AS brace FROM blobs ORDER BY rowid")) {
    const [at, id] = [asNumber(row["at"]), asText(row["id"])];
    if (at === undefined) continue;
    if (id !== undefined) numbers.set(id, at);
    found.push({ at, id, isMessage: asNumber(row["brace"]) === 1 });
  }
  const named = new Map([...new Set(root.messages)].filter((id) => numbers.has(id)).map((id, index) => [id, index]));
  const counts = { state: 0, log: 0 };
  const all = found.map(({ at, id, isMessage }) => {
    const index = id === undefined ? undefined : named.get(id);
    if (index !== undefined) return { at, file: "messages", index } as const;
    const file = isMessage ? "state" : "log";
    return { at, file, index: counts[file]++ } as const;
  });
  return { numbers, all };
}

function messagePieces({ database, id, directory }: ChatOptions, { meta, root }: Chat, { numbers }: Rows): Pieces {
  const name = textOf(meta, "name");
  const head = { cursor: 1, session: id, directory: directory ?? root.directory, created: numberOf(meta, "createdAt") };
  const title = name === undefined || name.trim() === "" || name === UNNAMED ? "" : `${JSON.stringify({ title: name })}\n`;
  const messages = root.messages.map((message) => numbers.get(message)).filter((at) => at !== undefined);
  return [() => Buffer.from(`${JSON.stringify(head)}\n${title}`), ...messages.map((at) => () => lineAt(database, "blobs", at))];
}

/** What changes as the conversation goes on: its tables, its name and root, and messages that are no part of it any more, or not yet. */
function statePieces(database: Database, rows: Rows): Pieces {
  const meta = [...database.rows("SELECT rowid AS at FROM meta ORDER BY rowid")].flatMap(({ at }) => asNumber(at) ?? []);
  const runs = runsOf([...meta.map((at, index) => ({ at, file: "meta" as const, index })), ...rows.all]);
  return [() => Buffer.from(tablesLine(database, runs)), ...meta.map((at) => () => lineAt(database, "meta", at)), ...linesOf(database, rows, "state")];
}

function linesOf(database: Database, { all }: Rows, file: ChatFile): Pieces {
  return all.filter((row) => row.file === file).map(({ at }) => () => lineAt(database, "blobs", at));
}

function lineAt(database: Database, table: Table, at: number): Uint8Array {
  for (const row of database.rows(`SELECT ${selected(table)} FROM ${table} WHERE rowid = ?`, [at])) return Buffer.from(lineOfRow(table, row));
  return new Uint8Array(0);
}
