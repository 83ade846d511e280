import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { factoryDroid } from "../../src/adapters/agents/factory-droid/adapter.ts";
import { droidRoots } from "../../src/adapters/agents/factory-droid/roots.ts";
import { droidTurns } from "../../src/adapters/agents/factory-droid/turns.ts";
import { droidView } from "../../src/adapters/agents/factory-droid/view.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { CapturedFile, HookPayload, SessionFacts, SessionSource } from "../../src/ports/agent.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents/factory-droid/0.225.2");
const WORK = "/home/dev/work/acme-web";
const FIRST = "2b4496ba-0f00-4451-835b-7dfdd65470e6";
const FORK = "775998be-c540-47b3-80a5-290fe2f7141a";
const CALLER = "d922f864-9791-4aa1-afbf-b36d9e63198f";
const CALLED = "bab2213b-2af1-45ed-ab9d-94a62a3d5847";

const entriesOf = (view: SessionView): readonly Entry[] => view.turns.flatMap(({ entries }) => entries);
const captured = (source: SessionSource): readonly CapturedFile[] => source.files.map((file) => ({ path: file.path, role: file.role, bytes: () => readFile(file.absolute) }));
const asBytes = (records: readonly object[]): Uint8Array => Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
const transcript = (records: readonly object[]): CapturedFile => ({ path: `sessions/_/${FIRST}.jsonl`, role: "transcript", bytes: async () => asBytes(records) });
const viewOf = (records: readonly object[]): Promise<SessionView> => droidView([transcript(records)]);
function read(records: readonly object[]): SessionFacts {
  const reader = factoryDroid({ home: "/x" }).records({ path: "p", role: "transcript" });
  for (const record of records) reader.take(Buffer.from(JSON.stringify(record)));
  return reader.facts();
}
const start = (more: object = {}): object => ({ type: "session_start", id: FIRST, title: "New Session", version: 2, cwd: WORK, ...more });
const message = (id: string, role: string, content: unknown, more: object = {}): object => ({ type: "message", id, timestamp: "2026-03-01T10:00:00.000Z", message: { role, content, ...more } });
const text = (value: string): object => ({ type: "text", text: value });

let home = "";
let droid: ReturnType<typeof factoryDroid>;
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-droid-")));
  for (const scenario of ["01-first", "07-subagent"]) await cp(path.join(FIXTURES, scenario, "store"), path.join(home, ".factory"), { recursive: true });
  droid = factoryDroid({ home });
});
afterEach(() => rm(home, { recursive: true, force: true }));
async function found(id: string): Promise<SessionSource> {
  const source = await droid.find(id);
  if (source === null) throw new Error("not found");
  return source;
}
const viewed = async (id: string): Promise<SessionView> => droidView(captured(await found(id)));

describe("factory droid: what version 0.225.2 wrote", () => {
  it("views the first session: one prompt among the runs of hooks, edits, exit codes, the total of its tokens", async () => {
    const view = await viewed(FIRST);
    expect(view).toMatchObject({ agent: "factory-droid", id: FIRST, directory: WORK, models: ["custom:mock-0"], damaged: 0, unknown: {} });
    expect(view.turns.map(({ prompt }) => prompt?.slice(0, 12))).toEqual(["Add a slugif"]);
    const recorded = JSON.parse(await readFile((await found(FIRST)).files[1]?.absolute ?? "", "utf8")) as { readonly tokenUsage: Readonly<Record<string, number>> };
    const { inputTokens, outputTokens, thinkingTokens, cacheReadTokens, cacheCreationTokens } = recorded.tokenUsage;
    expect(view.tokens).toEqual({ input: inputTokens, output: outputTokens, reasoning: thinkingTokens, cacheRead: cacheReadTokens, cacheWrite: cacheCreationTokens });
    const entries = entriesOf(view);
    expect(entries.flatMap((entry) => (entry.kind === "tool-result" && entry.exitCode !== undefined ? [entry.exitCode] : []))).toEqual([0, 0, 0]);
    const edits = entries.filter((entry) => entry.kind === "edit");
    expect(edits.map((edit) => edit.path)).toEqual([`${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`]);
    expect(edits[1]).toMatchObject({ before: expect.not.stringContaining("^-+") as string, after: expect.stringContaining("^-+") as string });
  });
  it("leaves out of a fork what was copied from its parent", async () => {
    expect((await found(FORK)).parent).toBe(FIRST);
    const view = await viewed(FORK);
    expect(view.turns.map(({ prompt }) => prompt)).toEqual([undefined, "In one sentence, what does slugify do with underscores?"]);
    expect(entriesOf(view)[0]).toMatchObject({ kind: "note", text: expect.stringContaining(`'${FIRST}'`) as string });
    expect(entriesOf(view).filter(({ kind }) => kind === "tool-call")).toEqual([]);
  });
  it("takes a sub-agent for a session of its own, in which nobody asked", async () => {
    expect((await found(CALLED)).parent).toBe(CALLER);
    const view = await viewed(CALLED);
    expect(view.title).toBe("Worker: Find slugify callers");
    expect(view.turns.every(({ prompt }) => prompt === undefined)).toBe(true);
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(["note", "note", "reasoning", "message", "tool-call", "tool-result", "message"]);
    expect((await viewed(CALLER)).tokens?.output).toBe(207);
  });
  it("leads every hook to the session whose transcript it names", async () => {
    for (const scenario of ["01-first", "07-subagent"]) {
      const hooks = path.join(FIXTURES, scenario, "hooks");
      for (const name of await readdir(hooks)) {
        const payload = JSON.parse((await readFile(path.join(hooks, name), "utf8")).replaceAll("/home/dev/.factory", path.join(home, ".factory"))) as HookPayload;
        expect((await droid.fromHook(payload))?.id, name).toBe(payload["session_id"]);
      }
    }
  });
});

describe("factory droid: files of a session", () => {
  it("are the transcript and the settings beside it, without their backup", async () => {
    const folder = path.join(home, ".factory/sessions/-home-dev-work-acme-web");
    await writeFile(path.join(folder, `${FIRST}.settings.json.bak`), "{}");
    expect((await found(FIRST)).files.map((file) => [file.path, file.role, file.growth])).toEqual([
      [`sessions/_/${FIRST}.jsonl`, "transcript", "append"],
      [`sessions/_/${FIRST}.settings.json`, "sidecar", "rewrite"],
    ]);
    await rename(path.join(folder, `${FIRST}.jsonl`), path.join(home, ".factory/sessions", `${FIRST}.jsonl`));
    expect((await found(FIRST)).files.map((file) => file.path)).toEqual([`sessions/_/${FIRST}.jsonl`]);
  });
  it("are none before there is a transcript, and half of one is taken", async () => {
    const file = path.join(home, ".factory/sessions/-home-dev-work-acme-web", `${FIRST}.jsonl`);
    const payload = { session_id: FIRST, transcript_path: file, cwd: WORK };
    const whole = await readFile(file);
    await rm(file);
    expect(await droid.fromHook(payload)).toBeNull();
    await writeFile(file, whole.subarray(0, 100));
    expect((await droid.fromHook(payload))?.id).toBe(FIRST);
  });
  it("lie where the platform and the environment say", async () => {
    expect(droidRoots({ home: "/home/a" }, path.posix)).toEqual(["/home/a/.factory"]);
    expect(droidRoots({ home: "/Users/a", homeOverride: "/x" }, path.posix)).toEqual(["/x/.factory"]);
    expect(droidRoots({ home: "C:\\Users\\a", homeOverride: "" }, path.win32)).toEqual(["C:\\Users\\a\\.factory"]);
    expect(droidRoots({ home: "C:\\Users\\a", homeOverride: "D:\\x" }, path.win32)).toEqual(["D:\\x\\.factory"]);
    await mkdir(path.join(home, "other"));
    expect(await factoryDroid({ home, homeOverride: path.join(home, "other") }).find(FIRST)).toBeNull();
  });
  it("say the model in the settings where no answer does", async () => {
    const settings: CapturedFile = { path: `sessions/_/${FIRST}.settings.json`, role: "sidecar", bytes: async () => Buffer.from('{"model": "m"}') };
    expect(await droidView([transcript([start()]), settings])).toMatchObject({ models: ["m"] });
    expect((await droidView([transcript([start()]), { ...settings, bytes: async () => Buffer.from("{half") }])).tokens).toBeUndefined();
  });
});

describe("factory droid: records", () => {
  it("are prompts only when a person wrote them, without what droid puts beside them", async () => {
    const records = [
      start({ title: "Named", isSessionTitleManuallySet: true }),
      message("h", "user", [], { visibility: "user_only", hookEventName: "Stop" }),
      message("u", "user", [text("a note of droid")], { visibility: "user_only" }),
      message("l", "user", [text("<system-reminder>x</system-reminder>")], { visibility: "llm_only" }),
      message("p", "user", [text("<system-reminder>x</system-reminder>"), text("fix @a.ts"), text("Contents of /w/a.ts (lines 1-25 of 25):\nsecret")]),
      message("r", "user", [{ type: "tool_result", tool_use_id: "c", content: "x" }]),
      message("q", "user", [text("Contents of the box (lines 1-2 of 2): mine")]),
      message("t", "user", [text("# Task Tool Invocation\n\nof an agent")]),
    ];
    expect(read(records)).toMatchObject({ turns: 2, title: "Named" });
    expect((await viewOf(records)).turns.map(({ prompt }) => prompt)).toEqual(["fix @a.ts", "Contents of the box (lines 1-2 of 2): mine"]);
  });
  it("of a fork whose last copied message is not there are all its own", async () => {
    const records = [start({ parent: FORK, forkedAtMessageId: "gone" }), message("a", "user", [text("one")])];
    expect(read(records)).toMatchObject({ turns: 1, parent: FORK });
    expect((await viewOf(records)).turns.filter(({ prompt }) => prompt !== undefined)).toHaveLength(1);
    const forked = [start({ parent: FORK, forkedAtMessageId: "a" }), message("a", "user", [text("one")]), message("b", "user", [text("two")])];
    expect(read(forked).turns).toBe(1);
    expect((await viewOf(forked)).turns.flatMap(({ prompt }) => prompt ?? [])).toEqual(["two"]);
  });
  it("say what was compressed, failed, refused and interrupted", async () => {
    const call = (id: string, name: string, input: object): object => message(`m${id}`, "assistant", [{ type: "tool_use", id, name, input }], { modelId: "m" });
    const result = (id: string, content: string, failed = false): object => message(`r${id}`, "user", [{ type: "tool_result", tool_use_id: id, is_error: failed, content }]);
    const view = await viewOf([
      start({ parent: FORK }),
      { type: "compaction_state", timestamp: "2026-03-01T10:00:00.000Z", summaryText: "so far" },
      message("p", "user", [text("go")]),
      call("a", "Execute", { command: "false" }),
      result("a", "no\n\n[Process exited with code 1]"),
      call("b", "Create", { file_path: "/b", content: "x" }),
      result("b", "Rejected by the user", true),
      call("c", "ApplyPatch", { input: "*** Begin Patch\n*** Update File: /c\n@@\n-1\n+2\n*** End Patch" }),
      result("c", "ok"),
      { type: "todo_state", todos: {} },
      { type: "agent_turn_outcome", turnId: "p", reason: "cancelled" },
      { type: "agent_turn_outcome", turnId: "p", reason: "failed", error: { message: "out of credits" } },
    ]);
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(["note", "compaction", "tool-call", "tool-result", "tool-call", "tool-result", "rejection", "tool-call", "tool-result", "edit", "interruption", "error"]);
    expect(entriesOf(view)[3]).toMatchObject({ failed: true, exitCode: 1 });
    expect(entriesOf(view)[9]).toMatchObject({ path: "/c", before: "1", after: "2" });
    expect(entriesOf(view)[11]).toMatchObject({ text: "out of credits" });
    expect(view.unknown).toEqual({});
  });
  it("with the title of a session are shown to nobody who may see one turn: it is the first prompt", async () => {
    const records = [start({ title: "one", parent: FORK }), message("a", "user", [text("one")]), message("b", "user", [text("two")])];
    const bytes = asBytes(records);
    const ranges = [...(await droidTurns([transcript(records)])).values()].flat();
    const shown = (turns: readonly (number | "frame")[]): string => Buffer.concat(ranges.filter(({ turn }) => turns.includes(turn)).map(({ from, to }) => bytes.subarray(from, to))).toString();
    expect(shown([1])).toContain("one");
    expect(shown([2])).toContain("two");
    expect(shown([0, 2, "frame"])).not.toContain("one");
  });
});
