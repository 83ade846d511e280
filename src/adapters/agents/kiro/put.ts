import { HxError } from "../../../domain/errors.ts";
import type { CapturedFile, Put, PutOptions } from "../../../ports/agent.ts";
import { isBlank, linesOf } from "../shared/lines.ts";
import { isJson, textOf } from "../shared/record.ts";
import { insertion } from "../shared/rows/bind.ts";
import { rowOf, type HeldRow } from "../shared/rows/form.ts";
import { hasNodeSqlite } from "../shared/sqlite/node-engine.ts";
import { inTransaction } from "../shared/sqlite/write.ts";
import { conversationName, TABLES, type Table } from "./conversations.ts";
import { parsed, restOf, together, turnText } from "./document-lines.ts";

/** A captured conversation, as the row that it was. */
export interface CapturedConversation {
  readonly table: Table;
  readonly row: HeldRow;
  /** The lines of its turns. */
  readonly lines: string;
}

/** What is in the place of a conversation. */
export interface Standing {
  readonly file: string;
  readonly columns: readonly string[];
  /** The lines of the turns of what is there; null when nothing is. */
  readonly lines: string | null;
  /** The conversation that is there: Amazon Q keeps one for each directory. */
  readonly id: string | undefined;
}

/** @throws HxError `refused` when this Node cannot write */
export function mustWrite(): void {
  if (hasNodeSqlite()) return;
  throw new HxError("refused", "conversations are put back into the database of Kiro with Node 22.13 or newer only", { hints: ["node --version"] });
}

/** The lines come out of segments, so out of somebody's hands. @throws HxError `refused` */
export async function conversationFrom(files: readonly CapturedFile[], { id, directory }: Pick<PutOptions, "id" | "directory">): Promise<CapturedConversation> {
  const texts = (kind: "turns" | "state"): Promise<readonly string[]> => linesIn(files.find(({ path }) => conversationName(path)?.id === id && conversationName(path)?.file === kind));
  const [about, rest] = await texts("state");
  const held = rowOf(parsed(about ?? ""));
  const table = TABLES.find((each) => each === held?.table);
  if (held === null || table === undefined) throw new HxError("refused", `the row of session '${id}' was left out when it was captured`, { hints: ["hx handoff <session> --to kiro"] });
  const lines = (await texts("turns")).filter((line) => !line.startsWith('{"kiro":'));
  const turns = lines.map(turnText).filter((turn) => turn !== undefined);
  const document = rest === undefined ? undefined : restOf(rest);
  const value = document === undefined ? held.values[held.columns.indexOf("value")] : together({ ...document, turns });
  const said = typeof value === "string" ? parsed(value) : undefined;
  const isOther = !isJson(said) || (table === "conversations" && textOf(said, "conversation_id") !== id);
  if (turns.length < lines.length || isOther) throw new HxError("refused", `what was captured is no conversation '${id}' of Kiro`);
  const others = held.columns.map((column, i) => [column, column === "key" ? directory : (held.values[i] ?? null)] as const).filter(([column]) => column !== "value");
  const named = others.find(([column]) => column === "conversation_id");
  if (table === "conversations_v2" && named?.[1] !== id) throw new HxError("refused", `the row is of another session than '${id}'`);
  return { table, row: { table, columns: [...others.map(([column]) => column), "value"], values: [...others.map(([, each]) => each), value ?? null] }, lines: lines.join("\n") };
}

async function linesIn(file: CapturedFile | undefined): Promise<readonly string[]> {
  const lines = file === undefined ? [] : [...linesOf(await file.bytes())];
  return lines.filter(({ line }) => !isBlank(line)).map(({ line }) => Buffer.from(line).toString("utf8"));
}

/** @throws HxError `exists` */
export function actionFor(standing: Standing, { lines, row }: CapturedConversation, { id, others }: PutOptions): Put["action"] {
  const missing = row.columns.find((column) => !standing.columns.includes(column));
  if (missing !== undefined) throw new HxError("refused", `the store has no place for '${row.table}.${missing}'`, { data: { table: row.table, column: missing } });
  if (standing.lines === null) return "written";
  if (standing.id !== id) throw new HxError("exists", `another conversation is in the place of '${id}' in '${standing.file}'`, { hints: ["hx capture", "hx show <session> --raw <directory>"] });
  if (standing.lines === lines) return "same";
  if (others === "replace" || (others === "refuse" && lines.startsWith(standing.lines))) return "replaced";
  throw new HxError("exists", `session '${id}' in '${standing.file}' ${standing.lines.startsWith(lines) ? "has more" : "is another"} than what was captured`, { hints: others === "refuse" ? ["hx capture", "hx restore <session> --force"] : [] });
}

export function putConversation({ file }: Standing, { table, row }: CapturedConversation, { id, directory }: PutOptions): void {
  inTransaction(file, [], (connection) => {
    if (table === "conversations_v2") connection.prepare("DELETE FROM conversations_v2 WHERE key = ? AND conversation_id = ?").run(directory, id);
    else connection.prepare("DELETE FROM conversations WHERE key = ?").run(directory);
    const { sql, values } = insertion(table, row.columns, row.values);
    connection.prepare(sql).run(...values);
  });
}
