import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { CapturedFile, Put, PutOptions } from "../../../ports/agent.ts";
import { isBlank, linesOf } from "../shared/lines.ts";
import { textOf } from "../shared/record.ts";
import { insertion } from "../shared/rows/bind.ts";
import type { Held } from "../shared/rows/form.ts";
import type { NewDatabase } from "../shared/sqlite/wasm-engine.ts";
import { parsed, rowOfLine, TABLES, unhex, type ChatRow } from "./chat-lines.ts";
import { tablesOf, type ChatTables, type Run, type RunFile } from "./chat-tables.ts";
import { chatName, type ChatFile } from "./chat.ts";
import { rootBlobOf } from "./root-blob.ts";

/** The files of a captured conversation, read. */
export interface CapturedChat {
  readonly tables: ChatTables;
  readonly rows: readonly (ChatRow & { readonly file: RunFile; readonly index: number })[];
  /** All lines but the head, which says where it ran. */
  readonly lines: string;
  /** `meta.json`. */
  readonly beside: Uint8Array | undefined;
  /** Bytes. */
  readonly size: number;
}

const ORDER: readonly ChatFile[] = ["messages", "state", "log"];

/**
 * The lines come out of segments, so out of somebody's hands: what is no row of the two tables is refused, and a conversation that lacks
 * what its root names.
 * @throws HxError `refused`
 */
export async function chatIn(files: readonly CapturedFile[], id: string): Promise<CapturedChat> {
  let tables: ChatTables | null = null;
  const rows = new Map<string, CapturedChat["rows"][number]>();
  const counts = { messages: 0, state: 0, log: 0, meta: 0 };
  let [lines, size] = ["", 0];
  for (const kind of ORDER) {
    const file = files.find((each) => chatName(each.path)?.file === kind && chatName(each.path)?.id === id);
    if (file === undefined) continue;
    const bytes = await file.bytes();
    size += bytes.length;
    for (const { line } of linesOf(bytes)) {
      if (isBlank(line)) continue;
      const text = Buffer.from(line).toString("utf8");
      const row = rowOfLine(text);
      if (row === null && kind === "messages" && isHead(text)) continue;
      lines += `${text}\n`;
      if (row === null && kind === "state" && tables === null) tables = tablesOf(text);
      else if (row === null) throw new HxError("refused", `'${file.path}' has a line that is no row`);
      const name = row === null ? undefined : `${row.table} ${JSON.stringify(textHeld(row.values[0]) ?? [rows.size])}`;
      if (row === null || name === undefined || rows.has(name)) continue;
      const part = row.table === "meta" ? "meta" : kind;
      rows.set(name, { ...row, file: part, index: counts[part]++ });
    }
  }
  if (tables === null) throw new HxError("refused", `what session '${id}' was made of was left out when it was captured`, { hints: ["hx handoff <session> --to cursor"] });
  const beside = await files.find(({ path: recorded }) => recorded.endsWith(`/${id}/meta.json`))?.bytes();
  const chat = { tables, rows: [...rows.values()], lines, beside, size: size + (beside?.length ?? 0) };
  mustBeWhole(chat, id);
  return chat;
}

function isHead(line: string): boolean {
  const record = parsed(line);
  return record !== null && ("cursor" in record || "title" in record);
}

function mustBeWhole({ rows }: Pick<CapturedChat, "rows">, id: string): void {
  const blobs = new Map(rows.flatMap(({ table, values: [name, data] }) => (table === "blobs" && typeof name === "string" ? [[name, bytesHeld(data)] as const] : [])));
  const first = rows.find(({ table, values: [key] }) => table === "meta" && key === "0");
  const value = Buffer.from(bytesHeld(first?.values[1])).toString("utf8");
  const root = blobs.get(textOf(parsed(unhex(value) ?? value) ?? {}, "latestRootBlobId") ?? "");
  const lacking = root === undefined ? undefined : rootBlobOf(root).messages.find((message) => !blobs.has(message));
  if (root !== undefined && lacking === undefined) return;
  throw new HxError("refused", `session '${id}' lacks ${lacking === undefined ? "the root of its conversation" : "messages of its conversation"}: it was left out when it was captured`, { hints: ["hx handoff <session> --to cursor"] });
}

function textHeld(value: Held | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function bytesHeld(value: Held | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  return typeof value === "object" && value !== null ? value.bytes : new Uint8Array(0);
}

/** What of a conversation stands at a place already. */
export type Standing = "absent" | "same" | "other";

/** @throws HxError `exists`: a database that is there is never written over, Cursor may have it open. */
export function actionFor(standing: Standing, folder: string, { id }: PutOptions): Put["action"] {
  if (standing === "absent") return "written";
  if (standing === "same") return "same";
  throw new HxError("exists", `the conversation '${id}' in '${folder}' is another than what was captured`, { hints: ["hx capture", "hx show <session> --raw <directory>"] });
}

/** Makes the folder of a conversation, whole or not at all. @throws HxError `exists`, `refused`, `io-failed` */
export async function putChat(folder: string, chat: CapturedChat): Promise<void> {
  const workspace = path.dirname(folder);
  await mkdir(workspace, { recursive: true });
  const made = await mkdtemp(path.join(workspace, ".hx-"));
  try {
    const { makeWithWasm } = await import("../shared/sqlite/wasm-engine.ts");
    makeWithWasm(path.join(made, "store.db"), (database) => makeTables(chat, database));
    if (chat.beside !== undefined) await writeFile(path.join(made, "meta.json"), chat.beside);
    await rename(made, folder).catch((cause: unknown) => {
      throw new HxError("exists", `something is in the way at '${folder}'`, { cause });
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

function makeTables({ tables: { schema, version, runs }, rows }: CapturedChat, { run, rows: read }: NewDatabase): void {
  for (const sql of schema) run(sql);
  const made = read("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").map(({ sql }) => sql);
  const isKnown = Object.entries(TABLES).every(([table, { columns }]) => read(`SELECT name FROM pragma_table_info('${table}') ORDER BY cid`).map(({ name }) => name).join() === columns.join());
  if (!isKnown || made.join("\n") !== schema.join("\n")) throw new HxError("refused", "the conversation was kept in other tables than this version of hx knows", { hints: ["hx handoff <session> --to cursor"] });
  run(`PRAGMA user_version = ${version}`);
  const numbers = numbersOf(rows, runs);
  const last = Number.MAX_SAFE_INTEGER;
  for (const row of [...rows].sort((a, b) => (numbers.get(a) ?? last) - (numbers.get(b) ?? last))) {
    const number = numbers.get(row);
    const { sql, values } = insertion(row.table, ["rowid", ...TABLES[row.table].columns], [number === undefined ? null : BigInt(number), ...row.values]);
    run(sql, values);
  }
}

/** The rowid of each row that had one when it was captured; others come behind them. */
function numbersOf(rows: CapturedChat["rows"], runs: readonly Run[]): ReadonlyMap<CapturedChat["rows"][number], number> {
  const places = new Map(rows.map((row) => [`${row.file} ${row.index}`, row]));
  const numbers = new Map<CapturedChat["rows"][number], number>();
  for (const [file, index, rowid, count] of runs) {
    for (let i = 0; i < count; i++) {
      const row = places.get(`${file} ${index + i}`);
      if (row === undefined) break;
      numbers.set(row, rowid + i);
    }
  }
  return numbers;
}
