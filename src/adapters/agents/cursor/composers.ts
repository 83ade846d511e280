import type { OpenFile } from "../../../ports/agent.ts";
import { HxError } from "../../../domain/errors.ts";
import { pathOfUri } from "../shared/file-uri.ts";
import { isAbsolutePath, isJson, listOf, numberOf, objectOf, textOf, type Json } from "../shared/record.ts";
import { exactly, lineOf } from "../shared/rows/form.ts";
import { piecesFile } from "../shared/rows/pieces-file.ts";
import { asText, type Database } from "../shared/sqlite/value.ts";
import { bytesOf, decoded, isOneObject, parsed, withoutSecrets } from "./chat-lines.ts";

/** What a conversation of the editor is captured as: docs/agents/cursor.md. */
export type ComposerFile = "bubbles" | "state";

const PATH = /^composers\/([A-Za-z0-9][A-Za-z0-9_-]{0,127})(\.state)?\.jsonl$/;

export function composerPath(id: string, file: ComposerFile): string {
  return `composers/${id}${file === "state" ? ".state" : ""}.jsonl`;
}

export function composerName(path: string): { readonly id: string; readonly file: ComposerFile } | undefined {
  const [, id, state] = PATH.exec(path) ?? [];
  return id === undefined ? undefined : { id, file: state === undefined ? "bubbles" : "state" };
}

/** A conversation of the editor: Cursor calls it a composer, and its messages bubbles. */
export interface Composer {
  readonly id: string;
  readonly name: string | undefined;
  /** Absolute; undefined where Cursor did not write it down. */
  readonly directory: string | undefined;
  /** ms since 1970. */
  readonly created: number | undefined;
  readonly updated: number | undefined;
  readonly bubbles: readonly { readonly id: string; readonly isPrompt: boolean }[];
}

const TABLE = "cursorDiskKV";
const PROMPT = 1;

/** One look-up by its key. undefined: there is none, nothing was said in it, or it ran on another machine. */
export function composerAt(database: Database, id: string): Composer | undefined {
  for (const { v } of database.rows(`SELECT CAST(value AS BLOB) AS v FROM ${TABLE} WHERE key = ?`, [`composerData:${id}`])) {
    const data = parsed(decoded(bytesOf(v)) ?? "");
    const bubbles = data === null ? [] : listOf(data, "fullConversationHeadersOnly").filter(isJson).flatMap((header) => {
      const bubble = textOf(header, "bubbleId");
      return bubble === undefined ? [] : [{ id: bubble, isPrompt: header["type"] === PROMPT }];
    });
    if (data === null || bubbles.length === 0 || isElsewhere(data)) return undefined;
    return { id, name: textOf(data, "name"), directory: directoryIn(data), created: numberOf(data, "createdAt"), updated: numberOf(data, "lastUpdatedAt"), bubbles };
  }
  return undefined;
}

function uriOf(data: Json): Json {
  return objectOf(objectOf(data, "workspaceIdentifier"), "uri");
}

function isElsewhere(data: Json): boolean {
  return (textOf(uriOf(data), "scheme") ?? "file") !== "file";
}

function directoryIn(data: Json): string | undefined {
  const directory = textOf(uriOf(data), "fsPath") ?? pathOfUri(textOf(uriOf(data), "external") ?? "");
  return directory !== undefined && isAbsolutePath(directory) && !directory.includes("\0") ? directory : undefined;
}

/** A turn that may still go on is left out while something of its conversation was written in so many ms: Cursor does not say when one is over. */
export const OPEN_MS = 120_000;

export interface ComposerOptions {
  readonly database: Database;
  readonly id: string;
  readonly file: ComposerFile;
  readonly identity: string;
  readonly modifiedMs: number;
  /** ms since 1970. */
  readonly now: number;
}

/** The rows of a conversation as a file. @throws HxError `not-found`, and what reading the database throws */
export function openComposer({ database, id, file, identity, modifiedMs, now }: ComposerOptions): OpenFile {
  const composer = composerAt(database, id);
  if (composer === undefined) throw new HxError("not-found", `no conversation '${id}' of Cursor's editor`);
  const keys = closedBubbles(composer, now).map((bubble) => `bubbleId:${id}:${bubble}`);
  const lines = (some: readonly string[]): readonly (() => Uint8Array)[] => some.map((key) => () => lineAt(database, key));
  const pieces = file === "state" ? lines([`composerData:${id}`, ...othersOf(database, composer)]) : [() => Buffer.from(headOf(composer)), ...lines(keys)];
  return piecesFile({ pieces, modifiedMs, identity: `${identity}:${id}:${file}`, close: () => database.close() });
}

/** Nothing of it was written lately. */
export function isQuiet({ updated }: Pick<Composer, "updated">, now: number): boolean {
  return updated === undefined || Math.abs(now - updated) >= OPEN_MS;
}

function closedBubbles(composer: Composer, now: number): readonly string[] {
  const { bubbles } = composer;
  const open = isQuiet(composer, now) ? -1 : bubbles.findLastIndex(({ isPrompt }) => isPrompt);
  return (open < 0 ? bubbles : bubbles.slice(0, open)).map(({ id }) => id);
}

function headOf({ id, name, directory, created }: Composer): string {
  const head = { cursor: 1, session: id, directory, created };
  const title = name === undefined || name.trim() === "" ? "" : `${JSON.stringify({ title: name })}\n`;
  return `${JSON.stringify(head)}\n${title}`;
}

/** Keys of bubbles that the conversation does not name any more. */
function othersOf(database: Database, { id, bubbles }: Composer): readonly string[] {
  const named = new Set(bubbles.map((bubble) => `bubbleId:${id}:${bubble.id}`));
  const keys = [...database.rows(`SELECT key FROM ${TABLE} WHERE key >= ? AND key < ? ORDER BY key`, [`bubbleId:${id}:`, `bubbleId:${id};`])];
  return keys.flatMap(({ key }) => asText(key) ?? []).filter((key) => !named.has(key));
}

/** An object stands in the line byte for byte, but for keys of the person's; a row of another form has that of docs/spec/rows.md. */
function lineAt(database: Database, key: string): Uint8Array {
  const columns = ["key", "value"];
  for (const row of database.rows(`SELECT ${exactly(columns)} FROM ${TABLE} WHERE key = ?`, [key])) {
    const text = row["t0"] === "text" && (row["t1"] === "text" || row["t1"] === "blob") ? decoded(bytesOf(row["v1"])) : undefined;
    const type = row["t1"] === "blob" ? '"type":"blob",' : "";
    if (text === undefined || parsed(text) === null) return Buffer.from(lineOf(TABLE, columns, row));
    const own = withoutSecrets(text);
    return Buffer.from(`{"row":${JSON.stringify(key)},${type}"value":${isOneObject(own) ? own : JSON.stringify(own)}}\n`);
  }
  return new Uint8Array(0);
}

/** The bubble in a line; null when it cannot be read, undefined for a line of something else. */
export function bubbleIn(record: Json): Json | null | undefined {
  if (!textOf(record, "row")?.startsWith("bubbleId:")) return undefined;
  const value = record["value"];
  return isJson(value) ? value : typeof value === "string" ? parsed(value) : null;
}
