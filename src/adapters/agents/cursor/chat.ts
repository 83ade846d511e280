import type { OpenFile } from "../../../ports/agent.ts";
import { HxError } from "../../../domain/errors.ts";
import { isJson, numberOf, textOf, type Json } from "../shared/record.ts";
import { piecesFile } from "../shared/rows/pieces-file.ts";
import type { Database } from "../shared/sqlite/value.ts";
import { asNumber, asText } from "../shared/sqlite/value.ts";
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

/** A key of the person's, with which Cursor locks what it keeps elsewhere. */
const SECRET = "blobEncryptionKey";
const UNNAMED = "New Agent";

function chatOf(database: Database): Chat {
  let meta: Json = {};
  for (const { v } of database.rows("SELECT CAST(value AS BLOB) AS v FROM meta WHERE key = '0'")) {
    const text = Buffer.from(bytesOf(v)).toString("utf8");
    meta = parsed(/^(?:[0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, "hex").toString("utf8") : text) ?? {};
  }
  const rootId = textOf(meta, "latestRootBlobId");
  return { meta, rootId, root: rootId === undefined ? { messages: [] } : rootBlobOf(blobOf(database, rootId) ?? new Uint8Array(0)) };
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

function blobOf(database: Database, id: string): Uint8Array | undefined {
  for (const { d } of database.rows("SELECT CAST(data AS BLOB) AS d FROM blobs WHERE id = ?", [id])) return bytesOf(d);
  return undefined;
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
  const pieces = file === "messages" ? messagePieces(options, chat) : file === "state" ? statePieces(database, chat) : logPieces(database, chat);
  return piecesFile({ pieces, modifiedMs, identity: `${identity}:${file}`, close: () => database.close() });
}

type Pieces = readonly (() => Uint8Array)[];

function messagePieces({ database, id, directory }: ChatOptions, { meta, root }: Chat): Pieces {
  const name = textOf(meta, "name");
  const head = { cursor: 1, session: id, directory: directory ?? root.directory, created: numberOf(meta, "createdAt") };
  const title = name === undefined || name.trim() === "" || name === UNNAMED ? "" : `${JSON.stringify({ title: name })}\n`;
  return [() => Buffer.from(`${JSON.stringify(head)}\n${title}`), ...root.messages.map((message) => () => lineOfBlob(message, blobOf(database, message)))];
}

/** What changes as the conversation goes on: its name and root, and messages that are no part of it any more, or not yet. */
function statePieces(database: Database, { meta, root }: Chat): Pieces {
  const { [SECRET]: _, ...kept } = meta;
  const named = new Set(root.messages);
  const others = idsOf(database, true).filter((id) => !named.has(id));
  return [() => Buffer.from(`${JSON.stringify({ meta: kept })}\n`), ...others.map((id) => () => lineOfBlob(id, blobOf(database, id)))];
}

/** Every blob that is no message, in the order in which they were written: roots, and what messages refer to. */
function logPieces(database: Database, { root }: Chat): Pieces {
  const named = new Set(root.messages);
  return idsOf(database, false).filter((id) => !named.has(id)).map((id) => () => lineOfBlob(id, blobOf(database, id)));
}

/** @param messages those that begin as messages do, else the others */
function idsOf(database: Database, messages: boolean): readonly string[] {
  const ids: string[] = [];
  for (const { id, brace } of database.rows("SELECT id, substr(CAST(data AS BLOB), 1, 1) = x'7b' AS brace FROM blobs ORDER BY rowid")) {
    const text = asText(id);
    if (text !== undefined && (asNumber(brace) === 1) === messages) ids.push(text);
  }
  return ids;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The blob's text as it is where that is JSON on one line, so that its secrets and paths are found; else as a string, or in base64. */
function lineOfBlob(id: string, bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) return new Uint8Array(0);
  const text = decoded(bytes);
  const name = JSON.stringify(id);
  if (text === undefined) return Buffer.from(`{"id":${name},"blob":"${Buffer.from(bytes).toString("base64")}"}\n`);
  return Buffer.from(!/[\r\n]/.test(text) && parsed(text) !== null ? `{"id":${name},"message":${text}}\n` : `{"id":${name},"text":${JSON.stringify(text)}}\n`);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
