import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claudeCode } from "../../src/adapters/agents/claude-code/adapter.ts";
import { claudeReader } from "../../src/adapters/agents/claude-code/reader.ts";
import { slugMatcher, slugOf } from "../../src/adapters/agents/claude-code/slug.ts";
import { claudeView } from "../../src/adapters/agents/claude-code/view.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { CapturedFile, SessionSource } from "../../src/ports/agent.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents/claude-code/2.1.329");
const store = (scenario: string): string => path.join(FIXTURES, scenario, "store");
const WORK = "/home/dev/work/acme-web";
const SPAWNED = "58d8c18e-2f07-44d7-b1ea-a17885a10436";

const captured = (source: SessionSource): readonly CapturedFile[] => source.files.map((file) => ({ path: file.path, role: file.role, bytes: () => readFile(file.absolute) }));
const entriesOf = (view: SessionView): readonly Entry[] => view.turns.flatMap(({ entries }) => entries);
const transcript = (records: readonly object[]): readonly CapturedFile[] => [
  { path: "projects/_/s.jsonl", role: "transcript", bytes: () => Promise.resolve(Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""))) },
];
const prompt = (uuid: string, parentUuid: string | null, content: unknown, more: object = {}) => ({ type: "user", uuid, parentUuid, cwd: WORK, message: { role: "user", content }, ...more });
const answer = (uuid: string, parentUuid: string, content: readonly object[], more: object = {}) => ({ type: "assistant", uuid, parentUuid, message: { id: uuid, role: "assistant", model: "m", content, ...more } });
const text = (words: string): readonly object[] => [{ type: "text", text: words }];

describe("claude-code: what version 2.1.329 wrote", () => {
  it("views the first session: turns, edits with both sides, tokens counted once", async () => {
    const source = await claudeCode({ home: "/nonexistent", configDir: store("01-first") }).find("092d6f4c-b506-4c71-a289-fa37763ac179");
    if (source === null) throw new Error("not found");
    const view = await claudeView(captured(source));
    expect(view).toMatchObject({ directory: WORK, branch: "main", version: "2.1.329", models: ["claude-opus-5-5"], damaged: 0, unknown: {} });
    expect(view.tokens).toEqual({ input: 3933, output: 814, reasoning: 0, cacheRead: 62859, cacheWrite: 11784 });
    expect(view.turns).toHaveLength(1);
    const edits = entriesOf(view).filter((entry) => entry.kind === "edit");
    expect(edits.map(({ path: file }) => file)).toEqual([`${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`]);
    expect(edits[1]).toMatchObject({ before: ".replace(/[^a-z0-9]+/g, '-');", patch: expect.stringContaining("@@ -4,7 +4,8 @@") as string });
  });
  it("goes on from the first session to its continuation", async () => {
    const file = "projects/-home-dev-work-acme-web/092d6f4c-b506-4c71-a289-fa37763ac179.jsonl";
    const [before, after] = await Promise.all([readFile(path.join(store("01-first"), file)), readFile(path.join(store("02-continue"), file))]);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    const agent = claudeCode({ home: "/nonexistent" });
    const one = agent.records({ path: file, role: "transcript" });
    for (const line of before.toString().split("\n")) one.take(Buffer.from(line));
    expect(one.facts().turns).toBe(1);
    const two = agent.records({ path: file, role: "transcript" }, JSON.parse(JSON.stringify(one.state())));
    for (const line of after.subarray(before.length).toString().split("\n")) two.take(Buffer.from(line));
    const whole = agent.records({ path: file, role: "transcript" });
    for (const line of after.toString().split("\n")) whole.take(Buffer.from(line));
    expect(two.facts()).toEqual(whole.facts());
    expect(whole.facts()).toMatchObject({ turns: 2, title: expect.stringContaining("Add a slugify(text) helper") as string });
  });
  it("puts what a sub-agent wrote behind the call that started it, and counts its tokens once", async () => {
    const source = await claudeCode({ home: "/nonexistent", configDir: store("08-subagent") }).find(SPAWNED);
    if (source === null) throw new Error("not found");
    expect(source.files.map(({ role }) => role)).toEqual(["transcript", "subagent", "sidecar"]);
    const view = await claudeView(captured(source));
    const entries = entriesOf(view);
    const called = entries.findIndex((entry) => entry.kind === "tool-call" && entry.tool === "Agent");
    const own = entries.filter((entry) => entry.subagent === "ac3a062d90413eccd");
    expect(own.map(({ kind }) => kind)).toEqual(["reasoning", "message", "tool-call", "tool-result", "message"]);
    expect(entries.indexOf(own[0] as Entry)).toBe(called + 1);
    expect(view.tokens).toMatchObject({ input: 1275 + 873, output: 213 + 154 });
    expect(view.turns).toHaveLength(1);
  });
  it("leads every hook payload to its session, a sub-agent's to the session that started it", async () => {
    for (const scenario of await readdir(FIXTURES)) {
      for (const name of await readdir(path.join(FIXTURES, scenario, "hooks"))) {
        const payload = JSON.parse((await readFile(path.join(FIXTURES, scenario, "hooks", name), "utf8")).replaceAll("/home/dev/.claude", store(scenario))) as Record<string, string>;
        const agent = claudeCode({ home: "/nonexistent", configDir: store(scenario) });
        const source = await agent.fromHook(payload);
        if (name.startsWith("010-background")) expect(source).toBeNull();
        else expect(source?.id, name).toBe(payload["session_id"]);
        const child = payload["agent_transcript_path"];
        if (child !== undefined) expect((await agent.fromHook({ transcript_path: child }))?.id).toBe(SPAWNED);
      }
    }
  });
});

describe("claude-code: files of a session", () => {
  let home = "";
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-claude-")));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const put = async (file: string, content = "{}\n"): Promise<void> => {
    const absolute = path.join(home, ".claude", file);
    await mkdir(path.dirname(absolute), { recursive: true });
    await writeFile(absolute, content);
  };
  const SLUG = slugOf(WORK);

  it("takes all that belongs to it, and nothing else", async () => {
    const own = [
      `projects/${SLUG}/s1.jsonl`,
      `projects/${SLUG}/s1.jsonl.superseded-20260101`,
      `projects/${SLUG}/s1.orphaned-20260101-ab.jsonl`,
      `projects/${SLUG}/s1/custom-title.json`,
      `projects/${SLUG}/s1/subagents/agent-a1.jsonl`,
      `projects/${SLUG}/s1/subagents/agent-a1.meta.json`,
      `projects/${SLUG}/s1/subagents/workflows/wf1/agent-a2.jsonl`,
      `projects/${SLUG}/s1/tool-results/toolu_1.txt`,
      `file-history/s1/abc@v1`,
      `image-cache/s1/1.png`,
      `tasks/s1/1.json`,
      `todos/s1-agent-s1.json`,
    ];
    for (const file of own) await put(file);
    await put(`projects/${SLUG}/agent-b1.jsonl`, '{"sessionId":"s1","isSidechain":true}\n');
    await put(`projects/${SLUG}/agent-b2.jsonl`, '{"sessionId":"s2","isSidechain":true}\n');
    for (const foreign of [`projects/${SLUG}/s2.jsonl`, `projects/${SLUG}/memory/m.md`, `projects/${SLUG}/sessions-index.json`, `projects/${SLUG}/.session-aliases`, "sessions/4711.json", "sessions/4711.key", "history.jsonl", "settings.json", ".credentials.json", "file-history/s2/x@v1", "session-env/s1/env.sh", "todos/s1x.json"]) {
      await put(foreign);
    }
    await symlink("/etc", path.join(home, ".claude", "projects", SLUG, "s1", "linked"));
    const source = await claudeCode({ home }).find("s1");
    const paths = source?.files.map((file) => file.path) ?? [];
    expect(paths[0]).toBe("projects/_/s1.jsonl");
    expect([...paths].sort()).toEqual([...own.map((file) => file.replace(SLUG, "_")), "projects/_/agent-b1.jsonl"].sort());
    const role = (end: string): string | undefined => source?.files.find((file) => file.path.endsWith(end))?.role;
    expect([role("agent-a2.jsonl"), role("agent-b1.jsonl"), role("toolu_1.txt"), role("abc@v1"), role("meta.json"), role("-ab.jsonl")]).toEqual(["subagent", "subagent", "tool-result", "attachment", "sidecar", "transcript"]);
    expect(source?.files.filter((file) => file.growth === "append").map((file) => file.path.includes(".jsonl"))).not.toContain(false);
  });
  it("keeps the paths of a session that moved to another folder, with what stayed behind", async () => {
    await put(`projects/${SLUG}/s1.jsonl`);
    await put(`projects/${SLUG}/s1/subagents/agent-a1.jsonl`);
    const agent = claudeCode({ home });
    const before = (await agent.find("s1"))?.files.map((file) => file.path);
    await rename(path.join(home, ".claude", "projects", SLUG), path.join(home, ".claude", "projects", "-tmp-elsewhere"));
    expect((await agent.find("s1"))?.files.map((file) => file.path)).toEqual(before);
    const stale = { session_id: "s1", transcript_path: path.join(home, ".claude", "projects", SLUG, "s1.jsonl") };
    expect((await agent.fromHook(stale))?.files[0]?.absolute).toContain("-tmp-elsewhere");
  });
  it("follows a link from one folder of the store to another, once", async () => {
    await put("projects/-home-dev-old/s1.jsonl");
    await symlink("-home-dev-old", path.join(home, ".claude", "projects", SLUG));
    const ids: string[] = [];
    for await (const { id } of claudeCode({ home }).discover([WORK, "/home/dev/old"])) ids.push(id);
    expect(ids).toEqual(["s1"]);
  });
  it("looks into folders whose name was set by hand, by what their sessions say", async () => {
    await put("projects/shared/s1.jsonl", `{"type":"mode"}\n{"cwd":"${WORK}/src"}\n`);
    await put("projects/shared/s2.jsonl", '{"cwd":"/home/dev/notes"}\n');
    const ids: string[] = [];
    for await (const { id } of claudeCode({ home }).discover([WORK])) ids.push(id);
    expect(ids).toEqual(["s1"]);
    expect(await claudeCode({ home, projectDirName: "shared" }).placeOf("projects/_/s1.jsonl", { directory: "/x", recorded: "/y" })).toBe(path.join(home, ".claude/projects/shared/s1.jsonl"));
  });
  it("takes CLAUDE_CONFIG_DIR for the only store, else also the one of XDG", async () => {
    await put("projects/-a/s1.jsonl");
    await mkdir(path.join(home, "xdg/claude/projects/-a"), { recursive: true });
    await writeFile(path.join(home, "xdg/claude/projects/-a/s2.jsonl"), "{}\n");
    expect((await claudeCode({ home, xdgConfigHome: path.join(home, "xdg") }).roots()).length).toBe(2);
    expect(await claudeCode({ home, xdgConfigHome: path.join(home, "xdg") }).find("s2")).not.toBeNull();
    expect(await claudeCode({ home, configDir: path.join(home, "xdg/claude") }).find("s1")).toBeNull();
  });
});

describe("claude-code: names of folders", () => {
  it("are made of the directory, cut and hashed when long", () => {
    expect(slugOf("/home/dev/work/acme.web_1")).toBe("-home-dev-work-acme-web-1");
    expect(slugOf("C:\\work\\a")).toBe("C--work-a");
    const long = `/x${"/long-name".repeat(30)}`;
    expect(slugOf(long)).toMatch(/^.{200}-[0-9a-z]+$/);
    expect(slugOf(long)).not.toBe(slugOf(`${long}/b`));
    expect(slugMatcher([long])(slugOf(`${long}/b`))).toBe(true);
  });
  it("match what may lie below, not what lies beside", () => {
    const matches = slugMatcher(["/home/dev/app/"]);
    expect([matches("-home-dev-app"), matches("-home-dev-app-src"), matches("-HOME-dev-app"), matches("-home-dev-apple"), matches("-home-dev")]).toEqual([true, true, true, false, false]);
  });
});

describe("claude-code: view", () => {
  it("marks turns that the person went back from", async () => {
    const view = await claudeView(
      transcript([
        prompt("p1", null, "one"),
        answer("a1", "p1", text("1")),
        prompt("p2", "a1", "two"),
        answer("a2", "p2", text("2")),
        prompt("p3", "a2", "three"),
        answer("a3", "p3", text("3")),
        prompt("p4", "a1", "two again"),
        answer("a4", "p4", text("4")),
        prompt("p5", "a4", "five"),
      ]),
    );
    expect(view.turns.map((turn) => [turn.prompt, turn.abandoned === true])).toEqual([["one", false], ["two", true], ["three", true], ["two again", false], ["five", false]]);
  });
  it("does not take parallel calls, a broken chain or a circle for an abandoned branch", async () => {
    const call = (id: string): object => ({ type: "tool_use", id, name: "Read", input: {} });
    const result = (id: string): object => ({ type: "tool_result", tool_use_id: id, content: "x" });
    const view = await claudeView(
      transcript([
        prompt("p1", null, "one"),
        answer("a1", "p1", [call("t1")]),
        answer("a2", "a1", [call("t2")]),
        prompt("r1", "a1", [result("t1")]),
        prompt("r2", "a2", [result("t2")]),
        prompt("p2", "r1", "two"),
        prompt("p3", "missing", "three"),
        prompt("c1", "c1", "four"),
        { type: "system", subtype: "compact_boundary", uuid: "b", parentUuid: null, logicalParentUuid: "c1" },
        prompt("p5", "b", "five"),
      ]),
    );
    expect(view.turns.map(({ abandoned }) => abandoned)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
  it("takes for a prompt only what a person asked", async () => {
    const records = [
      prompt("1", null, "<command-name>/clear</command-name>"),
      prompt("2", null, "<local-command-stdout>cleared</local-command-stdout>"),
      prompt("3", null, "note", { isMeta: true }),
      prompt("4", null, "<task-notification>x</task-notification>"),
      prompt("5", null, "done", { origin: { kind: "task-notification" } }),
      prompt("6", null, "[Request interrupted by user]"),
      prompt("7", null, "summary", { isCompactSummary: true }),
      prompt("8", null, "side", { isSidechain: true }),
      prompt("9", null, [{ type: "image", source: {} }, { type: "text", text: "what is this" }]),
      prompt("10", null, "<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>src</command-args>"),
      { type: "attachment", uuid: "11", attachment: { type: "queued_command", prompt: "and also this", commandMode: "prompt" } },
      { type: "attachment", uuid: "12", attachment: { type: "queued_command", prompt: "<task-notification>x", commandMode: "prompt" } },
    ];
    const view = await claudeView(transcript(records));
    const asked = view.turns.flatMap((turn) => (turn.prompt === undefined ? [] : [turn.prompt]));
    expect(asked).toEqual(["[image]\nwhat is this", "/review src", "and also this"]);
    const reader = claudeCode({ home: "/x" }).records({ path: "p", role: "transcript" });
    for (const record of records) reader.take(Buffer.from(JSON.stringify(record)));
    expect(reader.facts()).toMatchObject({ turns: 3, title: "[image]" });
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(expect.arrayContaining(["interruption", "compaction"]));
  });
  it("counts an answer once, however many records repeat its usage", async () => {
    const usage = (output_tokens: number): object => ({ id: "m1", usage: { input_tokens: 10, output_tokens } });
    const view = await claudeView(transcript([prompt("p", null, "x"), answer("a", "p", text("1"), usage(1)), answer("b", "a", text("2"), usage(7)), answer("b", "a", text("2"), usage(7))]));
    expect(view.tokens).toEqual({ input: 10, output: 7 });
    expect(entriesOf(view).filter(({ kind }) => kind === "message")).toHaveLength(2);
  });
  it("says what was refused, what failed and with which exit code", async () => {
    const failed = (id: string, content: string): object => prompt(id, "a", [{ type: "tool_result", tool_use_id: "t", is_error: true, content }]);
    const call = { type: "tool_use", id: "t", name: "Edit", input: { file_path: "/f", old_string: "a", new_string: "b" } };
    const view = await claudeView(transcript([prompt("p", null, "x"), answer("a", "p", [call]), failed("r1", "Exit code 2\nno"), failed("r2", "The user doesn't want to proceed with this tool use.")]));
    const entries = entriesOf(view);
    expect(entries.map(({ kind }) => kind)).toEqual(["tool-call", "tool-result", "tool-result", "rejection"]);
    expect(entries[1]).toMatchObject({ failed: true, exitCode: 2 });
  });
  it("takes an edit from the call when the result does not say it, and a moved result from its file", async () => {
    const call = { type: "tool_use", id: "t", name: "Edit", input: { file_path: "/f", old_string: "a", new_string: "b" } };
    const result = prompt("r", "a", [{ type: "tool_result", tool_use_id: "t", content: "preview" }], { toolUseResult: { persistedOutputPath: "/home/dev/.claude/projects/-x/s/tool-results/t.txt" } });
    const files = [...transcript([prompt("p", null, "x"), answer("a", "p", [call]), result]), { path: "projects/_/s/tool-results/t.txt", role: "tool-result" as const, bytes: () => Promise.resolve(Buffer.from("all of it")) }];
    const entries = entriesOf(await claudeView(files));
    expect(entries).toContainEqual(expect.objectContaining({ kind: "tool-result", text: "all of it" }));
    expect(entries).toContainEqual({ kind: "edit", call: "t", path: "/f", before: "a", after: "b" });
  });
  it("says the same of records whether it scans their lines or was given them parsed", async () => {
    const made = [
      { type: "attachment", uuid: "1", timestamp: "2026-03-01T10:00:00.000Z", attachment: { type: "queued_command", prompt: "queued first", commandMode: "prompt" } },
      prompt("2", null, "asked", { gitBranch: "main", version: "9.9.9", timestamp: "2026-03-01T09:00:00.000Z" }),
      prompt("3", null, "side", { isSidechain: true }),
      { type: "user", toolUseResult: {}, message: { role: "user", content: "no prompt" } },
      { type: "user", message: null },
      answer("4", "2", text("done"), { model: "m2" }),
      { type: "custom-title", customTitle: "given" },
      { type: "ai-title", aiTitle: "made" },
    ].map((record) => JSON.stringify(record));
    const written = (await readFile(path.join(store("01-first"), "projects", slugOf(WORK), "092d6f4c-b506-4c71-a289-fa37763ac179.jsonl"), "utf8")).trimEnd().split("\n");
    for (const lines of [made, made.slice(0, 6), written]) {
      const [scanned, parsed] = [claudeReader({ path: "p", role: "transcript" }), claudeReader({ path: "p", role: "transcript" })];
      for (const line of lines) {
        scanned.take(Buffer.from(line));
        parsed.takeParsed(JSON.parse(line) as Record<string, unknown>, Buffer.from(line));
      }
      expect(parsed.facts()).toEqual(scanned.facts());
      expect(scanned.facts().turns).toBeGreaterThan(0);
    }
  });
  it("skims over progress, which is part of the chain of records, and over nothing else", async () => {
    const progress = (uuid: string, parentUuid: string): object => ({ parentUuid, cwd: WORK, type: "progress", data: { type: "agent_progress", message: prompt("x", null, "no prompt") }, uuid, timestamp: "2026-03-01T11:00:00.000Z" });
    const quoted = prompt("4", "p2", 'say {"type":"progress"} again');
    const records = [prompt("1", null, "first"), progress("p1", "1"), progress("p2", "p1"), quoted, { ...prompt("5", "p2", "instead"), note: { type: "progress" } }];
    const view = await claudeView(transcript(records));
    expect(view.turns.map((turn) => [turn.prompt, turn.abandoned])).toEqual([["first", undefined], ['say {"type":"progress"} again', true], ["instead", undefined]]);
    expect(view).toMatchObject({ last: Date.parse("2026-03-01T11:00:00.000Z"), unknown: {}, damaged: 0 });
  });
  it("prefers the person's title to the agent's, and both to the first prompt", () => {
    const reader = claudeCode({ home: "/x" }).records({ path: "p", role: "transcript" });
    const titles: (string | undefined)[] = [];
    for (const record of [prompt("p", null, "\n  first line \nsecond"), { type: "ai-title", aiTitle: "made" }, { type: "custom-title", customTitle: "given" }, { type: "ai-title", aiTitle: "made again" }]) {
      reader.take(Buffer.from(JSON.stringify(record)));
      titles.push(reader.facts().title);
    }
    expect(titles).toEqual(["first line", "made", "given", "given"]);
  });
});
