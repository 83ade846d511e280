import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cline } from "../../src/adapters/agents/cline/adapter.ts";
import { clineStores } from "../../src/adapters/agents/cline/roots.ts";
import type { SessionView } from "../../src/domain/view.ts";
import type { Agent, HookPayload, SessionSource } from "../../src/ports/agent.ts";

const FIXTURES = path.join(import.meta.dirname, "..", "..", "fixtures", "agents", "cline", "3.0.65");
const WORK = "/home/dev/work/acme-web";

let home = "";
let agent: Agent;
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-cline-")));
  agent = cline({ home, platform: "linux" });
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function payloads(scenario: string): Promise<readonly HookPayload[]> {
  const folder = path.join(FIXTURES, scenario, "hooks");
  return Promise.all((await readdir(folder)).sort().map(async (name) => JSON.parse(await readFile(path.join(folder, name), "utf8")) as HookPayload));
}

async function session(scenario: string, id: string): Promise<SessionSource> {
  await cp(path.join(FIXTURES, scenario, "store"), path.join(home, ".cline", "data"), { recursive: true });
  const source = await agent.find(id);
  if (source === null) throw new Error("not found");
  return source;
}

async function viewed(source: SessionSource): Promise<SessionView> {
  return agent.view(source.files.map(({ path: recorded, absolute, role }) => ({ path: recorded, role, bytes: () => readFile(absolute) })));
}

describe("whole runs of Cline", () => {
  it("have their turns, edits, tokens and place", async () => {
    const source = await session("02-resume", "1795214638076_xo2lt");
    expect(source.files.map(({ path: recorded, role }) => [recorded.split("/").at(-1), role])).toEqual([
      ["1795214638076_xo2lt.messages.json", "transcript"],
      ["1795214638076_xo2lt.json", "sidecar"],
    ]);
    expect(source.files[0]?.directory).toBe(WORK);
    const view = await viewed(source);
    expect(view).toMatchObject({ id: source.id, directory: WORK, branch: "main", version: "3.0.65", models: ["mock-coder"], damaged: 0, unknown: {} });
    expect(view.turns.map(({ prompt }) => prompt?.split(" ", 2).join(" "))).toEqual(["Add a", "Accented letters"]);
    const edits = view.turns.flatMap(({ entries }) => entries.filter((entry) => entry.kind === "edit"));
    expect(edits.map(({ path: file, before }) => [file, before === undefined])).toEqual([
      [`${WORK}/src/slugify.js`, true],
      [`${WORK}/src/slugify.js`, false],
      [`${WORK}/src/slugify.js`, false],
    ]);
    // What came from a cache is in the input that Cline counts.
    const { usage } = (JSON.parse(await readFile(source.files[1]?.absolute ?? "", "utf8")) as { metadata: { usage: { inputTokens: number; outputTokens: number; cacheReadTokens: number } } }).metadata;
    expect((view.tokens?.input ?? 0) + (view.tokens?.cacheRead ?? 0)).toBeGreaterThanOrEqual(usage.inputTokens);
    expect(view.tokens?.output).toBeGreaterThanOrEqual(usage.outputTokens);
  });

  it("have what a sub-agent did behind the call that started it, and its tokens", async () => {
    const view = await viewed(await session("07-subagent", "1795214679529_9wqe9"));
    const entries = view.turns.flatMap((turn) => turn.entries);
    const call = entries.findIndex((entry) => entry.kind === "tool-call" && entry.tool === "spawn_agent");
    expect(entries.slice(call + 1).map(({ kind, subagent }) => [kind, subagent])).toEqual([
      ...["reasoning", "message", "tool-call", "tool-result", "message"].map((kind) => [kind, "agent_1795214680529_xbygep"]),
      ["tool-result", undefined],
      ["message", undefined],
    ]);
    expect(view.tokens?.output).toBe(74 + 32 + 44 + 25);
  });

  it("are what the hooks of their turns lead to, once the transcript is written", async () => {
    const named = await payloads("07-subagent");
    expect(named.length).toBeGreaterThan(2);
    for (const payload of named) expect(await agent.fromHook(payload)).toBeNull();
    const folder = path.join(home, ".cline", "data", "sessions", "1795214679529_9wqe9");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "1795214679529_9wqe9.json"), '{"cwd":"/home/dev/wo');
    for (const payload of named) expect(await agent.fromHook(payload)).toBeNull();
    const source = await session("07-subagent", "1795214679529_9wqe9");
    // The hooks of the sub-agent name the session that started it.
    for (const payload of named) expect(await agent.fromHook(payload)).toEqual(source);
  });
});

describe("tasks of Cline's extension", () => {
  const said = (ts: number, say: string, text: string, more = {}): object => ({ ts, type: "say", say, text, ...more });
  const task = [
    said(1_770_000_000_000, "task", "Rename the module"),
    said(1_770_000_001_000, "api_req_started", JSON.stringify({ request: "x", tokensIn: 5, tokensOut: 2, cacheReads: 7 })),
    said(1_770_000_002_000, "text", "half", { partial: true }),
    said(1_770_000_002_500, "text", "I will."),
    said(1_770_000_003_000, "tool", JSON.stringify({ tool: "newFileCreated", path: "src/a.js", content: "1" })),
    { ts: 1_770_000_004_000, type: "ask", ask: "tool", text: JSON.stringify({ tool: "editedExistingFile", path: "src/b.js", diff: "-1\n+2" }) },
    said(1_770_000_005_000, "command", "npm test"),
    said(1_770_000_006_000, "command_output", "ok"),
    said(1_770_000_007_000, "user_feedback", "And the docs"),
    said(1_770_000_008_000, "api_req_started", JSON.stringify({ cancelReason: "user_cancelled" })),
    said(1_770_000_009_000, "from_the_future", "?"),
  ];
  const base = (): string => path.join(home, ".config", "Code", "User", "globalStorage", "saoudrizwan.claude-dev");

  it("are read in any editor; the index of all tasks says where each ran, and is not taken", async () => {
    const folder = path.join(base(), "tasks", "1770000000000");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "ui_messages.json"), JSON.stringify(task));
    await writeFile(path.join(folder, "api_conversation_history.json"), "[]");
    await mkdir(path.join(base(), "state"));
    await writeFile(path.join(base(), "state", "taskHistory.json"), JSON.stringify([{ id: "1", cwdOnTaskInitialization: "/elsewhere" }, { id: "1770000000000", task: '"cwdOnTaskInitialization":"/evil"', cwdOnTaskInitialization: WORK }]));
    const source = await agent.find("1770000000000");
    if (source === null) throw new Error("not found");
    expect(source.files.map(({ path: recorded }) => recorded)).toEqual(["tasks/1770000000000/ui_messages.json", "tasks/1770000000000/api_conversation_history.json"]);
    expect(source.files[0]?.directory).toBe(WORK);
    const found: string[] = [];
    for await (const { id } of agent.discover([WORK])) found.push(id);
    for await (const { id } of agent.discover(["/elsewhere"])) found.push(id);
    expect(found).toEqual(["1770000000000"]);
    const view = await viewed(source);
    expect(view).toMatchObject({ title: "Rename the module", damaged: 0, unknown: { "say/from_the_future": 1 }, tokens: { input: 5, output: 2, cacheRead: 7 } });
    expect(view.turns.map(({ prompt }) => prompt)).toEqual(["Rename the module", "And the docs"]);
    expect(view.turns.map(({ entries }) => entries.map(({ kind }) => kind))).toEqual([["message", "tool-call", "edit", "tool-call", "tool-call", "tool-result"], ["interruption"]]);
    expect(await agent.placeOf("tasks/1770000000000/ui_messages.json", { directory: WORK, recorded: WORK })).toBe(path.join(home, ".cline", "data", "tasks", "1770000000000", "ui_messages.json"));
  });
});

describe("the stores of Cline", () => {
  it("follow the environment, on every system", () => {
    const first = (options: object, paths: typeof path.posix = path.posix): unknown => clineStores({ home: "/h", platform: "linux", ...options }, paths)[0];
    expect(first({})).toEqual({ base: "/h/.cline/data", sessions: "/h/.cline/data/sessions" });
    expect(first({ clineDir: "/c" })).toEqual({ base: "/c/data", sessions: "/c/data/sessions" });
    expect(first({ clineDir: "/c", dataDir: "/d", sessionDir: "/s" })).toEqual({ base: "/d", sessions: "/s" });
    const bases = (options: Parameters<typeof clineStores>[0], paths: typeof path.posix): readonly string[] => clineStores(options, paths).map(({ base }) => base);
    expect(bases({ home: "/h", platform: "darwin" }, path.posix)).toContain("/h/Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev");
    expect(bases({ home: "/h", platform: "linux", xdgConfigHome: "/x" }, path.posix)).toEqual(expect.arrayContaining(["/x/VSCodium/User/globalStorage/saoudrizwan.claude-dev", "/h/.vscode-server/data/User/globalStorage/saoudrizwan.claude-dev"]));
    expect(bases({ home: "C:\\u", platform: "win32", appData: "C:\\a" }, path.win32)).toEqual(expect.arrayContaining(["C:\\u\\.cline\\data", "C:\\a\\Cursor\\User\\globalStorage\\saoudrizwan.claude-dev"]));
  });
});
