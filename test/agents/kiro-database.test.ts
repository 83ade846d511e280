import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kiro } from "../../src/adapters/agents/kiro/adapter.ts";
import { apart, restLine, restOf, together, turnLine, turnText } from "../../src/adapters/agents/kiro/document-lines.ts";
import { databaseFolders, kiroHome } from "../../src/adapters/agents/kiro/roots.ts";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import type { Agent, CapturedFile, PutOptions } from "../../src/ports/agent.ts";
import { conversationValue, exchanges, kiroRecord, writeConversation } from "./kiro.fixture.ts";
import { capturedFiles, sessionsOf } from "./recorded.ts";

const WORK = "/home/dev/work/acme-web";
const ID = "7d000000-0000-4000-8000-000000000001";
const SAMPLES = path.join(process.env["HX_SAMPLES"] ?? "", "kiro-cli", "agentsview", "kiro_sqlite");
const ENGINES = hasNodeSqlite() ? (["node", "wasm"] as const) : (["wasm"] as const);
const TURNS = [{ prompt: "Add a helper", answer: "Done." }, { prompt: "And a test", answer: "Done too." }];

let home = "";
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "hx-kiro-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const store = (at = home, name = "kiro-cli"): string => path.join(at, ".local", "share", name, "data.sqlite3");
const value = (turns = TURNS, id = ID): string => conversationValue(id, WORK, turns);
async function taken(agent: Agent, id = ID): Promise<readonly CapturedFile[]> {
  const source = await agent.find(id);
  if (source === null) throw new Error("not found");
  return capturedFiles(agent, source);
}
const textsOf = (files: readonly CapturedFile[]): Promise<readonly string[]> => Promise.all(files.map(async (file) => Buffer.from(await file.bytes()).toString()));
function rows(file: string, table = "conversations_v2"): readonly unknown[] {
  const database = new sqlite.Database(file);
  try {
    return database.all(`SELECT * FROM ${table} ORDER BY key`);
  } finally {
    database.close();
  }
}

describe("kiro: its databases", () => {
  it("lie where each system keeps data, beside sessions as files", () => {
    expect(databaseFolders({ home: "/home/dev" }, path.posix)).toEqual(["/home/dev/.local/share/kiro-cli", "/home/dev/.local/share/amazon-q"]);
    expect(databaseFolders({ home: "/home/dev", platform: "linux", xdgDataHome: "/data" }, path.posix)[0]).toBe("/data/kiro-cli");
    expect(databaseFolders({ home: "/Users/dev", platform: "darwin", xdgDataHome: "/data" }, path.posix)[1]).toBe("/Users/dev/Library/Application Support/amazon-q");
    expect(databaseFolders({ home: "C:\\Users\\dev", platform: "win32" }, path.win32)[0]).toBe("C:\\Users\\dev\\AppData\\Local\\kiro-cli");
    expect(databaseFolders({ home: "C:\\Users\\dev", platform: "win32", localAppData: "D:\\l" }, path.win32)[0]).toBe("D:\\l\\kiro-cli");
    expect([kiroHome({ home: "/home/dev", kiroHome: "" }, path.posix), kiroHome({ home: "/home/dev", kiroHome: "/k" }, path.posix)]).toEqual(["/home/dev/.kiro", "/k"]);
  });
  it.each(ENGINES)("give the conversations of a directory, one of Amazon Q, and nothing else of theirs, with %s", async (engine) => {
    writeConversation(store(), { id: ID, key: WORK, value: value() });
    writeConversation(store(), { id: "other", key: "/home/dev/notes", value: value(TURNS, "other") });
    writeConversation(store(home, "amazon-q"), { id: "", key: `${WORK}/ui`, value: value(TURNS, "of-q") }, "conversations");
    writeConversation(store(home, "amazon-q"), { id: "", key: `${WORK}/broken`, value: "{broken" }, "conversations");
    const agent = kiro({ home, engine });
    expect((await sessionsOf(agent, [WORK])).map(({ id, files }) => [id, files.map(({ path: recorded, growth }) => [recorded, growth])])).toEqual([
      [ID, [[`conversations/${ID}.jsonl`, "append"], [`conversations/${ID}.state.jsonl`, "rewrite"]]],
      ["of-q", [["conversations/of-q.jsonl", "append"], ["conversations/of-q.state.jsonl", "rewrite"]]],
    ]);
    const [turns = "", state = ""] = await textsOf(await taken(agent));
    expect(turns.split("\n")[0]).toBe(JSON.stringify({ kiro: 1, session: ID, directory: WORK, created: 1_772_359_200_000 }));
    expect(turns.trimEnd().split("\n")).toHaveLength(5);
    expect(state.split("\n")[0]).toBe(`{"table":"conversations_v2","row":{"key":"${WORK}","conversation_id":"${ID}","created_at":1772359200000,"updated_at":1772359200000}}`);
    expect(turns + state).not.toContain("very-secret");
  });
  it("give way to a session that lies as files, which they never keep from being read", async () => {
    const folder = path.join(home, ".kiro", "sessions", "cli");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${ID}.jsonl`), `${kiroRecord("Prompt", [{ kind: "text", data: "a" }])}\n`);
    writeFileSync(path.join(folder, `${ID}.json`), JSON.stringify({ cwd: WORK }));
    writeConversation(store(), { id: ID, key: WORK, value: value() });
    expect((await sessionsOf(kiro({ home }), [WORK])).map(({ files }) => files.map(({ path: recorded }) => recorded))).toEqual([[`sessions/cli/${ID}.jsonl`, `sessions/cli/${ID}.json`]]);
    writeFileSync(store(), "no database at all".repeat(100));
    const found: string[] = [];
    await expect((async () => {
      for await (const { id } of kiro({ home }).discover([WORK])) found.push(id);
    })()).rejects.toMatchObject({ code: "io-failed" });
    expect(found).toEqual([ID]);
  });
  it("say where each turn ran, and what was cancelled, edited and unknown", async () => {
    const turn = (content: object, assistant: object): object => ({ user: { content, timestamp: "2026-03-01T10:00:00Z" }, assistant });
    const history = [
      ...exchanges(0, { prompt: "Add", answer: "Done.", directory: "/home/dev/other" }, WORK),
      turn({ Prompt: { prompt: "Edit" } }, { ToolUse: { content: "I do.", tool_uses: [{ id: "w", name: "fs_write", args: { command: "str_replace", path: "/w/a", old_str: "a", new_str: "b" } }, { id: "x", name: "execute_bash", args: {} }] } }),
      turn({ ToolUseResults: { tool_use_results: [{ tool_use_id: "w", content: [{ Text: "ok" }], status: "Success" }, { tool_use_id: "x", content: [{ Json: { exit_status: "2", stdout: "", stderr: "no" } }], status: "Success" }] } }, { ToolUse: { content: "", tool_uses: [{ id: "y", name: "fs_read", args: {} }] } }),
      turn({ CancelledToolUses: { prompt: "Stop that", tool_use_results: [{ tool_use_id: "y", content: [{ Text: "cancelled" }], status: "Error" }] } }, { Hologram: {} }),
    ];
    writeConversation(store(), { id: ID, key: WORK, value: JSON.stringify({ conversation_id: ID, history }) });
    const files = await taken(kiro({ home }));
    const [lines = ""] = await textsOf(files);
    const reader = kiro({ home }).records({ path: "p", role: "transcript" });
    expect(lines.trimEnd().split("\n").map((line) => reader.take(Buffer.from(line)))).toEqual([WORK, "/home/dev/other", "/home/dev/other", undefined, undefined, undefined]);
    const view = await kiro({ home }).view(files);
    expect(view).toMatchObject({ id: ID, directory: WORK, models: ["model-x"], unknown: { "assistant/Hologram": 1 }, damaged: 0, first: Date.parse("2026-03-01T09:00:00.500Z") });
    expect(view.turns.map(({ prompt }) => prompt)).toEqual(["Add", "Edit", "Stop that"]);
    const at = Date.parse("2026-03-01T10:00:00Z");
    expect(view.turns[1]?.entries).toEqual([
      { kind: "message", text: "I do." },
      { kind: "tool-call", call: "w", tool: "fs_write", input: { command: "str_replace", path: "/w/a", old_str: "a", new_str: "b" } },
      { kind: "tool-call", call: "x", tool: "execute_bash", input: {} },
      { at, kind: "tool-result", call: "w", text: "ok" },
      { at, kind: "edit", call: "w", path: "/w/a", before: "a", after: "b" },
      { at, kind: "tool-result", call: "x", text: "no", failed: true, exitCode: 2 },
      { kind: "tool-call", call: "y", tool: "fs_read", input: {} },
      { at, kind: "tool-result", call: "y", text: "cancelled", failed: true },
      { at, kind: "rejection", text: "cancelled" },
    ]);
  });
});

describe("kiro: a document that is taken apart", () => {
  it.each(['{"history":[]}', '{"a":1,"history":[{"b":[1,2]},{"c":"],["}],"d":2}', '{ "history" : [ {} ,\n {"a":\n1} ] , "x": "é" }\n', '{"history":["text", 7, null,"two\\nlines"]}', '{"history":[ ]}', '\uFEFF{"history":[{"a":1}]}'])("is put together again: %s", (document) => {
    const parts = apart(document);
    if (parts === null) throw new Error("not taken apart");
    const turns = parts.turns.map((turn) => turnText(turnLine(turn).slice(0, -1)));
    const rest = restOf(restLine(parts).slice(0, -1));
    expect([turnLine(""), restLine(parts)].join("").split("\n")).toHaveLength(3);
    expect(rest === undefined || turns.includes(undefined) ? null : together({ ...rest, turns: turns.filter((turn) => turn !== undefined) })).toBe(document);
  });
  it("is none without a history", () => {
    for (const document of ["", "{}", "[]", '{"history":{}}', '{"history":[1,}', '{"history":[1]']) expect(apart(document)).toBeNull();
  });
});

describe("kiro: a conversation that is put back", () => {
  const other = (): string => path.join(home, "other");
  const how = (more: Partial<PutOptions> = {}): PutOptions => ({ id: ID, directory: WORK, others: "refuse", dryRun: false, ...more });
  const put = (files: readonly CapturedFile[], more: Partial<PutOptions> = {}): Promise<unknown> => kiro({ home: other() }).put?.(files, how(more)) ?? Promise.reject(new Error("no put"));

  it.runIf(!hasNodeSqlite())("says which Node can", async () => {
    writeConversation(store(), { id: ID, key: WORK, value: value() });
    await expect(put(await taken(kiro({ home })))).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("Node 22.13") as string, hints: ["node --version"] });
  });
  describe.runIf(hasNodeSqlite())("with Node's own SQLite", () => {
    const documents = [["made up", value()], ["without a history", JSON.stringify({ conversation_id: ID })], ...(existsSync(SAMPLES) ? readdirSync(SAMPLES).map((name) => [name, readFileSync(path.join(SAMPLES, name), "utf8")] as const) : [])] as const;
    it.each(documents)("is the row that it was, and captured again byte for byte: %s", async (_, document) => {
      const { conversation_id: id } = JSON.parse(document) as { readonly conversation_id: string };
      for (const table of ["conversations_v2", "conversations"] as const) {
        rmSync(store(), { force: true });
        rmSync(store(other()), { force: true });
        writeConversation(store(), { id, key: WORK, value: document }, table);
        writeConversation(store(other()), { id: "kept", key: "/home/dev/notes", value: value(TURNS, "kept") }, table);
        const files = await taken(kiro({ home }), id);
        expect(await put(files, { id, dryRun: true })).toMatchObject({ action: "written" });
        expect(rows(store(other()), table)).toHaveLength(1);
        expect(await put(files, { id })).toEqual({ path: store(other()), action: "written" });
        expect(rows(store(other()), table)).toEqual([...rows(store(other()), table).filter((row) => (row as { readonly key: string }).key !== WORK), ...rows(store(), table)]);
        expect(await textsOf(await taken(kiro({ home: other() }), id))).toEqual(await textsOf(files));
        expect(await put(files, { id })).toMatchObject({ action: "same" });
      }
    });
    it("goes on in another checkout, and never over what is more or other, unless it is told to", async () => {
      writeConversation(store(), { id: ID, key: WORK, value: value() });
      const files = await taken(kiro({ home }));
      const long = [...TURNS, { prompt: "More", answer: "Yes." }];
      writeConversation(store(other()), { id: ID, key: "/srv/web", value: value(long) });
      await expect(put(files, { directory: "/srv/web" })).rejects.toMatchObject({ code: "exists", message: expect.stringContaining("has more") as string });
      expect(await put(files, { directory: "/srv/web", others: "replace" })).toMatchObject({ action: "replaced" });
      expect(rows(store(other()))).toMatchObject([{ key: "/srv/web", value: value() }]);
      writeConversation(store(other()), { id: ID, key: "/srv/web", value: value(TURNS.slice(0, 1)) });
      await expect(put(files, { directory: "/srv/web", others: "refuse-any" })).rejects.toMatchObject({ code: "exists" });
      expect(await put(files, { directory: "/srv/web" })).toMatchObject({ action: "replaced" });
    });
    it("never takes the place of another conversation of Amazon Q, readable or not", async () => {
      writeConversation(store(), { id: ID, key: WORK, value: value() }, "conversations");
      const files = await taken(kiro({ home }));
      for (const there of [value(TURNS, "another"), "{broken"]) {
        writeConversation(store(other()), { id: "", key: WORK, value: there }, "conversations");
        for (const others of ["refuse", "replace"] as const) await expect(put(files, { others })).rejects.toMatchObject({ code: "exists" });
        expect(rows(store(other()), "conversations")).toEqual([{ key: WORK, value: there }]);
      }
    });
    it("is refused where it is none, or has no place", async () => {
      writeConversation(store(), { id: ID, key: WORK, value: value() });
      const files = await taken(kiro({ home }));
      const [turns = "", state = ""] = await textsOf(files);
      const as = (first: string, second: string): readonly CapturedFile[] => [first, second].map((text, i) => ({ path: files[i]?.path ?? "", role: "sidecar", bytes: async () => Buffer.from(text) }));
      await expect(put(files)).rejects.toMatchObject({ code: "not-found" });
      writeConversation(store(other()), { id: "kept", key: WORK, value: value(TURNS, "kept") });
      for (const bad of [as(turns, ""), as(turns, state.replace('"conversations_v2"', '"auth_kv"')), as(turns, state.replace(`"conversation_id":"${ID}"`, '"conversation_id":"x"')), as(turns, state.replace('"created_at"', '"evil"')), as(`${turns}{broken\n`, state), as(turns, state.split("\n")[0] ?? "")]) {
        await expect(put(bad)).rejects.toMatchObject({ code: "refused" });
      }
      expect(rows(store(other()))).toHaveLength(1);
    });
  });
});
