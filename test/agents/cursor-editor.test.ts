import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cursor } from "../../src/adapters/agents/cursor/adapter.ts";
import { editorRoots } from "../../src/adapters/agents/cursor/roots.ts";
import { slugOf } from "../../src/adapters/agents/cursor/store.ts";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import type { Agent } from "../../src/ports/agent.ts";
import { asked, cursorLine, turnBubbles, writeChat, writeComposer, writeWindow } from "./cursor.fixture.ts";
import { capturedFiles, sessionsOf } from "./recorded.ts";

const WORK = "/home/dev/work/acme-web";
const ID = "c4000000-0000-4000-8000-000000000001";
const CREATED = 1_772_359_000_000;
const UPDATED = 1_772_359_200_000;
const ENGINES = hasNodeSqlite() ? (["node", "wasm"] as const) : (["wasm"] as const);
const TURNS = [...turnBubbles(0, { prompt: "hi", answer: "yes" }), ...turnBubbles(1, { prompt: "more", answer: "no" })];

let home = "";
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "hx-cursor-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const user = (): string => path.join(home, ".config", "Cursor", "User");
const store = (): string => path.join(user(), "globalStorage", "state.vscdb");
async function linesOf(agent: Agent, id = ID): Promise<readonly (readonly string[])[]> {
  const source = await agent.find(id);
  if (source === null) throw new Error("not found");
  return Promise.all((await capturedFiles(agent, source)).map(async (file) => Buffer.from(await file.bytes()).toString().trimEnd().split("\n")));
}
function changed(sql: string, values: readonly string[] = []): void {
  const database = new sqlite.Database(store());
  try {
    database.run(sql, [...values]);
  } finally {
    database.close();
  }
}
function transcript(id = ID): void {
  const folder = path.join(home, ".cursor", "projects", slugOf(WORK), "agent-transcripts");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${id}.jsonl`), `${cursorLine("user", asked("hi"))}\n`);
}

describe("cursor: where its editor keeps conversations", () => {
  it("is known on each system", () => {
    expect(editorRoots({ home: "/home/dev" }, path.posix)[0]).toBe("/home/dev/.config/Cursor/User");
    expect(editorRoots({ home: "/home/dev", platform: "linux", xdgConfigHome: "/c" }, path.posix)[0]).toBe("/c/Cursor/User");
    expect(editorRoots({ home: "/Users/dev", platform: "darwin" }, path.posix)[0]).toBe("/Users/dev/Library/Application Support/Cursor/User");
    expect(editorRoots({ home: "C:\\Users\\dev", platform: "win32", appData: "C:\\R" }, path.win32)[0]).toBe("C:\\R\\Cursor\\User");
  });
});

describe.each(ENGINES)("cursor: a conversation of its editor, read with %s", (engine) => {
  const agent = (now = UPDATED + 1e9): Agent => cursor({ home, engine, now: () => now });

  it("is taken bubble by bubble, byte for byte but for the person's keys, and nothing else of the database", async () => {
    writeComposer(store(), { id: ID, directory: WORK, bubbles: TURNS, more: { name: "Say hi" } });
    writeComposer(store(), { id: "other", directory: "/home/dev/notes", bubbles: turnBubbles(0, { prompt: "private", answer: "x" }) });
    changed("INSERT INTO cursorDiskKV VALUES (?, ?)", [`bubbleId:${ID}:gone`, '{"bubbleId":"gone","type":2,"text":"taken back"}']);
    changed("INSERT INTO cursorDiskKV VALUES (?, ?)", [`bubbleId:${ID}x:near`, '{"text":"of another"}']);
    const [bubbles = [], state = []] = await linesOf(agent());
    expect(bubbles).toEqual([
      JSON.stringify({ cursor: 1, session: ID, directory: WORK, created: CREATED }),
      '{"title":"Say hi"}',
      ...TURNS.map((bubble) => `{"row":"bubbleId:${ID}:${String(bubble["bubbleId"])}","value":${JSON.stringify(bubble)}}`),
    ]);
    expect(state).toEqual([expect.stringContaining(`{"row":"composerData:${ID}","value":{"_v":18,`), `{"row":"bubbleId:${ID}:gone","value":{"bubbleId":"gone","type":2,"text":"taken back"}}`]);
    expect(JSON.parse(state[0] ?? "")).toMatchObject({ value: { composerId: ID, lastUpdatedAt: UPDATED } });
    expect([...bubbles, ...state].join("")).not.toMatch(/very-secret|private|of another/);
  });
  it("is found by what its window lists, by its transcript and by its id, and is one session with both", async () => {
    writeComposer(store(), { id: ID, directory: WORK, bubbles: TURNS });
    expect(await sessionsOf(agent(), [WORK])).toEqual([]);
    transcript();
    const [both, ...more] = await sessionsOf(agent(), [WORK]);
    expect([both?.files.map(({ path: recorded, directory }) => [recorded, directory]), more]).toEqual([[[`composers/${ID}.jsonl`, undefined], [`composers/${ID}.state.jsonl`, undefined], [`projects/_/agent-transcripts/${ID}.jsonl`, WORK]], []]);
    rmSync(path.join(home, ".cursor"), { recursive: true });
    writeWindow(user(), WORK, [ID, "no-such", "../x"]);
    expect((await sessionsOf(agent(), [WORK])).map(({ id }) => id)).toEqual([ID]);
    expect(await sessionsOf(agent(), ["/home/dev/notes"])).toEqual([]);
    expect((await agent().fromHook({ conversation_id: ID, transcript_path: null }))?.id).toBe(ID);
    expect(await agent().find("no-such")).toBeNull();
  });
  it("that names no directory ran in that of its window; one that ran on another machine is none", async () => {
    writeWindow(user(), WORK, [ID, "far"]);
    writeComposer(store(), { id: ID, bubbles: TURNS });
    const remote = { workspaceIdentifier: { id: "w", uri: { scheme: "vscode-remote", fsPath: "/home/dev/notes", external: "vscode-remote://ssh/home/dev/notes" } } };
    writeComposer(store(), { id: "far", bubbles: TURNS, more: remote });
    expect((await sessionsOf(agent(), [WORK])).map(({ id, files }) => [id, files[0]?.directory])).toEqual([[ID, WORK]]);
    expect(await agent().find("far")).toBeNull();
    expect((await linesOf(agent()))[0]?.[0]).toBe(JSON.stringify({ cursor: 1, session: ID, created: CREATED }));
    writeComposer(store(), { id: ID, directory: "/home/dev/notes", bubbles: TURNS });
    expect(await sessionsOf(agent(), [WORK])).toEqual([]);
  });
  it("has its last turn only when nothing was written for two minutes, and another stamp then", async () => {
    writeComposer(store(), { id: ID, directory: WORK, bubbles: TURNS });
    const recent = agent(UPDATED + 119_000);
    expect((await linesOf(recent))[0]).toHaveLength(5);
    expect((await linesOf(agent(UPDATED + 121_000)))[0]).toHaveLength(9);
    const stamp = async (of: Agent): Promise<string | undefined> => (await of.find(ID))?.files[0]?.stamp;
    expect(await stamp(recent)).not.toBe(await stamp(agent()));
    expect(await stamp(agent())).toBe(await stamp(agent()));
  });
  it("is none without bubbles, or in another form", async () => {
    writeComposer(store(), { id: "empty", directory: WORK, bubbles: [] });
    writeComposer(store(), { id: "older", directory: WORK, bubbles: TURNS, more: { fullConversationHeadersOnly: undefined, conversation: [{ type: 1, text: "hi" }] } });
    changed("INSERT INTO cursorDiskKV VALUES ('composerData:null', NULL)");
    changed("INSERT INTO cursorDiskKV VALUES ('composerData:torn', '{')");
    for (const id of ["empty", "older", "null", "torn"]) expect(await agent().find(id)).toBeNull();
  });
  it("never keeps transcripts from being taken, nor is a link followed", async () => {
    transcript();
    mkdirSync(path.dirname(store()), { recursive: true });
    writeFileSync(store(), "no database at all".repeat(100));
    const ids: string[] = [];
    await expect((async () => {
      for await (const { id } of agent().discover([WORK])) ids.push(id);
    })()).rejects.toMatchObject({ code: "io-failed" });
    expect(ids).toEqual([ID]);
    rmSync(store());
    symlinkSync(path.join(home, "elsewhere.vscdb"), store());
    expect((await agent().find(ID))?.files).toHaveLength(1);
  });
  it("is not put back: a new one begins", async () => {
    for (const file of ["", ".state"]) await expect(agent().placeOf(`composers/${ID}${file}.jsonl`, { directory: WORK, recorded: WORK })).rejects.toMatchObject({ code: "refused", hints: ["hx handoff <session> --to cursor"] });
    const editor = { path: `composers/${ID}.jsonl`, role: "transcript", bytes: async () => new Uint8Array(0) } as const;
    expect(agent().puts?.(editor.path)).toBe(true);
    const how = { id: ID, directory: WORK, others: "replace", dryRun: true } as const;
    await expect(agent().put?.([editor], how)).rejects.toMatchObject({ code: "refused", hints: ["hx handoff <session> --to cursor"] });
    writeChat(path.join(home, ".cursor", "chats", "w", ID, "store.db"), { messages: [], directory: WORK });
    const both = await agent().find(ID);
    expect(await agent().put?.(both === null ? [] : [editor, ...(await capturedFiles(agent(), both))], how)).toMatchObject({ action: "written" });
  });
  it("shows what was thought, said, called and given back, and no tokens", async () => {
    const tool = (name: string, more: object): Readonly<Record<string, unknown>> => ({ bubbleId: name, type: 2, toolFormerData: { name, ...more } });
    const bubbles = [
      { bubbleId: "p", type: 1, text: "Mend it", createdAt: "2026-03-01T10:00:00.000Z" },
      { bubbleId: "t", type: 2, thinking: { text: "How?" }, text: "So.", modelInfo: { modelName: "m" }, tokenCount: { inputTokens: 7, outputTokens: 0 }, createdAt: CREATED },
      tool("read_file", { toolCallId: "c1\nfc", status: "completed", rawArgs: '{"path":"a"}', params: "{}", result: '{"contents":"x"}' }),
      tool("edit_file", { status: "error", params: '{"path":"b"}', error: "no" }),
      tool("grep", { status: "loading", rawArgs: "{" }),
      { bubbleId: "i", type: 1, text: "", images: [{}] },
      { bubbleId: "s", type: 7 },
    ];
    writeComposer(store(), { id: ID, directory: WORK, bubbles });
    const source = await agent().find(ID);
    const view = await agent().view(source === null ? [] : await capturedFiles(agent(), source));
    expect(view).toMatchObject({ id: ID, title: "Mend it", directory: WORK, models: ["m"], first: CREATED, unknown: { "bubble/7": 1 }, damaged: 0 });
    expect(view.tokens).toBeUndefined();
    expect(view.turns.map(({ prompt }) => prompt)).toEqual(["Mend it", "[image]"]);
    expect(view.turns[0]?.entries).toEqual([
      { at: CREATED, model: "m", kind: "reasoning", text: "How?" },
      { at: CREATED, model: "m", kind: "message", text: "So." },
      { kind: "tool-call", call: "c1", tool: "read_file", input: { path: "a" } },
      { kind: "tool-result", call: "c1", text: '{"contents":"x"}' },
      { kind: "tool-call", call: "edit_file", tool: "edit_file", input: { path: "b" } },
      { kind: "tool-result", call: "edit_file", text: "no", failed: true },
      { kind: "tool-call", call: "grep", tool: "grep", input: {} },
    ]);
  });
});

it.runIf(!hasNodeSqlite() || ENGINES.includes("wasm"))("cursor: a database of the editor that is too large to be copied has none, and its transcripts are taken", async () => {
  transcript();
  writeComposer(store(), { id: ID, directory: WORK, bubbles: TURNS });
  const database = new sqlite.Database(store());
  database.exec("CREATE TABLE pad (data BLOB); INSERT INTO pad VALUES (zeroblob(70000000))");
  database.close();
  expect((await cursor({ home, engine: "wasm" }).find(ID))?.files.map(({ path: recorded }) => recorded)).toEqual([`projects/_/agent-transcripts/${ID}.jsonl`]);
});
