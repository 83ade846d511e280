import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { qwenCode } from "../../src/adapters/agents/qwen-code/adapter.ts";
import { hashOf, slugMatcher, slugOf } from "../../src/adapters/agents/qwen-code/slug.ts";
import { storeOf } from "../../src/adapters/agents/qwen-code/store.ts";
import { qwenTurns } from "../../src/adapters/agents/qwen-code/turns.ts";
import { qwenView } from "../../src/adapters/agents/qwen-code/view.ts";
import { exitCodeIn, tokensOf } from "../../src/adapters/agents/shared/gemini-parts.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { Agent, CapturedFile, SessionSource } from "../../src/ports/agent.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents/qwen-code/0.24.4");
const store = (scenario: string): string => path.join(FIXTURES, scenario, "store");
const WORK = "/home/dev/work/acme-web";
const FIRST = "1f459020-4f44-4ed8-a343-e4df62b8a8b0";
const FORK = "0b42393a-ceb4-4c75-893d-1bd72fee3151";
const PARENT = "214d6ab3-c9a0-4464-b0d1-4689325af25e";
const CHILD = "general-purpose-call_PqZf39LGsxWaL6Nu5fhGvtje";

const agentOf = (qwenHome: string): Agent => qwenCode({ home: "/nonexistent", platform: "linux", qwenHome });
const captured = (source: SessionSource): readonly CapturedFile[] => source.files.map((file) => ({ path: file.path, role: file.role, bytes: () => readFile(file.absolute) }));
const entriesOf = (view: SessionView): readonly Entry[] => view.turns.flatMap(({ entries }) => entries);
const kinds = (view: SessionView): readonly string[] => entriesOf(view).map(({ kind }) => kind);
async function found(scenario: string, id: string): Promise<SessionSource> {
  const source = await agentOf(store(scenario)).find(id);
  if (source === null) throw new Error("not found");
  return source;
}
const file = (records: readonly object[], name = "projects/_/chats/s1.jsonl", role: CapturedFile["role"] = "transcript"): CapturedFile => ({
  path: name,
  role,
  bytes: () => Promise.resolve(Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""))),
});
const view = (records: readonly object[]): Promise<SessionView> => qwenView([file(records)]);
const user = (uuid: string, parentUuid: string | null, text: string, more: object = {}) => ({ type: "user", uuid, parentUuid, cwd: WORK, message: { role: "user", parts: [{ text }] }, ...more });
const answer = (uuid: string, parentUuid: string, parts: readonly object[], more: object = {}) => ({ type: "assistant", uuid, parentUuid, model: "m", message: { role: "model", parts }, ...more });
const calls = (id: string, name: string, args: object = {}) => ({ functionCall: { id, name, args } });
const result = (id: string, name: string, response: object, more: object = {}) => ({ type: "tool_result", uuid: `r-${id}`, message: { role: "user", parts: [{ functionResponse: { id, name, response } }] }, toolCallResult: { callId: id, ...more } });

describe("qwen-code: what version 0.24.4 wrote", () => {
  it("views the first session: turns, edits with both sides, exit codes, tokens counted once", async () => {
    const first = await qwenView(captured(await found("01-first", FIRST)));
    expect(first).toMatchObject({ id: FIRST, directory: WORK, branch: "main", version: "0.24.4", models: ["qwen3-coder-plus"], damaged: 0, unknown: {} });
    expect(first.turns).toHaveLength(1);
    expect(first.tokens).toEqual({ input: 36861, output: 563, reasoning: 69, cacheRead: 85997 });
    const edits = entriesOf(first).filter((entry) => entry.kind === "edit");
    expect(edits.map((edit) => edit.path)).toEqual([`${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`]);
    expect(edits[1]).toMatchObject({ before: ".replace(/[^a-z0-9]+/g, '-');", patch: expect.stringContaining("@@ -4,7 +4,8 @@") as string });
    const results = entriesOf(first).filter((entry) => entry.kind === "tool-result");
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, undefined, undefined, 0, undefined, 0]);
  });
  it("goes on from the first session to its continuation", async () => {
    const name = `projects/-home-dev-work-acme-web/chats/${FIRST}.jsonl`;
    const [before, after] = await Promise.all([readFile(path.join(store("01-first"), name)), readFile(path.join(store("02-continue"), name))]);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    const agent = agentOf(store("01-first"));
    const take = (bytes: Buffer, state?: unknown) => {
      const reader = agent.records({ path: name, role: "transcript" }, state);
      for (const line of bytes.toString().split("\n")) reader.take(Buffer.from(line));
      return reader;
    };
    const one = take(before);
    expect(one.facts().turns).toBe(1);
    expect(take(after.subarray(before.length), JSON.parse(JSON.stringify(one.state()))).facts()).toEqual(take(after).facts());
    expect(take(after).facts().turns).toBe(2);
  });
  it("puts what a sub-agent wrote behind the call that started it, and counts its tokens once", async () => {
    const source = await found("08-subagent", PARENT);
    expect(source.files.map(({ role }) => role)).toEqual(["transcript", "subagent", "sidecar"]);
    const both = await qwenView(captured(source));
    const entries = entriesOf(both);
    const called = entries.findIndex((entry) => entry.kind === "tool-call" && entry.tool === "agent");
    const own = entries.filter((entry) => entry.subagent === CHILD);
    expect(own.map(({ kind }) => kind)).toEqual(["reasoning", "message", "tool-call", "tool-result", "message"]);
    expect(entries.indexOf(own[0] as Entry)).toBe(called + 1);
    expect(both.tokens).toMatchObject({ input: 11985 + 9358, output: 122 + 78 });
    expect([...(await qwenTurns(captured(source))).values()].map((ranges) => ranges.every(({ turn }) => turn === 0))).toEqual([true, true, true]);
  });
  it("leaves out of a fork what it copied", async () => {
    const source = await found("fork", FORK);
    expect(source.parent).toBe(FIRST);
    const fork = await qwenView(captured(source));
    expect(fork.turns.map(({ prompt }) => prompt)).toEqual(["In one sentence, what does slugify do with underscores?"]);
    expect(fork.title).toBe(fork.turns[0]?.prompt);
    expect(fork.tokens).toEqual({ input: 6589, output: 20, reasoning: 18, cacheRead: 15373 });
    expect(entriesOf(fork).at(-1)).toMatchObject({ kind: "note", text: expect.stringContaining("8 records copied") as string });
    const [ranges] = (await qwenTurns(captured(source))).values();
    const bytes = await readFile(source.files[0]?.absolute ?? "");
    for (const { from, to } of ranges ?? []) expect(bytes.subarray(from, to).includes("forkedFrom")).toBe(false);
  });
  it("leads every hook payload to its session, also before the file is there", async () => {
    for (const scenario of ["01-first", "02-continue", "08-subagent"]) {
      for (const name of await readdir(path.join(FIXTURES, scenario, "hooks"))) {
        const payload = JSON.parse((await readFile(path.join(FIXTURES, scenario, "hooks", name), "utf8")).replaceAll("/home/dev/.qwen", store(scenario))) as Record<string, string>;
        expect((await agentOf(store(scenario)).fromHook(payload))?.id, name).toBe(payload["session_id"]);
        const early = JSON.parse(JSON.stringify(payload).replaceAll(FIRST, "ffffffff-4f44-4ed8-a343-e4df62b8a8b0").replaceAll(PARENT, "ffffffff-4f44-4ed8-a343-e4df62b8a8b0")) as Record<string, string>;
        expect(await agentOf(store(scenario)).fromHook(early), `${name}, file absent`).toBeNull();
      }
    }
    const child = path.join(store("08-subagent"), "projects/-home-dev-work-acme-web/subagents", PARENT, `agent-${CHILD}.jsonl`);
    expect((await agentOf(store("08-subagent")).fromHook({ transcript_path: child }))?.id).toBe(PARENT);
  });
});

describe("qwen-code: files of a session", () => {
  let home = "";
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-qwen-")));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const put = async (name: string, content = "{}\n"): Promise<void> => {
    const absolute = path.join(home, ".qwen", name);
    await mkdir(path.dirname(absolute), { recursive: true });
    await writeFile(absolute, content);
  };
  const agent = (): Agent => qwenCode({ home, platform: "linux" });
  const SLUG = slugOf(WORK, "linux");
  const HASH = hashOf(WORK, "linux");
  const record = (more: object): string => `${JSON.stringify({ cwd: WORK, type: "tool_result", ...more })}\n`;

  it("takes all that belongs to it, and nothing else", async () => {
    await put(`projects/${SLUG}/chats/s1.jsonl`, record({ callId: "call_of_this" }) + "x".repeat(1 << 20) + record({ file: "shell_0123abcd" }));
    const own = [`projects/${SLUG}/subagents/s1/agent-a1.jsonl`, `projects/${SLUG}/subagents/s1/agent-a1.meta.json`, `tmp/${HASH}/tool-results/call_of_this.txt`, `tmp/${HASH}/tool-results/shell_0123abcd.output`];
    for (const name of own) await put(name);
    const foreign = ["chats/s1.runtime.json", "chats/s1.worktree.json", "chats/s1.ledger.jsonl", "chats/s2.jsonl", "subagents/s2/agent-b.jsonl", "memory/MEMORY.md", "meta.json"].map((name) => `projects/${SLUG}/${name}`);
    for (const name of [...foreign, `tmp/${HASH}/tool-results/call_of_another.txt`, `tmp/${HASH}/tool-results/cwd.txt`, `tmp/${HASH}/shell_history`, "debug/s1.txt", "settings.json", "oauth_creds.json"]) await put(name);
    await symlink("/etc", path.join(home, ".qwen/projects", SLUG, "subagents/s1/linked"));
    const source = await agent().find("s1");
    const paths = source?.files.map((each) => each.path) ?? [];
    expect(paths[0]).toBe("projects/_/chats/s1.jsonl");
    expect([...paths].sort()).toEqual([`projects/${SLUG}/chats/s1.jsonl`, ...own].map((name) => name.replace(SLUG, "_").replace(HASH, "_")).sort());
    expect(source?.files.map(({ role, growth }) => `${role} ${growth}`)).toEqual(["transcript append", "subagent append", "sidecar rewrite", "tool-result rewrite", "tool-result rewrite"]);
  });
  it("keeps the path of a session that is archived, and back", async () => {
    const chats = path.join(home, ".qwen/projects", SLUG, "chats");
    await put(`projects/${SLUG}/chats/s1.jsonl`);
    const before = await agent().find("s1");
    await mkdir(path.join(chats, "archive"));
    await rename(path.join(chats, "s1.jsonl"), path.join(chats, "archive/s1.jsonl"));
    const stale = { session_id: "s1", transcript_path: path.join(chats, "s1.jsonl") };
    for (const source of [await agent().find("s1"), await agent().fromHook(stale), await agent().fromHook({ transcript_path: path.join(chats, "archive/s1.jsonl") })]) {
      expect(source?.files.map((each) => each.path)).toEqual(before?.files.map((each) => each.path));
      expect(source?.files[0]?.absolute).toContain("archive");
    }
  });
  it("knows the session that started it", async () => {
    await put(`projects/${SLUG}/chats/s1.jsonl`, JSON.stringify({ type: "system", subtype: "parent_session", cwd: WORK, systemPayload: { parentSessionId: "s0" } }) + "\n");
    expect((await agent().find("s1"))?.parent).toBe("s0");
  });
  it("finds its store by the variables, and by what the settings say", async () => {
    const options = { home, platform: "linux" } as const;
    expect(await storeOf(options)).toBe(path.join(home, ".qwen"));
    expect(await storeOf({ ...options, qwenHome: "~/q" })).toBe(path.join(home, "q"));
    expect(await storeOf({ ...options, qwenHome: "/srv/q", runtimeDir: "~\\run\\time" })).toBe(path.join(home, "run/time"));
    await put("settings.json", '{ // mine\n "advanced": { "runtimeOutputDir": "~/elsewhere" } }');
    expect(await storeOf(options)).toBe(path.join(home, "elsewhere"));
    expect(await storeOf({ ...options, runtimeDir: "/srv/r" })).toBe("/srv/r");
    await put("settings.json", '{"advanced": {"runtimeOutputDir": ".qwen"}}');
    expect(await storeOf(options)).toBe(path.join(home, ".qwen"));
    await put("settings.json", '{"runtimeOutputDir": ');
    expect(await storeOf(options)).toBe(path.join(home, ".qwen"));
  });
  it("names folders after the directory, in lower case on Windows", async () => {
    expect(slugOf("/home/dev/work/acme.web_1", "linux")).toBe("-home-dev-work-acme-web-1");
    expect(slugOf("C:\\Work\\A", "win32")).toBe("c--work-a");
    expect(hashOf("C:\\Work", "win32")).toBe(hashOf("c:\\work", "linux"));
    const matches = slugMatcher(["/home/dev/app/"]);
    expect([matches("-home-dev-app"), matches("-home-dev-app-src"), matches("-home-dev-apple"), matches("-home-dev")]).toEqual([true, true, false, false]);
    const place = (recorded: string): Promise<string> => agent().placeOf(recorded, { directory: "/x/y", recorded: WORK });
    expect(await place("projects/_/subagents/s1/agent-a.jsonl")).toBe(path.join(home, ".qwen/projects/-x-y/subagents/s1/agent-a.jsonl"));
    expect(await place("tmp/_/tool-results/c.txt")).toBe(path.join(home, ".qwen/tmp", hashOf("/x/y", "linux"), "tool-results/c.txt"));
    for (const bad of ["projects/_/memory/MEMORY.md", "tmp/_/shell_history/x", "projects/_/chats/archive/s1.jsonl"]) await expect(place(bad)).rejects.toMatchObject({ code: "refused" });
  });
});

describe("qwen-code: view", () => {
  it("shows what a person asked, and not what the agent was told", async () => {
    const seen = await view([
      user("p1", null, "expanded", { systemPayload: { displayText: "as typed" } }),
      user("p2", "p1", "go on\n<qwen:user-prompt-submit-context>\nfrom a hook\n</qwen:user-prompt-submit-context>"),
      user("p3", "p2", "[User message received during tool execution]: and this", { subtype: "mid_turn_user_message", systemPayload: { displayText: "and this" } }),
      user("n1", "p3", "a task ended", { subtype: "notification", provenance: "system" }),
      user("n2", "n1", "a loop", { provenance: "goal_runtime" }),
    ]);
    expect(seen.turns.map(({ prompt }) => prompt)).toEqual(["as typed", "go on", "and this"]);
    expect(entriesOf(seen)).toMatchObject([{ kind: "note", text: "a task ended" }, { kind: "note", text: "a loop" }]);
  });
  it("marks turns that the person went back from", async () => {
    const seen = await view([user("p1", null, "one"), answer("a1", "p1", [{ text: "1" }]), user("p2", "a1", "two"), answer("a2", "p2", [{ text: "2" }]), { type: "system", subtype: "rewind", uuid: "w", parentUuid: "a1" }, user("p3", "w", "two again")]);
    expect(seen.turns.map((turn) => [turn.prompt, turn.abandoned === true])).toEqual([["one", false], ["two", true], ["two again", false]]);
  });
  it("tells refused, stopped and failed calls apart, none of which edits", async () => {
    const seen = await view([
      user("p1", null, "one"),
      answer("a1", "p1", [calls("c1", "edit", { file_path: "/a", old_string: "x", new_string: "y" }), calls("c2", "run_shell_command"), calls("c3", "write_file", { file_path: "/a", content: "x" }), calls("c4", "write_file", { file_path: "/b", content: "new" })]),
      result("c1", "edit", { error: "[Operation Cancelled] Reason: User did not allow tool call" }, { status: "cancelled" }),
      result("c2", "run_shell_command", { error: "[Operation Cancelled] Reason: User cancelled" }, { status: "cancelled" }),
      result("c3", "write_file", { error: "no space" }, { status: "error" }),
      result("c4", "write_file", { output: "ok" }, { status: "success", resultDisplay: { fileDiff: "preview", fileDiffTruncated: true, originalContent: "cut", originalContentTruncated: true, fileName: "b", newContent: "cut", newContentTruncated: true } }),
    ]);
    expect(kinds(seen).slice(4)).toEqual(["tool-result", "rejection", "tool-result", "interruption", "tool-result", "tool-result", "edit"]);
    expect(entriesOf(seen).at(-1)).toEqual({ kind: "edit", call: "c4", path: "/b", after: "new" });
  });
  it("shows errors, compactions and titles, and counts no telemetry", async () => {
    const telemetry = (event: object) => ({ type: "system", subtype: "ui_telemetry", uuid: "t", systemPayload: { uiEvent: event } });
    const records = [
      user("p1", null, "one"),
      telemetry({ "event.name": "qwen-code.api_response", input_token_count: 1000 }),
      telemetry({ "event.name": "qwen-code.api_error", error_message: "quota" }),
      answer("a1", "p1", [{ text: "thinking", thought: true }, { text: "1" }], { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3, thoughtsTokenCount: 2, cachedContentTokenCount: 4, totalTokenCount: 13 } }),
      { type: "system", subtype: "chat_compression", systemPayload: { info: {}, compressedHistory: [{ role: "user", parts: [{ text: "so far" }] }] } },
      { type: "system", subtype: "custom_title", systemPayload: { customTitle: "Made", titleSource: "auto" } },
    ];
    const seen = await view(records);
    expect(seen.tokens).toEqual({ input: 6, output: 3, reasoning: 2, cacheRead: 4 });
    expect(kinds(seen)).toEqual(["error", "reasoning", "message", "compaction"]);
    expect(entriesOf(seen).at(-1)).toMatchObject({ summary: "so far" });
    expect([seen.title, seen.unknown]).toEqual(["Made", {}]);
    expect((await view([...records, { type: "system", subtype: "custom_title", systemPayload: { customTitle: "Given" } }, { type: "system", subtype: "new_thing" }])).unknown).toEqual({ "system/new_thing": 1 });
    expect((await view([...records, { type: "system", subtype: "custom_title", systemPayload: { customTitle: "Given" } }])).title).toBe("Given");
  });
  it("puts a sub-agent whose call is not recorded into the turn that ran then, with its task", async () => {
    const at = (second: number): string => `2026-03-01T10:00:0${second}.000Z`;
    const child = [user("s1", null, "look around", { isSidechain: true, timestamp: at(2) }), answer("s2", "s1", [{ text: "seen" }], { timestamp: at(2) })];
    const seen = await qwenView([file([user("p1", null, "one", { timestamp: at(1) }), user("p2", "p1", "two", { timestamp: at(3) })]), file(child, "projects/_/subagents/s1/agent-x.jsonl", "subagent")]);
    expect(seen.turns[0]?.entries).toMatchObject([{ kind: "note", text: "look around", subagent: "x" }, { kind: "message", text: "seen", subagent: "x" }]);
    expect(seen.turns).toHaveLength(2);
  });
  it("puts the full text of a moved result in the place of its preview", async () => {
    const files = [file([user("p1", null, "one"), answer("a1", "p1", [calls("call_1", "grep")]), result("call_1", "grep", { output: "preview" })]), { path: "tmp/_/tool-results/call_1.txt", role: "tool-result", bytes: () => Promise.resolve(Buffer.from("all of it")) } as const];
    expect(entriesOf(await qwenView(files))[1]).toMatchObject({ text: "all of it" });
    expect((await qwenTurns(files)).get("tmp/_/tool-results/call_1.txt")).toEqual([{ from: 0, to: 9, turn: 0 }]);
  });
});

describe("parts in the form of the Gemini API", () => {
  it("have an exit code only below a command's output", () => {
    expect(exitCodeIn("Output: x\nError: (none)\nExit Code: 1\nSignal: (none)\nProcess Group PGID: (none)")).toBe(1);
    expect(exitCodeIn("<untrusted_context>\nOutput: x\nExit Code: 127\nProcess Group PGID: 7\n</untrusted_context>")).toBe(127);
    expect(exitCodeIn("Output: I print\nExit Code: 4\nand go on\nProcess Group PGID: 7")).toBeUndefined();
    expect(exitCodeIn("Exit Code: (none)")).toBeUndefined();
  });
  it("count thoughts once, whether the service counts them in the answer or beside it", () => {
    const counts = { prompt: 10, answer: 5, thoughts: 3, cached: 4, tool: undefined, total: 18 };
    expect(tokensOf(counts)).toEqual({ input: 6, output: 8, reasoning: 3, cacheRead: 4 });
    expect(tokensOf({ ...counts, total: 15 })).toEqual({ input: 6, output: 5, reasoning: 3, cacheRead: 4 });
    expect(tokensOf({ prompt: undefined, answer: undefined, thoughts: undefined, cached: undefined, tool: undefined, total: 7 })).toEqual({});
  });
});
