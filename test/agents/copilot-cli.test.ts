import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copilotCli } from "../../src/adapters/agents/copilot-cli/adapter.ts";
import { copilotRoots } from "../../src/adapters/agents/copilot-cli/roots.ts";
import { copilotView } from "../../src/adapters/agents/copilot-cli/view.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { CapturedFile, HookPayload, SessionFacts, SessionSource } from "../../src/ports/agent.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents/copilot-cli/1.0.102");
const WORK = "/home/dev/work/acme-web";
const FIRST = "cf311f0a-fe21-42e1-a0ff-51cc4653662d";
const WITH_SUBAGENT = "6549b730-ce90-43fc-8080-d27f1b7eed76";
const SUBAGENT = "f05ce1ea-ab71-4596-b757-fc55b198c764";

const at = (scenario: string): ReturnType<typeof copilotCli> => copilotCli({ home: "/nonexistent", copilotHome: path.join(FIXTURES, scenario, "store") });
const captured = (source: SessionSource): readonly CapturedFile[] => source.files.map((file) => ({ path: file.path, role: file.role, bytes: () => readFile(file.absolute) }));
const entriesOf = (view: SessionView): readonly Entry[] => view.turns.flatMap(({ entries }) => entries);
async function found(scenario: string, id: string): Promise<SessionSource> {
  const source = await at(scenario).find(id);
  if (source === null) throw new Error("not found");
  return source;
}
const viewed = async (scenario: string, id: string): Promise<SessionView> => copilotView(captured(await found(scenario, id)));

let number = 0;
const event = (type: string, data: object, more: object = {}): object => ({ type, data, id: `e${number++}`, timestamp: "2026-03-01T10:00:00.000Z", ...more });
const asBytes = (events: readonly object[]): Uint8Array => Buffer.from(events.map((each) => `${JSON.stringify(each)}\n`).join(""));
const viewOf = (events: readonly object[], more: readonly CapturedFile[] = []): Promise<SessionView> => copilotView([{ path: "session-state/s/events.jsonl", role: "transcript", bytes: async () => asBytes(events) }, ...more]);
function read(events: readonly object[]): { readonly facts: SessionFacts; readonly directories: readonly (string | undefined)[] } {
  const reader = copilotCli({ home: "/x" }).records({ path: "p", role: "transcript" });
  const directories = events.map((each) => reader.take(Buffer.from(JSON.stringify(each))));
  return { facts: reader.facts(), directories };
}
const start = event("session.start", { sessionId: "s", copilotVersion: "1", context: { cwd: WORK, branch: "main" } });
const ask = (content: string, more: object = {}): object => event("user.message", { content, ...more });

describe("copilot cli: what version 1.0.102 wrote", () => {
  it("views a session and its resumption: prompts, exit codes, edits, tokens counted once", async () => {
    const view = await viewed("02-continue", FIRST);
    expect(view).toMatchObject({ agent: "copilot-cli", id: FIRST, directory: WORK, branch: "main", version: "1.0.102", models: ["claude-sonnet-4.5"], damaged: 0, unknown: {} });
    expect(view.turns.map(({ prompt }) => prompt?.slice(0, 12))).toEqual(["Add a slugif", "Accented let"]);
    expect(view.tokens).toEqual({ input: 129844 - 103871 - 19472, output: 1041, cacheRead: 103871, cacheWrite: 19472 });
    const entries = entriesOf(view);
    expect(entries.flatMap((entry) => (entry.kind === "tool-result" && entry.exitCode !== undefined ? [entry.exitCode] : []))).toEqual([0, 0, 0, 0]);
    const edits = entries.filter((entry) => entry.kind === "edit");
    expect(edits.map((edit) => edit.path)).toEqual([`${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`]);
    expect(edits[0]?.after).toContain("function slugify");
    expect(edits[1]).toMatchObject({ before: expect.not.stringContaining("^-+") as string, after: expect.stringContaining("^-+") as string, patch: expect.stringContaining("@@ -4,7 +4,8 @@") as string });
    expect(entries.filter(({ kind }) => kind === "reasoning").every((entry) => entry.kind === "reasoning" && entry.text !== "")).toBe(true);
  });
  it("adds up the requests of a session that is not at its end yet, as its end will", async () => {
    const [events] = captured(await found("02-continue", FIRST));
    const lines = Buffer.from((await events?.bytes()) ?? "").toString("utf8").split("\n");
    const running = lines.slice(0, lines.findLastIndex((line) => line.includes('"type":"session.shutdown"'))).join("\n");
    expect((await copilotView([{ path: "session-state/s/events.jsonl", role: "transcript", bytes: async () => Buffer.from(`${running}\n`) }])).tokens).toEqual((await viewed("02-continue", FIRST)).tokens);
  });
  it("names what a sub-agent wrote, behind the call that started it, and no prompt is its own", async () => {
    const view = await viewed("07-subagent", WITH_SUBAGENT);
    expect(view.turns).toHaveLength(1);
    const entries = entriesOf(view);
    const own = entries.filter(({ subagent }) => subagent === SUBAGENT);
    expect(own.map(({ kind }) => kind)).toEqual(["note", "reasoning", "message", "tool-call", "tool-result", "message"]);
    expect(entries.indexOf(own[0] as Entry)).toBeGreaterThan(entries.findIndex((entry) => entry.kind === "tool-call" && entry.tool === "task"));
    expect(view.tokens?.output).toBe(368);
  });
  it("leads every hook to the session, whatever id a sub-agent's hook has", async () => {
    for (const [scenario, store, id] of [["01-first", "02-continue", FIRST], ["02-continue", "02-continue", FIRST], ["07-subagent", "07-subagent", WITH_SUBAGENT]] as const) {
      for (const name of await readdir(path.join(FIXTURES, scenario, "hooks"))) {
        const payload = (await readFile(path.join(FIXTURES, scenario, "hooks", name), "utf8")).replaceAll("/home/dev/.copilot", path.join(FIXTURES, store, "store"));
        expect((await at(store).fromHook(JSON.parse(payload) as HookPayload))?.id, name).toBe(id);
      }
    }
  });
});

describe("copilot cli: files of a session", () => {
  let home = "";
  let store = "";
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-copilot-")));
    store = path.join(home, ".copilot");
    await cp(path.join(FIXTURES, "02-continue", "store"), store, { recursive: true });
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const folder = (): string => path.join(store, "session-state", FIRST);

  it("are the events first, and the rest without databases, locks and hidden files", async () => {
    for (const name of ["session.db", "session.db-wal", "inuse.7.lock", ".workspace-fork.lock", "files/notes.txt", "plan.md"]) {
      await mkdir(path.dirname(path.join(folder(), name)), { recursive: true });
      await writeFile(path.join(folder(), name), "x");
    }
    const files = (await copilotCli({ home }).find(FIRST))?.files ?? [];
    expect(files.map((file) => [file.path.replace(`session-state/${FIRST}/`, "").replace(/[0-9a-f]{64}/, "…"), file.role, file.growth])).toEqual([
      ["events.jsonl", "transcript", "append"],
      ["checkpoints/index.md", "sidecar", "rewrite"],
      ["files/notes.txt", "attachment", "rewrite"],
      ["plan.md", "sidecar", "rewrite"],
      ["rewind-file-snapshots/backups/…", "attachment", "rewrite"],
      ["rewind-file-snapshots/index.json", "attachment", "rewrite"],
      ["rewind-file-snapshots/tracking.json", "attachment", "rewrite"],
      ["workspace.yaml", "sidecar", "rewrite"],
    ]);
  });
  it("are none before the first event is written, as when the first hook runs, and half of them are taken", async () => {
    const payload = { sessionId: FIRST, cwd: WORK, source: "new", transcriptPath: path.join(folder(), "events.jsonl") };
    const whole = await readFile(path.join(folder(), "events.jsonl"));
    await rm(path.join(folder(), "events.jsonl"));
    expect(await copilotCli({ home }).fromHook(payload)).toBeNull();
    await writeFile(path.join(folder(), "events.jsonl"), whole.subarray(0, 3000));
    expect((await copilotCli({ home }).fromHook(payload))?.id).toBe(FIRST);
  });
  it("may be a single one of an older version, which counts where there is no folder", async () => {
    const flat = path.join(store, "session-state", `${WITH_SUBAGENT}.jsonl`);
    await writeFile(flat, asBytes([start]));
    await writeFile(path.join(store, "session-state", `${FIRST}.jsonl`), asBytes([start]));
    const agent = copilotCli({ home });
    expect((await agent.find(WITH_SUBAGENT))?.files.map((file) => file.path)).toEqual([`session-state/${WITH_SUBAGENT}.jsonl`]);
    expect((await agent.find(FIRST))?.files[0]?.path).toBe(`session-state/${FIRST}/events.jsonl`);
    expect(await agent.placeOf(`session-state/${WITH_SUBAGENT}.jsonl`, { directory: WORK, recorded: WORK })).toBe(flat);
  });
  it("are found by the directory that stands beside the events, too", async () => {
    const yaml = path.join(folder(), "workspace.yaml");
    await writeFile(yaml, (await readFile(yaml, "utf8")).replace(`cwd: ${WORK}`, 'cwd: "/home/dev/other"'));
    const ids: string[] = [];
    for await (const { id } of copilotCli({ home }).discover(["/home/dev/other"])) ids.push(id);
    expect(ids).toEqual([FIRST]);
  });
  it("are not put where a database or a lock is", async () => {
    for (const name of ["session.db", "inuse.1.lock", "files/.hidden"]) await expect(copilotCli({ home }).placeOf(`session-state/${FIRST}/${name}`, { directory: WORK, recorded: WORK })).rejects.toMatchObject({ code: "refused" });
  });
});

describe("copilot cli: events", () => {
  it("say where the session runs; a tool's or a hook's directory does not count", () => {
    const { directories, facts } = read([
      start,
      event("hook.start", { input: { cwd: "/evil" }, context: { cwd: "/evil" } }),
      event("session.resume", { context: { cwd: "/b", branch: "side" } }),
      event("session.context_changed", { cwd: "/c", branch: "third" }),
      event("tool.execution_start", { arguments: { cwd: "/evil" }, cwd: "/evil" }),
    ]);
    expect(directories).toEqual([WORK, undefined, "/b", "/c", undefined]);
    expect(facts.branch).toBe("third");
  });
  it("are prompts only when a person wrote them", async () => {
    const events = [start, ask("first"), ask("", { isAutopilotContinuation: true }), ask("go on", { isAutopilotContinuation: true }), ask("of a skill", { source: "skill-x" }), ask("of a child", { source: "agent-s" }), event("user.message", { content: "task" }, { agentId: "a" }), ask("", { attachments: [{}] }), ask("")];
    expect(read(events).facts.turns).toBe(2);
    const view = await viewOf(events);
    expect(view.turns.map(({ prompt }) => prompt)).toEqual(["first", "[attachment]"]);
    expect(entriesOf(view).map((entry) => ("text" in entry ? entry.text : ""))).toEqual(["go on", "of a skill", "of a child", "task"]);
  });
  it("say what failed, was refused, interrupted and compacted", async () => {
    const call = (id: string, name: string, args: unknown): object => event("assistant.message", { content: "", toolRequests: [{ toolCallId: id, name, arguments: args }] });
    const view = await viewOf([
      start,
      ask("go"),
      call("a", "edit", { path: "/a.ts", old_str: "1", new_str: "2" }),
      event("tool.execution_complete", { toolCallId: "a", success: false, error: { code: "denied", message: "no" } }),
      call("b", "bash", '{"command":"false"}'),
      event("tool.execution_complete", { toolCallId: "b", success: true, result: { content: "<shellId: 3 completed with exit code 1>" } }),
      call("c", "apply_patch", "*** Begin Patch\n*** Add File: b.ts\n+new\n*** End Patch"),
      event("tool.execution_complete", { toolCallId: "c", success: true, result: { content: "ok" }, fileEdits: [{ path: "b.ts" }] }),
      event("subagent.failed", { error: "broke" }, { agentId: "x" }),
      event("session.compaction_complete", { success: true, summaryContent: "so far" }),
      event("session.compaction_complete", { success: false, error: "full" }),
      event("abort", { reason: "user" }),
    ]);
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(["tool-call", "tool-result", "rejection", "tool-call", "tool-result", "tool-call", "tool-result", "edit", "error", "compaction", "error", "interruption"]);
    expect(entriesOf(view)).toEqual(expect.arrayContaining([expect.objectContaining({ call: "b", exitCode: 1 }), expect.objectContaining({ kind: "tool-call", call: "b", input: { command: "false" } }), expect.objectContaining({ kind: "edit", path: "b.ts", after: "new" })]));
  });
  it("count tokens by the last total of a session, and what was used since", async () => {
    const total = (output: number, started: number): object => event("session.shutdown", { sessionStartTime: started, modelMetrics: { m: { usage: { inputTokens: 10 * output, cacheReadTokens: output, outputTokens: output } } } });
    const answer = (outputTokens: number): object => event("assistant.message", { content: "x", model: "m", outputTokens });
    expect((await viewOf([start, answer(5)])).tokens).toEqual({ output: 5 });
    expect((await viewOf([start, answer(5), total(5, 1), answer(7), total(12, 1)])).tokens).toEqual({ input: 108, cacheRead: 12, output: 12 });
    expect((await viewOf([start, total(5, 1), answer(3)])).tokens).toEqual({ input: 45, cacheRead: 5, output: 8 });
    expect((await viewOf([start, total(5, 1), total(4, 2)])).tokens).toEqual({ input: 81, cacheRead: 9, output: 9 });
    expect((await viewOf([start, ask("a"), event("session.shutdown", { modelMetrics: {} })])).tokens).toBeUndefined();
  });
  it("are listed under the name that a person gave, and under no other", async () => {
    const home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-copilot-named-")));
    try {
      await cp(path.join(FIXTURES, "02-continue", "store"), home, { recursive: true });
      const file = path.join(home, "session-state", FIRST, "workspace.yaml");
      const agent = copilotCli({ home: "/nonexistent", copilotHome: home });
      expect((await agent.find(FIRST))?.beside).toBeUndefined();
      await writeFile(file, (await readFile(file, "utf8")).replace(/^name: .*$/m, "name: 'It''s mine'").replace("user_named: false", "user_named: true"));
      expect((await agent.find(FIRST))?.beside).toEqual({ title: "It's mine" });
      for await (const source of agent.discover([WORK])) expect(source.beside).toEqual({ title: "It's mine" });
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  it("name a session as a person named it", async () => {
    const named = (given: boolean): CapturedFile => ({ path: "session-state/s/workspace.yaml", role: "sidecar", bytes: async () => Buffer.from(`id: s\nname: 'It''s mine'\nuser_named: ${given}\n`) });
    expect((await viewOf([start, ask("go")], [named(true)])).title).toBe("It's mine");
    expect((await viewOf([start, ask("go")], [named(false)])).title).toBe("go");
  });
});

it("copilot cli: the store lies where the platform and the environment say", () => {
  expect(copilotRoots({ home: "/home/a" }, path.posix)).toEqual(["/home/a/.copilot"]);
  expect(copilotRoots({ home: "/Users/a", copilotHome: "/x/y/" }, path.posix)).toEqual(["/x/y"]);
  expect(copilotRoots({ home: "C:\\Users\\a", copilotHome: "" }, path.win32)).toEqual(["C:\\Users\\a\\.copilot"]);
  expect(copilotRoots({ home: "C:\\Users\\a", copilotHome: "D:\\c" }, path.win32)).toEqual(["D:\\c"]);
});
