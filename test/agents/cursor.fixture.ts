import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { cursor } from "../../src/adapters/agents/cursor/adapter.ts";
import { slugOf, workspaceHash } from "../../src/adapters/agents/cursor/store.ts";
import type { AgentFixture, MadeTurn, RowsFixture } from "./contract.ts";

/** A line of a transcript of Cursor, made up in the form of the real ones. */
export function cursorLine(role: string, ...parts: readonly object[]): string {
  return JSON.stringify({ role, message: { content: parts } });
}

export const said = (text: string): object => ({ type: "text", text });
export const asked = (text: string): object => said(`<user_query>\n${text}\n</user_query>`);

const id = (number: number): string => `c4000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const payload = (session: string, transcript: string | null): Readonly<Record<string, unknown>> => ({
  conversation_id: session,
  generation_id: "g",
  model: "model-x",
  hook_event_name: "stop",
  cursor_version: "2.0.0",
  workspace_roots: ["/home/dev/work/acme-web"],
  user_email: "ada@example.com",
  transcript_path: transcript,
});

/** Of the editor: a transcript, and a log of its project that names the workspace. */
export function cursorFixture(home: string): AgentFixture {
  const folder = (directory: string): string => path.join(home, ".cursor", "projects", slugOf(directory));
  return {
    agent: cursor({ home }),
    directory: "beside",
    timeless: true,
    id,
    transcript: (session, directory) => path.join(folder(directory), "agent-transcripts", `${session}.jsonl`),
    begin: () => [cursorLine("assistant", said(""))],
    turn: (_session, _directory, prompt, answer) => [
      cursorLine("user", asked(prompt)),
      cursorLine("assistant", said("I look.\n\n[REDACTED]"), { type: "tool_use", name: "Shell", input: { command: "ls", working_directory: "/evil" } }),
      cursorLine("assistant", said(answer)),
    ],
    beside: async (_session, directory) => {
      await mkdir(folder(directory), { recursive: true });
      await writeFile(path.join(folder(directory), "worker.log"), `[info] starting workspacePath=${directory}\n[info] workspacePath=${directory} pid=7\n`);
    },
    strange: cursorLine("never_seen", said("x")),
    payload,
  };
}

export interface MadeChat {
  /** JSON of the messages, in the order of the conversation. */
  readonly messages: readonly (string | Uint8Array)[];
  readonly others?: readonly Uint8Array[];
  readonly meta?: object;
  /** What the root says. */
  readonly directory?: string;
}

/** Writes the database of one conversation of the CLI. */
export function writeChat(file: string, { messages, others = [], meta = {}, directory }: MadeChat): void {
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const database = new sqlite.Database(file);
  try {
    database.exec("CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB); CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)");
    const put = (data: string | Uint8Array): Buffer => {
      const bytes = Buffer.from(data);
      const hash = createHash("sha256").update(bytes).digest();
      database.run("INSERT OR IGNORE INTO blobs VALUES (?, ?)", [hash.toString("hex"), bytes]);
      return hash;
    };
    const ids = messages.map(put);
    others.forEach(put);
    const uri = Buffer.from(directory === undefined ? "" : `file://${directory}`);
    const root = Buffer.concat([...ids.flatMap((hash) => [Buffer.from([0x0a, 0x20]), hash]), Buffer.from([0x50, 0x96, 0x01]), ...(directory === undefined ? [] : [Buffer.from([0x4a, uri.length]), uri])]);
    const value = JSON.stringify({ agentId: path.basename(path.dirname(file)), latestRootBlobId: put(root).toString("hex"), name: "New Agent", createdAt: 1_770_000_000_000, mode: "default", blobEncryptionKey: "very-secret", ...meta });
    database.run("INSERT INTO meta VALUES ('0', ?)", [Buffer.from(value).toString("hex")]);
  } finally {
    database.close();
  }
}

const cursorOptions = { cursor: { modelName: "model-x" } };

export function turnMessages(i: number, { prompt, answer }: MadeTurn): readonly string[] {
  const call = `call-${i}-0\nfc_${i}`;
  return [
    JSON.stringify({ role: "user", content: [said(`<timestamp>Sunday, Mar 1, 2026, 10:0${i} AM (UTC+1)</timestamp>\n<user_query>\n${prompt}\n</user_query>`)] }),
    JSON.stringify({ role: "assistant", content: [{ type: "reasoning", text: "", signature: "", providerOptions: cursorOptions }, { type: "tool-call", toolCallId: call, toolName: "Shell", args: { command: "ls", cwd: "/evil" } }], id: `msg_${i}` }),
    JSON.stringify({ role: "tool", content: [{ type: "tool-result", toolCallId: call, toolName: "Shell", result: "Exit code: 0\n\nx" }], id: `tool_${i}` }),
    JSON.stringify({ role: "assistant", content: [said(answer)], id: `answer_${i}` }),
  ];
}

/** Of the CLI: a database a conversation. */
export function cursorChatFixture(home: string): RowsFixture {
  const place = (session: string, directory: string): string => path.join(home, ".cursor", "chats", workspaceHash(directory), session, "store.db");
  return {
    storage: "rows",
    directory: "header",
    agent: cursor({ home }),
    id,
    transcript: place,
    payload: (session) => payload(session, null),
    strange: JSON.stringify({ id: "x", message: { role: "never_seen", content: "x" } }),
    async write(session, directory, turns, modifiedMs) {
      const file = place(session, directory);
      writeChat(file, { messages: [JSON.stringify({ role: "system", content: "x" }), JSON.stringify({ role: "user", content: "<user_info>\nWorkspace Path: /evil\n</user_info>" }), ...turns.flatMap((turn, i) => turnMessages(i, turn))], directory: "/evil" });
      const beside = path.join(path.dirname(file), "meta.json");
      writeFileSync(beside, JSON.stringify({ cwd: directory, createdAtMs: 1, updatedAtMs: 2 }));
      if (modifiedMs !== undefined) for (const each of [file, beside]) utimesSync(each, modifiedMs / 1000, modifiedMs / 1000);
    },
    async lock() {
      const file = place(id(1), "/home/dev/work/acme-web");
      const writing = setInterval(() => utimesSync(file, new Date(), new Date()), 1);
      return async () => clearInterval(writing);
    },
  };
}

/** The editor's bubbles of a turn. */
export function turnBubbles(i: number, { prompt, answer }: MadeTurn): readonly Readonly<Record<string, unknown>>[] {
  const at = (second: number): string => new Date(Date.parse("2026-03-01T10:00:00.000Z") + i * 60_000 + second * 1000).toISOString();
  const tool = { tool: 15, toolCallId: `call_${i}\nfc_${i}`, name: "run_terminal_cmd", status: "completed", rawArgs: '{"command":"ls","cwd":"/evil"}', params: '{"command":"ls"}', result: '{"output":"x"}' };
  return [
    { _v: 3, bubbleId: `p${i}`, type: 1, text: prompt, createdAt: at(0) },
    { _v: 3, bubbleId: `t${i}`, type: 2, text: "", thinking: { text: "I look." }, modelInfo: { modelName: "model-x" }, tokenCount: { inputTokens: 0, outputTokens: 0 }, createdAt: at(1) },
    { _v: 3, bubbleId: `c${i}`, type: 2, text: "", toolFormerData: tool, createdAt: at(2) },
    { _v: 3, bubbleId: `a${i}`, type: 2, text: answer, createdAt: at(3) },
  ];
}

export interface MadeComposer {
  readonly id: string;
  /** Absent: it names none. */
  readonly directory?: string;
  readonly bubbles: readonly Readonly<Record<string, unknown>>[];
  readonly more?: object;
}

/** Writes a conversation into the editor's database, as the editor has it. */
export function writeComposer(file: string, { id: composerId, directory, bubbles, more = {} }: MadeComposer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new sqlite.Database(file);
  try {
    database.exec("CREATE TABLE IF NOT EXISTS ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB); CREATE TABLE IF NOT EXISTS cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)");
    database.run("INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', 'very-secret')");
    const uri = directory === undefined ? {} : { workspaceIdentifier: { id: "w", uri: { $mid: 1, fsPath: directory, external: `file://${directory}`, path: directory, scheme: "file" } } };
    const headers = bubbles.map(({ bubbleId, type, createdAt }) => ({ bubbleId, type, grouping: { isRenderable: true }, createdAt }));
    const data = { _v: 18, composerId, status: "completed", createdAt: 1_772_359_000_000, lastUpdatedAt: 1_772_359_200_000, fullConversationHeadersOnly: headers, generatingBubbleIds: [], blobEncryptionKey: "very-secret", ...uri, isAgentic: true, ...more };
    database.run("INSERT INTO cursorDiskKV VALUES (?, ?)", [`composerData:${composerId}`, JSON.stringify(data)]);
    for (const bubble of bubbles) database.run("INSERT INTO cursorDiskKV VALUES (?, ?)", [`bubbleId:${composerId}:${String(bubble["bubbleId"])}`, JSON.stringify(bubble)]);
  } finally {
    database.close();
  }
}

/** A window of the editor, which lists its conversations. */
export function writeWindow(user: string, directory: string, composerIds: readonly string[]): string {
  const place = path.join(user, "workspaceStorage", workspaceHash(directory));
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "workspace.json"), JSON.stringify({ folder: `file://${directory}` }));
  rmSync(path.join(place, "state.vscdb"), { force: true });
  const database = new sqlite.Database(path.join(place, "state.vscdb"));
  try {
    database.exec("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)");
    database.run("INSERT INTO ItemTable VALUES ('composer.composerData', ?)", [JSON.stringify({ allComposers: composerIds.map((composerId) => ({ type: "head", composerId })) })]);
  } finally {
    database.close();
  }
  return place;
}

/** Where the sample of the editor ran. */
const SAMPLE_RAN = "/Users/dev/AiProject/demo-app";

/** Rows that were taken out of a real editor's database, put into one. @param from JSON with `composerData` and `bubbles` */
export function writeSample(user: string, from: string, directory = SAMPLE_RAN): string {
  const text = readFileSync(from, "utf8").replaceAll(SAMPLE_RAN, directory);
  const { composerData, bubbles } = JSON.parse(text) as { readonly composerData: { readonly composerId: string }; readonly bubbles: Readonly<Record<string, object>> };
  const { composerId } = composerData;
  writeComposer(path.join(user, "globalStorage", "state.vscdb"), { id: composerId, bubbles: Object.entries(bubbles).map(([bubbleId, bubble]) => ({ ...bubble, bubbleId })), more: composerData });
  writeWindow(user, directory, [composerId]);
  return composerId;
}

/** Of the editor: one database for all windows. */
export function cursorEditorFixture(home: string): RowsFixture {
  const user = path.join(home, ".config", "Cursor", "User");
  const file = path.join(user, "globalStorage", "state.vscdb");
  const listed = new Map<string, Set<string>>();
  return {
    storage: "rows",
    directory: "header",
    agent: cursor({ home }),
    id,
    transcript: () => file,
    payload: (session) => payload(session, null),
    strange: JSON.stringify({ row: "bubbleId:x:y", value: { type: 99 } }),
    async write(session, directory, turns, modifiedMs) {
      writeComposer(file, { id: session, directory, bubbles: turns.flatMap((turn, i) => turnBubbles(i, turn)), ...(modifiedMs === undefined ? {} : { more: { lastUpdatedAt: modifiedMs } }) });
      const ids = listed.get(directory) ?? new Set();
      listed.set(directory, ids.add(session));
      writeWindow(user, directory, [...ids]);
    },
    async lock() {
      const writing = setInterval(() => utimesSync(file, new Date(), new Date()), 1);
      return async () => clearInterval(writing);
    },
  };
}
