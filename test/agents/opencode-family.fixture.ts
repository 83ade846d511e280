import { mkdirSync, utimesSync } from "node:fs";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { kiloCode } from "../../src/adapters/agents/kilo-code/adapter.ts";
import { openCode } from "../../src/adapters/agents/opencode/adapter.ts";
import type { Agent } from "../../src/ports/agent.ts";
import type { MadeTurn, RowsFixture } from "./contract/fixture.ts";

/** The tables of OpenCode 1.18.33 that hold sessions, and one with what must not be taken. */
export const SCHEMA = `
CREATE TABLE project (id text PRIMARY KEY, worktree text NOT NULL, vcs text, name text, time_created integer NOT NULL, time_updated integer NOT NULL, time_initialized integer, sandboxes text NOT NULL);
CREATE TABLE session (id text PRIMARY KEY, project_id text NOT NULL REFERENCES project(id) ON DELETE CASCADE, parent_id text, slug text NOT NULL, directory text NOT NULL, path text, title text NOT NULL, version text NOT NULL, cost real DEFAULT 0 NOT NULL, revert text, time_created integer NOT NULL, time_updated integer NOT NULL);
CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL REFERENCES session(id) ON DELETE CASCADE, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL REFERENCES message(id) ON DELETE CASCADE, session_id text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
CREATE TABLE todo (session_id text NOT NULL REFERENCES session(id) ON DELETE CASCADE, content text NOT NULL, status text NOT NULL, priority text NOT NULL, position integer NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, PRIMARY KEY(session_id, position));
CREATE TABLE session_message (id text PRIMARY KEY, session_id text NOT NULL, type text NOT NULL, seq integer NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
CREATE TABLE credential (id text PRIMARY KEY, value text NOT NULL);
INSERT INTO credential VALUES ('c', 'very-secret');
`;

export const BEGUN = Date.parse("2026-03-01T10:00:00.000Z");

export interface MadeSession {
  readonly id: string;
  readonly directory: string;
  readonly turns: readonly MadeTurn[];
  readonly parent?: string;
  readonly title?: string;
  /** ms since 1970. */
  readonly begun?: number;
  readonly updated?: number;
}

type Connection = InstanceType<typeof sqlite.Database>;

export function databaseAt(file: string): Connection {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new sqlite.Database(file);
  const made = database.get("SELECT 1 AS made FROM sqlite_master WHERE name = 'project'");
  if (made === null) database.exec(SCHEMA);
  return database;
}

export function addMessage(database: Connection, row: { readonly id: string; readonly session: string; readonly at: number; readonly updated?: number; readonly data: object; readonly parts: readonly object[] }): void {
  const { id, session, at, updated = at } = row;
  database.run("INSERT INTO message VALUES (?, ?, ?, ?, ?)", [id, session, at, updated, JSON.stringify(row.data)]);
  row.parts.forEach((part, i) => database.run("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)", [`prt_${id.slice(4)}${String(i).padStart(3, "0")}`, id, session, at, updated, JSON.stringify(part)]));
}

export function answerData(directory: string, asked: string, at: number, more: object = {}): object {
  return { role: "assistant", parentID: asked, mode: "build", path: { cwd: directory, root: directory }, cost: 0.25, tokens: { input: 10, output: 5, reasoning: 1, cache: { read: 100, write: 3 } }, modelID: "model-x", providerID: "p", time: { created: at, completed: at + 1 }, finish: "stop", ...more };
}

export function addSession(database: Connection, { id, directory, turns, parent, title, begun = BEGUN, updated }: MadeSession): void {
  database.run("INSERT OR IGNORE INTO project VALUES ('root', ?, 'git', NULL, ?, ?, NULL, '[]')", [directory, begun, begun]);
  for (const table of ["part", "message"]) database.run(`DELETE FROM ${table} WHERE session_id = ?`, [id]);
  database.run("DELETE FROM session WHERE id = ?", [id]);
  database.run("INSERT INTO session VALUES (?, 'root', ?, 'calm-harbor', ?, '', ?, '1.18.33', 0.5, NULL, ?, ?)", [id, parent ?? null, directory, title ?? "New session - 2026-03-01T10:00:00.000Z", begun, updated ?? begun]);
  turns.forEach(({ prompt, answer, directory: ran = directory }, i) => {
    const at = begun + i * 1000;
    const asked = `msg_${id.slice(4)}${String(2 * i).padStart(4, "0")}`;
    addMessage(database, { id: asked, session: id, at, updated: updated ?? at, data: { role: "user", time: { created: at }, agent: "build", model: { providerID: "p", modelID: "model-x" } }, parts: [{ type: "text", text: prompt }] });
    const parts = [{ type: "step-start" }, { type: "tool", tool: "bash", callID: `call_${i}`, state: { status: "completed", input: { command: "ls", cwd: "/evil" }, output: "x\n", metadata: { exit: 0 }, time: { start: at + 2, end: at + 3 } } }, { type: "text", text: answer }, { type: "step-finish", reason: "stop" }];
    addMessage(database, { id: `msg_${id.slice(4)}${String(2 * i + 1).padStart(4, "0")}`, session: id, at: at + 1, updated: updated ?? at + 1, data: answerData(ran, asked, at + 1), parts });
  });
}

/** Writes the parts of a session that somebody recorded as lines, each with its time, role and directory beside it, into a database. */
export function writeRecordedParts(file: string, session: string, text: string): void {
  const records = text.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown> & { readonly _ts: number; readonly _cwd: string; readonly _role: string });
  const [begun] = records;
  if (begun === undefined) throw new Error("an empty sample");
  const database = databaseAt(file);
  addSession(database, { id: session, directory: begun._cwd, turns: [], begun: begun._ts });
  records.forEach(({ _ts, _cwd, _role, _model, ...part }, i) => {
    addMessage(database, { id: `msg_${String(i).padStart(6, "0")}`, session, at: _ts, data: { role: _role, path: { cwd: _cwd }, modelID: _model ?? undefined, time: { created: _ts, completed: _ts }, finish: "stop" }, parts: [part] });
  });
  database.close();
}

function familyFixture(agent: Agent, file: string): RowsFixture {
  return {
    storage: "rows",
    agent,
    id: (number) => `ses_e04dd07abffe${String(number).padStart(14, "0")}`,
    transcript: () => file,
    payload: (id) => ({ session_id: id, cwd: "/home/dev" }),
    strange: JSON.stringify({ table: "never_seen", row: { id: "x", data: "{}" } }),
    async write(id, directory, turns, modifiedMs) {
      const database = databaseAt(file);
      try {
        addSession(database, { id, directory, turns, ...(modifiedMs === undefined ? {} : { begun: modifiedMs, updated: modifiedMs }) });
      } finally {
        database.close();
      }
    },
    // What is read is a copy, or is asked for changes after it was read: a database that never keeps still cannot be read.
    async lock() {
      const writing = setInterval(() => utimesSync(file, new Date(), new Date()), 1);
      return async () => clearInterval(writing);
    },
  };
}

export function openCodeFixture(home: string): RowsFixture {
  return familyFixture(openCode({ home }), path.join(home, ".local", "share", "opencode", "opencode.db"));
}

export function kiloCodeFixture(home: string): RowsFixture {
  return familyFixture(kiloCode({ home }), path.join(home, ".local", "share", "kilo", "kilo.db"));
}
