import { mkdirSync, utimesSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { kiro } from "../../src/adapters/agents/kiro/adapter.ts";
import type { AgentFixture, MadeTurn, RowsFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z") / 1000;
let message = 0;

/** A record of Kiro CLI, made up in the form of the real ones. */
export function kiroRecord(kind: string, content: readonly object[], more: object = {}): string {
  return JSON.stringify({ version: "v1", kind, data: { message_id: `m${++message}`, content, ...more } });
}

export function kiroFixture(home: string): AgentFixture {
  const folder = path.join(home, ".kiro", "sessions", "cli");
  return {
    agent: kiro({ home }),
    directory: "beside",
    id: (number) => `7c000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id) => path.join(folder, `${id}.jsonl`),
    beside: (id, directory) => writeFile(path.join(folder, `${id}.json`), JSON.stringify({ session_id: id, cwd: directory, created_at: "2026-03-01T10:00:00Z", session_state: { version: "v1" } }, null, 2)),
    begin: () => [kiroRecord("AssistantMessage", [{ kind: "text", data: "" }])],
    turn: (_id, _directory, prompt, answer) => [
      kiroRecord("Prompt", [{ kind: "text", data: prompt }], { meta: { timestamp: ++clock } }),
      kiroRecord("AssistantMessage", [{ kind: "text", data: "" }, { kind: "toolUse", data: { toolUseId: "t1", name: "shell", input: { command: "ls", cwd: "/evil" } } }]),
      kiroRecord("ToolResults", [{ kind: "toolResult", data: { toolUseId: "t1", content: [{ kind: "text", data: "a" }], status: "success" } }], { results: {} }),
      kiroRecord("AssistantMessage", [{ kind: "text", data: answer }]),
    ],
    strange: JSON.stringify({ version: "v1", kind: "NeverSeen", data: { cwd: "/evil" } }),
    payload: (id, transcript) => ({ hook_event_name: "stop", session_id: id, cwd: "/home/dev", transcript_path: transcript }),
  };
}

export interface MadeConversation {
  readonly id: string;
  readonly key: string;
  readonly value: string | Uint8Array;
  /** ms since 1970. */
  readonly updated?: number;
}

/** The tables of Kiro CLI that matter, and one with what must not be taken. */
export function writeConversation(file: string, { id, key, value, updated = 1_772_359_200_000 }: MadeConversation, table: "conversations_v2" | "conversations" = "conversations_v2"): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new sqlite.Database(file);
  try {
    database.exec(`
      CREATE TABLE IF NOT EXISTS auth_kv (key TEXT PRIMARY KEY, value TEXT);
      CREATE TABLE IF NOT EXISTS conversations (key TEXT PRIMARY KEY, value TEXT);
      INSERT OR IGNORE INTO auth_kv VALUES ('token', 'very-secret')`);
    if (table === "conversations") return void database.run("INSERT OR REPLACE INTO conversations VALUES (?, ?)", [key, value]);
    database.exec("CREATE TABLE IF NOT EXISTS conversations_v2 (key TEXT NOT NULL, conversation_id TEXT NOT NULL, value TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (key, conversation_id))");
    database.run("INSERT OR REPLACE INTO conversations_v2 VALUES (?, ?, ?, ?, ?)", [key, id, value, 1_772_359_200_000, updated]);
  } finally {
    database.close();
  }
}

/** The items of a history for a prompt and its answer, with a call between them. */
export function exchanges(i: number, { prompt, answer, directory }: MadeTurn, session: string): readonly object[] {
  const user = (content: object, more: object = {}): object => ({ additional_context: "", env_context: { env_state: { operating_system: "linux", current_working_directory: directory ?? session, environment_variables: [] } }, content, timestamp: `2026-03-01T10:${String(i % 60).padStart(2, "0")}:00.5+01:00`, images: null, ...more });
  const metadata = (second: number): object => ({ request_id: `r${i}`, stream_end_timestamp_ms: Date.parse("2026-03-01T09:00:00Z") + i * 60_000 + second * 1000, model_id: "model-x" });
  return [
    { user: user({ Prompt: { prompt } }), assistant: { ToolUse: { message_id: `m${i}`, content: "", tool_uses: [{ id: `tool-${i}`, name: "execute_bash", args: { command: "ls", cwd: "/evil" } }] } }, request_metadata: metadata(1) },
    { user: user({ ToolUseResults: { tool_use_results: [{ tool_use_id: `tool-${i}`, content: [{ Json: { exit_status: "0", stdout: "a", stderr: "" } }], status: "Success" }] } }), assistant: { Response: { message_id: `n${i}`, content: answer } }, request_metadata: metadata(2) },
  ];
}

export function conversationValue(id: string, directory: string, turns: readonly MadeTurn[]): string {
  return JSON.stringify({ conversation_id: id, next_message: null, history: turns.flatMap((turn, i) => exchanges(i, turn, directory)), transcript: turns.map(({ prompt }) => `> ${prompt}`), model: null });
}

/** Of its database. */
export function kiroDatabaseFixture(home: string): RowsFixture {
  const file = path.join(home, ".local", "share", "kiro-cli", "data.sqlite3");
  return {
    storage: "rows",
    agent: kiro({ home }),
    id: (number) => `7d000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: () => file,
    payload: (id) => ({ hook_event_name: "stop", session_id: id, cwd: "/home/dev" }),
    strange: JSON.stringify({ turn: { user: { content: { NeverSeen: { cwd: "/evil" } } } } }),
    async write(id, directory, turns, modifiedMs) {
      writeConversation(file, { id, key: directory, value: conversationValue(id, directory, turns), ...(modifiedMs === undefined ? {} : { updated: modifiedMs }) });
    },
    async lock() {
      const writing = setInterval(() => utimesSync(file, new Date(), new Date()), 1);
      return async () => clearInterval(writing);
    },
  };
}
