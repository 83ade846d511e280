import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cursor } from "../../src/adapters/agents/cursor/adapter.ts";
import { rootBlobOf } from "../../src/adapters/agents/cursor/root-blob.ts";
import { cursorRoots } from "../../src/adapters/agents/cursor/roots.ts";
import { slugOf, workspaceHash } from "../../src/adapters/agents/cursor/store.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { Agent, SessionSource } from "../../src/ports/agent.ts";
import { asked, cursorLine, said, turnMessages, writeChat } from "./cursor.fixture.ts";
import { capturedFiles, sessionsOf } from "./recorded.ts";

const WORK = "/home/dev/work/acme-web";
const ID = "c4000000-0000-4000-8000-000000000001";

let home = "";
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-cursor-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const project = (directory = WORK): string => path.join(home, ".cursor", "projects", slugOf(directory));
const chat = (directory = WORK, id = ID): string => path.join(home, ".cursor", "chats", workspaceHash(directory), id);
async function put(file: string, text: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}
const putLines = (file: string, ...lines: readonly string[]): Promise<string> => put(file, lines.map((line) => `${line}\n`).join(""));
async function found(agent: Agent = cursor({ home }), id = ID): Promise<SessionSource> {
  const source = await agent.find(id);
  if (source === null) throw new Error("not found");
  return source;
}
async function texts(agent: Agent, source: SessionSource): Promise<Readonly<Record<string, string>>> {
  const files = await capturedFiles(agent, source);
  return Object.fromEntries(await Promise.all(files.map(async (file) => [path.posix.basename(file.path), Buffer.from(await file.bytes()).toString()] as const)));
}

describe("cursor: its stores", () => {
  it("are below the home on every system, and where the CLI's variables say", () => {
    expect(cursorRoots({ home: "/home/dev", dataDir: "", configDir: "" }, path.posix)).toEqual(["/home/dev/.cursor"]);
    expect(cursorRoots({ home: "/home/dev", dataDir: "/d", configDir: "/d" }, path.posix)).toEqual(["/d", "/home/dev/.cursor"]);
    expect(cursorRoots({ home: "C:\\Users\\dev", configDir: "D:\\c" }, path.win32)).toEqual(["D:\\c", "C:\\Users\\dev\\.cursor"]);
    expect([slugOf("/private/tmp"), slugOf(WORK), slugOf("C:\\work\\a.b")]).toEqual(["private-tmp", "home-dev-work-acme-web", "C-work-a-b"]);
  });
  it("give one session for one id, with its sub-agents, whichever program wrote of it", async () => {
    await putLines(path.join(project(), "agent-transcripts", ID, `${ID}.jsonl`), cursorLine("user", asked("hi")));
    await putLines(path.join(project(), "agent-transcripts", ID, "subagents", "s1.jsonl"), cursorLine("user", said("look")));
    await put(path.join(project(), "agent-transcripts", `${ID}.txt`), "older\n");
    writeChat(path.join(chat(), "store.db"), { messages: turnMessages(0, { prompt: "hi", answer: "yes" }), directory: WORK });
    const agent = cursor({ home });
    const sources = await sessionsOf(agent, [WORK]);
    expect(sources.map(({ id }) => id)).toEqual([ID]);
    expect(sources[0]?.files.map(({ path: recorded, role, growth }) => [recorded, role, growth])).toEqual([
      [`chats/_/${ID}/messages.jsonl`, "transcript", "append"],
      [`chats/_/${ID}/state.jsonl`, "sidecar", "rewrite"],
      [`chats/_/${ID}/log.jsonl`, "sidecar", "append"],
      [`projects/_/agent-transcripts/${ID}/${ID}.jsonl`, "transcript", "append"],
      [`projects/_/agent-transcripts/${ID}/subagents/s1.jsonl`, "subagent", "append"],
      [`projects/_/agent-transcripts/${ID}.txt`, "sidecar", "rewrite"],
    ]);
    // What the database says of the place holds for the transcript too.
    expect(sources[0]?.files[3]?.directory).toBe(WORK);
    const places = await Promise.all(["messages.jsonl", "log.jsonl", "meta.json"].map((name) => agent.placeOf(`chats/_/${ID}/${name}`, { directory: WORK, recorded: "/elsewhere" })));
    expect(places).toEqual(["store.db", "store.db", "meta.json"].map((name) => path.join(chat(), name)));
    await expect(agent.placeOf(`chats/_/${ID}/other.json`, { directory: WORK, recorded: WORK })).rejects.toSatisfy(isHxError);
  });
  it("are joined where the CLI's lie elsewhere", async () => {
    const other = path.join(home, "moved");
    await putLines(path.join(project(), "agent-transcripts", `${ID}.jsonl`), cursorLine("user", asked("hi")));
    writeChat(path.join(other, "chats", "x", ID, "store.db"), { messages: [], directory: WORK });
    const agent = cursor({ home, dataDir: other });
    expect((await found(agent)).files).toHaveLength(4);
    expect((await texts(agent, await found(agent)))["messages.jsonl"]).toContain(`"directory":"${WORK}"`);
  });
});

describe("cursor: where a session ran", () => {
  const transcript = (directory: string, id: string): Promise<string> => putLines(path.join(project(directory), "agent-transcripts", `${id}.jsonl`), cursorLine("user", asked("hi")));
  const directory = async (): Promise<string | undefined> => (await found()).files[0]?.directory;

  it("is what the project's log says, and nothing where that names two", async () => {
    await transcript(WORK, ID);
    expect(await directory()).toBeUndefined();
    await put(path.join(project(), "worker.log"), `[info] start workspacePath=${WORK} pid=7\nworkspacePath=${WORK}\n`);
    expect(await directory()).toBe(WORK);
    await put(path.join(project(), "worker.log"), `workspacePath=${WORK}\nworkspacePath=/home/dev/work/acme/web\n`);
    expect(await directory()).toBeUndefined();
    await put(path.join(project(), "worker.log"), "workspacePath=relative\n");
    expect(await directory()).toBeUndefined();
    await put(path.join(project(), "worker.log"), 'workspacePath="/home/dev/my work" pid=1\r\n');
    expect(await directory()).toBe("/home/dev/my work");
    await rm(path.join(project(), "worker.log"));
    await put(path.join(home, "elsewhere.log"), `workspacePath=${WORK}\n`);
    await symlink(path.join(home, "elsewhere.log"), path.join(project(), "worker.log"));
    expect(await directory()).toBeUndefined();
  });
  it("is left to a hook where nothing says it: the name of a folder narrows, and never tells", async () => {
    await transcript(WORK, "near");
    await transcript(`${WORK}/packages/ui`, "below");
    await transcript("/home/dev/other", "away");
    await putLines(path.join(home, ".cursor", "projects", "1768000000000", "agent-transcripts", "nameless.jsonl"), cursorLine("user", asked("hi")));
    await putLines(path.join(home, ".cursor", "projects", "agent-transcripts", "loose", "loose.jsonl"), cursorLine("user", asked("hi")));
    const sources = await sessionsOf(cursor({ home }), [WORK]);
    expect(sources.map(({ id }) => id)).toEqual(["below", "loose", "nameless", "near"]);
    expect(sources.flatMap(({ files }) => files.map(({ directory: where }) => where))).toEqual([undefined, undefined, undefined, undefined]);
  });
  it("of the CLI is what stands beside its database, else what the conversation says", async () => {
    const agent = cursor({ home });
    const said = async (): Promise<string | undefined> => {
      const [head = ""] = ((await texts(agent, await found(agent)))["messages.jsonl"] ?? "").split("\n");
      return agent.records({ path: "p", role: "transcript" }).take(Buffer.from(head));
    };
    writeChat(path.join(chat(), "store.db"), { messages: [], directory: `${WORK}/a%20b` });
    expect(await said()).toBe(`${WORK}/a b`);
    expect(await sessionsOf(agent, ["/home/dev/other"])).toEqual([]);
    await put(path.join(chat(), "meta.json"), JSON.stringify({ cwd: WORK }));
    expect(await said()).toBe(WORK);
    for (const broken of ['{"cwd":"relative"}', "{", '{"cwd":7}']) {
      await put(path.join(chat(), "meta.json"), broken);
      expect(await said()).toBe(`${WORK}/a b`);
    }
  });
});

describe("cursor: the database of its CLI", () => {
  it("is taken whole but for the person's key, messages as they are and in the order of the conversation", async () => {
    const messages = [JSON.stringify({ role: "system", content: "s" }), ...turnMessages(0, { prompt: "b", answer: "a" }), '{ "role": "user",\n "content": "over lines" }'];
    const others = [Buffer.from([0x0a, 0xff, 0x00]), Buffer.from("plain \u00e4"), Buffer.from('{"role":"assistant","content":"not sent"}')];
    writeChat(path.join(chat(), "store.db"), { messages: [...messages].reverse(), others, meta: { name: "Fix the build" }, directory: WORK });
    const agent = cursor({ home });
    const files = await texts(agent, await found(agent));
    const lines = (files["messages.jsonl"] ?? "").trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual([JSON.stringify({ cursor: 1, session: ID, directory: WORK, created: 1_770_000_000_000 }), '{"title":"Fix the build"}']);
    expect(lines.slice(2).map((line) => line.replace(/^\{"id":"[0-9a-f]{64}",/, ""))).toEqual(
      [...messages].reverse().map((text) => (text.includes("\n") ? `"text":${JSON.stringify(text)}}` : `"message":${text}}`)),
    );
    expect(files["state.jsonl"]).toContain('"message":{"role":"assistant","content":"not sent"}');
    expect(files["state.jsonl"]).toContain('"agentId"');
    expect(files["log.jsonl"]).toContain(`"blob":"${Buffer.from([0x0a, 0xff, 0x00]).toString("base64")}"`);
    expect(files["log.jsonl"]).toContain('"text":"plain ä"');
    expect((files["log.jsonl"] ?? "").trimEnd().split("\n")).toHaveLength(3);
    expect(Object.values(files).join("")).not.toMatch(/very-secret|766572792d736563726574/);
  });
  it("is not opened again while nothing was written, and says what is wrong with it", async () => {
    const file = path.join(chat(), "store.db");
    writeChat(file, { messages: [], directory: WORK });
    const stamp = (await found()).files[0]?.stamp;
    expect((await found()).files[0]?.stamp).toBe(stamp);
    writeChat(file, { messages: ["{}"], directory: WORK });
    const source = await found();
    expect(source.files[0]?.stamp).not.toBe(stamp);
    const [main] = source.files;
    if (main === undefined) throw new Error("no file");
    await expect(cursor({ home }).open({ ...main, absolute: path.join(home, "store.db") })).rejects.toSatisfy(isHxError);
    await writeFile(file, "no database at all".repeat(100));
    await expect(cursor({ home }).open(main)).rejects.toMatchObject({ code: "io-failed" });
  });
  it("has roots that are read as far as they are whole", () => {
    const id = Buffer.alloc(32, 7);
    const root = Buffer.concat([Buffer.from([0x08, 0x96, 0x01, 0x0a, 0x20]), id, Buffer.from([0x15, 1, 2, 3, 4, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x0a, 0x02, 1, 2, 0x4a, 0x09]), Buffer.from("file:///w")]);
    expect(rootBlobOf(root)).toEqual({ messages: ["07".repeat(32)], directory: "/w" });
    for (let length = 0; length < root.length; length++) expect(rootBlobOf(root.subarray(0, length)).messages.length).toBeLessThanOrEqual(1);
    expect(rootBlobOf(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]))).toEqual({ messages: [] });
  });
});

describe("cursor: what a hook says", () => {
  it("leads to the session by its conversation or transcript, a sub-agent's to the one that started it", async () => {
    const main = await putLines(path.join(project(), "agent-transcripts", ID, `${ID}.jsonl`), cursorLine("user", asked("hi")));
    const below = await putLines(path.join(project(), "agent-transcripts", ID, "subagents", "s1.jsonl"), cursorLine("user", said("look")));
    const agent = cursor({ home });
    const payload = { hook_event_name: "stop", workspace_roots: [WORK], user_email: "ada@example.com" };
    for (const more of [{ conversation_id: ID, transcript_path: null }, { conversation_id: "other", transcript_path: main }, { transcript_path: below }, { conversation_id: "sub", agent_transcript_path: below }]) {
      const source = await agent.fromHook({ ...payload, ...more });
      expect([more, source?.id]).toEqual([more, ID]);
      expect(JSON.stringify(source)).not.toContain("ada@");
    }
    for (const more of [{ conversation_id: "../x" }, { conversation_id: ID, transcript_path: "/etc/passwd" }, { conversation_id: "nobody" }, { agent_transcript_path: "/etc/passwd" }]) expect(await agent.fromHook({ ...payload, ...more })).toBeNull();
  });
});

describe("cursor: its view", () => {
  const view = (lines: readonly string[], more: Readonly<Record<string, readonly string[]>> = {}) => {
    const file = (recorded: string, role: "transcript" | "subagent", of: readonly string[]) => ({ path: recorded, role, bytes: () => Promise.resolve(Buffer.from(of.map((line) => `${line}\n`).join(""))) });
    return cursor({ home }).view([...Object.entries(more).map(([recorded, of]) => file(recorded, recorded.includes("subagents") ? "subagent" : "transcript", of)), file(`projects/_/agent-transcripts/${ID}.jsonl`, "transcript", lines)]);
  };
  it("of a transcript has prompts without what Cursor adds, sealed reasoning, calls and the edits that were asked for", async () => {
    const made = await view(
      [
        cursorLine("user", said("<user_info>\nOS\n</user_info>"), asked("fix\n<user_query> it")),
        cursorLine("assistant", said("I do.\n\n[REDACTED]"), { type: "tool_use", name: "StrReplace", input: { path: "/w/a", old_string: "a", new_string: "b" } }),
        cursorLine("assistant", said("[REDACTED]"), { type: "tool_use", name: "Task", input: { prompt: "Count words" } }, { type: "hologram" }),
        cursorLine("user", said("<system_reminder>x</system_reminder>")),
      ],
      { [`projects/_/agent-transcripts/${ID}/subagents/s1.jsonl`]: [cursorLine("user", asked("Count words")), cursorLine("assistant", said("Seven."))] },
    );
    expect(made).toMatchObject({ id: ID, title: "fix", models: [], damaged: 0, unknown: { "part/hologram": 1 } });
    expect([made.first, made.last, made.tokens, made.version]).toEqual([undefined, undefined, undefined, undefined]);
    expect(made.turns).toEqual([
      {
        index: 0,
        prompt: "fix\n<user_query> it",
        entries: [
          { kind: "message", text: "I do." },
          { kind: "reasoning", text: "", sealed: true },
          { kind: "tool-call", call: "call-1", tool: "StrReplace", input: { path: "/w/a", old_string: "a", new_string: "b" } },
          { kind: "edit", call: "call-1", path: "/w/a", before: "a", after: "b" },
          { kind: "reasoning", text: "", sealed: true },
          { kind: "tool-call", call: "call-2", tool: "Task", input: { prompt: "Count words" } },
          { kind: "message", text: "Seven.", subagent: "s1" },
        ],
      },
    ]);
  });
  const wrapped = (messages: readonly string[]): readonly string[] => messages.map((text, i) => `{"id":"${i}","message":${text}}`);
  it("of a database has results, exit codes, models and times, and edits that were made", async () => {
    const call = (id: string, toolName: string, args: object): object => ({ type: "tool-call", toolCallId: id, toolName, args });
    const result = (toolCallId: string, toolName: string, text: string, more: object = {}): string => JSON.stringify({ role: "tool", content: [{ type: "tool-result", toolCallId, toolName, result: text }], ...more });
    const failure = { providerOptions: { cursor: { highLevelToolCallResult: { output: { isError: true } } } } };
    const made = await view([], {
      [`chats/_/${ID}/messages.jsonl`]: [
        JSON.stringify({ cursor: 1, session: ID, directory: WORK, created: 1_770_000_000_000 }),
        '{"title":"Named"}',
        ...wrapped([
          ...turnMessages(0, { prompt: "go", answer: "done" }),
          JSON.stringify({ role: "assistant", content: [call("w\nx", "Write", { path: "/w/n", contents: "n" }), call("v\nx", "Write", { path: "/w/v", contents: "v" }), call("s", "Shell", { command: "false" })] }),
          result("w\nx", "Write", "ok"),
          result("v\nx", "Write", "no", failure),
          result("s", "Shell", "Exit code: 1\n\nbad"),
        ]),
      ],
    });
    expect(made).toMatchObject({ id: ID, title: "Named", directory: WORK, models: ["model-x"], first: 1_770_000_000_000, last: Date.parse("2026-03-01T09:00:00Z"), unknown: {}, damaged: 0 });
    expect(made.turns.map(({ started, prompt }) => [started, prompt])).toEqual([[Date.parse("2026-03-01T09:00:00Z"), "go"]]);
    expect(made.turns[0]?.entries.filter(({ kind }) => kind !== "tool-call")).toEqual([
      { kind: "reasoning", text: "", sealed: true, model: "model-x" },
      { kind: "tool-result", call: "call-0-0", text: "Exit code: 0\n\nx", exitCode: 0 },
      { kind: "message", text: "done" },
      { kind: "tool-result", call: "w", text: "ok" },
      { kind: "edit", call: "w", path: "/w/n", after: "n" },
      { kind: "tool-result", call: "v", text: "no", failed: true },
      { kind: "tool-result", call: "s", text: "Exit code: 1\n\nbad", failed: true, exitCode: 1 },
    ]);
  });
  it("is that of the database, unless a transcript tells of more turns", async () => {
    const short = [cursorLine("user", asked("one"))];
    const rows = { [`chats/_/${ID}/messages.jsonl`]: wrapped(turnMessages(0, { prompt: "one", answer: "yes" })) };
    expect((await view(short, rows)).turns.flatMap(({ entries }) => entries).length).toBeGreaterThan(0);
    expect((await view([...short, cursorLine("user", asked("two"))], rows)).turns.map(({ prompt }) => prompt)).toEqual(["one", "two"]);
  });
  it("reads on over lines that came cut", () => {
    const reader = cursor({ home }).records({ path: "p", role: "transcript" });
    reader.take(Buffer.from(`${cursorLine("user", asked("x".repeat(5 << 20))).slice(0, -10)}`));
    reader.take(Buffer.from(`{"id":"a","message":{"role":"assistant","content":"${"x".repeat(5 << 20)}`));
    expect(reader.facts()).toMatchObject({ turns: 1, damaged: 0 });
  });
});

it("cursor: the project's own files are read, never written", async () => {
  const file = await putLines(path.join(project(), "agent-transcripts", `${ID}.jsonl`), cursorLine("user", asked("hi")));
  writeChat(path.join(chat(), "store.db"), { messages: ["{}"], directory: WORK });
  const before = await Promise.all([file, path.join(chat(), "store.db")].map((each) => readFile(each)));
  const agent = cursor({ home });
  for (const source of await sessionsOf(agent)) await capturedFiles(agent, source);
  expect(await Promise.all([file, path.join(chat(), "store.db")].map((each) => readFile(each)))).toEqual(before);
});
