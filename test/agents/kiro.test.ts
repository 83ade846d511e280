import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kiro } from "../../src/adapters/agents/kiro/adapter.ts";
import { readSidecar } from "../../src/adapters/agents/kiro/sidecar.ts";
import { kiroView } from "../../src/adapters/agents/kiro/view.ts";
import type { SessionView } from "../../src/domain/view.ts";
import type { SessionSource } from "../../src/ports/agent.ts";
import { kiroRecord } from "./kiro.fixture.ts";

const WORK = "/home/dev/work/acme-web";
const ID = "7c000000-0000-4000-8000-000000000001";
const sidecar = {
  session_id: ID,
  cwd: WORK,
  title: "Round the total",
  session_state: {
    conversation_metadata: { user_turn_metadatas: [{ message_ids: ["p", "last"], end_timestamp: "2026-03-01T10:00:30Z", end_reason: "UserTurnEnd" }] },
    rts_model_state: { model_info: { model_id: "model-1" } },
  },
};
const view = (records: readonly string[], beside?: unknown): Promise<SessionView> =>
  kiroView([
    { path: `sessions/cli/${ID}.jsonl`, role: "transcript", bytes: () => Promise.resolve(Buffer.from(records.map((record) => `${record}\n`).join(""))) },
    ...(beside === undefined ? [] : [{ path: `sessions/cli/${ID}.json`, role: "sidecar", bytes: () => Promise.resolve(Buffer.from(JSON.stringify(beside))) } as const]),
  ]);
const prompt = (text: string, timestamp = 1772359200): string => kiroRecord("Prompt", [{ kind: "text", data: text }], { meta: { timestamp } });
const use = (name: string, input: object): string => kiroRecord("AssistantMessage", [{ kind: "text", data: "" }, { kind: "toolUse", data: { toolUseId: "t", name, input } }]);
const result = (content: readonly object[], more: object = {}, status = "success"): string => kiroRecord("ToolResults", [{ kind: "toolResult", data: { toolUseId: "t", content, status } }], more);

let home = "";
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-kiro-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));
async function put(id: string, files: Readonly<Record<string, string>>, below = ".kiro"): Promise<void> {
  await mkdir(path.join(home, below, "sessions", "cli"), { recursive: true });
  for (const [end, content] of Object.entries(files)) await writeFile(path.join(home, below, "sessions", "cli", `${id}.${end}`), content);
}
async function discovered(agent = kiro({ home })): Promise<readonly SessionSource[]> {
  const found: SessionSource[] = [];
  for await (const source of agent.discover([WORK])) found.push(source);
  return found;
}

describe("kiro: its store", () => {
  it("has a session with what stands beside its records", async () => {
    await put(ID, { jsonl: `${prompt("a")}\n`, json: JSON.stringify(sidecar, null, 2) });
    const [source] = await discovered();
    expect(source).toMatchObject({ agent: "kiro", id: ID, beside: { title: "Round the total", models: ["model-1"] } });
    expect(source?.files.map(({ path: recorded, role, growth, directory }) => [recorded, role, growth, directory])).toEqual([
      [`sessions/cli/${ID}.jsonl`, "transcript", "append", WORK],
      [`sessions/cli/${ID}.json`, "sidecar", "rewrite", WORK],
    ]);
  });
  it("lies where KIRO_HOME says", async () => {
    await put(ID, { jsonl: `${prompt("a")}\n`, json: JSON.stringify(sidecar) }, "elsewhere");
    expect(await discovered()).toEqual([]);
    expect(await discovered(kiro({ home, kiroHome: path.join(home, "elsewhere") }))).toHaveLength(1);
    expect(await discovered(kiro({ home, kiroHome: "" }))).toEqual([]);
  });
  it("gives a session that does not say where it ran, for a hook to say it, and none without records", async () => {
    await put(ID, { jsonl: `${prompt("a")}\n` });
    await put(ID.replace(/1$/, "2"), { json: JSON.stringify(sidecar) });
    const found = await discovered();
    expect(found.map(({ id, files }) => [id, files.length, files[0]?.directory])).toEqual([[ID, 1, undefined]]);
    expect(await kiro({ home }).fromHook({ hook_event_name: "stop", session_id: ID, cwd: WORK, assistant_response: "x" })).toEqual(found[0]);
    // Headless runs fire hooks without an id.
    expect(await kiro({ home }).fromHook({ hook_event_name: "agentSpawn", cwd: WORK })).toBeNull();
  });
  it("says where a session ran also while the file beside it is torn", () => {
    const text = JSON.stringify(sidecar, null, 2);
    for (const length of [text.length - 1, Math.trunc(text.length / 2), text.indexOf('"title"') + 3]) expect(readSidecar(Buffer.from(text.slice(0, length))).directory).toBe(WORK);
    for (const bytes of ["", "{", '{"cwd": 7}', '{"cwd": "relative"}', '{"nested": {"cwd": "/evil"}}']) expect(readSidecar(Buffer.from(bytes)).directory).toBeUndefined();
  });
});

describe("kiro: its view", () => {
  it("has exit codes, edits, why a tool was used, and the end of a turn", async () => {
    const seen = await view(
      [
        prompt("fix it"),
        use("shell", { command: "npm test", __tool_use_purpose: "Run the tests" }),
        result([{ kind: "json", data: { exit_status: "exit status: 2", stdout: "out\n", stderr: "err\n" } }]),
        use("write", { command: "create", path: "a.txt", content: "hi" }),
        result([{ kind: "text", data: "written" }], { results: { t: { tool: { kind: { BuiltIn: { FileWrite: { command: "create", path: `${WORK}/a.txt`, content: "hi" } } } }, result: { Success: {} } } } }),
        JSON.stringify({ version: "v1", kind: "AssistantMessage", data: { message_id: "last", content: [{ kind: "text", data: "Done." }] } }),
      ],
      sidecar,
    );
    expect(seen).toMatchObject({ id: ID, title: "Round the total", directory: WORK, models: ["model-1"], first: 1772359200000, damaged: 0, unknown: {} });
    // Credits are no tokens.
    expect(seen.tokens).toBeUndefined();
    expect(seen.turns[0]?.entries).toEqual([
      { kind: "reasoning", text: "Run the tests" },
      { kind: "tool-call", call: "t", tool: "shell", input: { command: "npm test" } },
      { kind: "tool-result", call: "t", text: "out\nerr\n", exitCode: 2 },
      { kind: "tool-call", call: "t", tool: "write", input: { command: "create", path: "a.txt", content: "hi" } },
      { kind: "tool-result", call: "t", text: "written" },
      { kind: "edit", call: "t", path: `${WORK}/a.txt`, after: "hi" },
      { kind: "message", text: "Done.", at: Date.parse("2026-03-01T10:00:30Z") },
    ]);
  });
  it("has no edit of a call that failed, and counts parts that it does not know", async () => {
    const write = { results: { t: { tool: { kind: { BuiltIn: { FileWrite: { path: "/a", old_str: "x", new_str: "y" } } } } } } };
    const seen = await view([prompt("a"), result([{ kind: "text", data: "no" }], write, "error"), result([], write), kiroRecord("AssistantMessage", [{ kind: "hologram", data: 1 }])]);
    expect(seen.turns[0]?.entries).toEqual([{ kind: "tool-result", call: "t", text: "no", failed: true }, { kind: "tool-result", call: "t", text: "" }, { kind: "edit", call: "t", path: "/a", before: "x", after: "y" }]);
    expect(seen.unknown).toEqual({ "AssistantMessage/hologram": 1 });
  });
});
