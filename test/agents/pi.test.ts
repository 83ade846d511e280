import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pi } from "../../src/adapters/agents/pi/adapter.ts";
import { piRoots, placesOf } from "../../src/adapters/agents/pi/roots.ts";
import { folderOf, idOfName } from "../../src/adapters/agents/pi/store.ts";
import { piTurns } from "../../src/adapters/agents/pi/turns.ts";
import { piView } from "../../src/adapters/agents/pi/view.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { SessionFacts } from "../../src/ports/agent.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents/pi/0.73.1");
const WORK = "/home/dev/work/acme-web";
const FIRST = "01a1fb1f-ae6f-7244-bc72-d70ec143612a";
const OTHER = "01a1fb1f-ae6f-7244-bc72-d70ec143612b";
const NAME = `2026-11-20T22-41-59-919Z_${FIRST}.jsonl`;

const entriesOf = (view: SessionView): readonly Entry[] => view.turns.flatMap(({ entries }) => entries);
const asBytes = (records: readonly object[]): Uint8Array => Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
const viewOf = (records: readonly object[]): Promise<SessionView> => piView([{ path: `sessions/_/${NAME}`, role: "transcript", bytes: async () => asBytes(records) }]);
function read(records: readonly object[]): SessionFacts {
  const reader = pi({ home: "/x" }).records({ path: "p", role: "transcript" });
  for (const record of records) reader.take(Buffer.from(JSON.stringify(record)));
  return reader.facts();
}

const header = (more: object = {}): object => ({ type: "session", version: 3, id: FIRST, timestamp: "2026-03-01T10:00:00.000Z", cwd: WORK, ...more });
const entry = (id: string, parentId: string | null, message: object, timestamp = "2026-03-01T10:00:01.000Z"): object => ({ type: "message", id, parentId, timestamp, message });
const user = (id: string, parentId: string | null, text: string, timestamp?: string): object => entry(id, parentId, { role: "user", content: [{ type: "text", text }] }, timestamp);
const said = (id: string, parentId: string | null, text: string, timestamp?: string): object => entry(id, parentId, { role: "assistant", model: "m", content: [{ type: "text", text }], usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 } }, timestamp);

describe("pi: what version 0.73.1 wrote", () => {
  const at = (scenario: string): ReturnType<typeof pi> => pi({ home: "/nonexistent", agentDir: path.join(FIXTURES, scenario, "store") });
  async function viewed(scenario: string): Promise<SessionView> {
    const [file] = (await at(scenario).find(FIRST))?.files ?? [];
    if (file === undefined) throw new Error("not found");
    return piView([{ path: file.path, role: file.role, bytes: () => readFile(file.absolute) }]);
  }
  it("views the first session: edits, reasoning, tokens of each answer", async () => {
    const view = await viewed("01-first");
    expect(view).toMatchObject({ agent: "pi", id: FIRST, directory: WORK, models: ["mock-sonnet"], damaged: 0, unknown: {} });
    expect(view.title).toContain("Add a slugify(text) helper");
    expect(view.turns).toHaveLength(1);
    const edits = entriesOf(view).filter((each) => each.kind === "edit");
    expect(edits.map(({ path: file }) => file)).toEqual([`${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`]);
    expect(edits[1]).toMatchObject({ before: expect.not.stringContaining("^-+") as string, after: expect.stringContaining("^-+") as string });
    expect(entriesOf(view).filter(({ kind }) => kind === "reasoning")).toHaveLength(3);
    const text = await readFile(path.join(FIXTURES, "01-first/store/sessions", folderOf(WORK), NAME), "utf8");
    const sum = (key: string): number => [...text.matchAll(new RegExp(`"usage":\\{[^{]*"${key}":(\\d+)`, "g"))].reduce((total, match) => total + Number(match[1]), 0);
    expect(view.tokens).toEqual({ input: sum("input"), output: sum("output"), cacheRead: sum("cacheRead"), cacheWrite: sum("cacheWrite") });
  });
  it("goes on in the same file when the session is continued", async () => {
    expect((await viewed("02-continue")).turns.map(({ abandoned }) => abandoned === true)).toEqual([false, false]);
  });
  it("leads what the extension tells to the session", async () => {
    for (const scenario of ["01-first", "02-continue"]) {
      const hooks = path.join(FIXTURES, scenario, "hooks");
      for (const name of await readdir(hooks)) {
        const told = JSON.parse(await readFile(path.join(hooks, name), "utf8")) as { readonly cwd: string; readonly sessionFile: string; readonly k: string };
        const transcript = told.sessionFile.replace("/home/dev/.pi/agent", path.join(FIXTURES, scenario, "store"));
        expect((await at(scenario).fromHook({ session_id: FIRST, transcript_path: transcript, cwd: told.cwd, hook_event_name: told.k }))?.id, name).toBe(FIRST);
      }
    }
  });
});

describe("pi: stores", () => {
  let home = "";
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-pi-")));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  async function put(file: string, content: Uint8Array | string = asBytes([header(), user("a", null, "go")])): Promise<string> {
    const absolute = path.join(home, file);
    await mkdir(path.dirname(absolute), { recursive: true });
    await writeFile(absolute, content);
    return absolute;
  }
  it("are a folder a directory, and a place that was set, where sessions lie directly", async () => {
    const plain = await put(`.pi/agent/sessions/--a--/${NAME}`);
    const set = await put(`elsewhere/${NAME.replace(FIRST, OTHER)}`);
    expect((await pi({ home }).find(FIRST))?.files.map(({ absolute }) => absolute)).toEqual([plain]);
    expect(await pi({ home }).find(OTHER)).toBeNull();
    for (const agent of [pi({ home, sessionDir: "~/elsewhere" }), pi({ home, sessionDir: path.dirname(set) })]) {
      expect((await agent.find(OTHER))?.files).toMatchObject([{ absolute: set, path: `sessions/_/${NAME.replace(FIRST, OTHER)}` }]);
      expect((await agent.find(FIRST))?.files.map(({ absolute }) => absolute)).toEqual([plain]);
      expect(await agent.placeOf(`sessions/_/${NAME}`, { directory: WORK, recorded: WORK })).toBe(path.join(home, "elsewhere", NAME));
    }
  });
  it("may be set in pi's settings, unless that depends on where pi was started", async () => {
    await put(`elsewhere/${NAME}`);
    for (const [set, isFound] of [["~/elsewhere", true], [path.join(home, "elsewhere"), true], ["elsewhere", false], [7, false]] as const) {
      await put(".pi/agent/settings.json", JSON.stringify({ sessionDir: set }));
      expect((await pi({ home }).find(FIRST)) !== null, String(set)).toBe(isFound);
    }
    await put(".pi/agent/settings.json", "{broken");
    expect(await pi({ home }).find(FIRST)).toBeNull();
  });
  it("keep a session once that was written at its start: nothing, a half, all of it", async () => {
    const transcript = path.join(home, ".pi/agent/sessions", folderOf(WORK), NAME);
    const payload = { session_id: FIRST, transcript_path: transcript, cwd: WORK };
    await mkdir(path.dirname(transcript), { recursive: true });
    expect(await pi({ home }).fromHook(payload)).toBeNull();
    const content = asBytes([header(), user("a", null, "go"), said("b", "a", "done")]);
    for (const length of [100, content.length]) {
      await writeFile(transcript, content.subarray(0, length));
      expect((await pi({ home }).fromHook(payload))?.id).toBe(FIRST);
    }
  });
  it("have names that say the session, and folders that say no more than a directory's letters", () => {
    expect(idOfName(NAME)).toBe(FIRST);
    for (const name of [FIRST, `${FIRST}.jsonl`, `x${NAME}`, `${NAME}.tmp`]) expect(idOfName(name)).toBeUndefined();
    expect(folderOf(WORK)).toBe("--home-dev-work-acme-web--");
    expect(folderOf("C:\\Users\\a")).toBe("--C--Users-a--");
  });
  it("lie where the platform and the environment say", () => {
    expect(placesOf({ home: "/home/a" }, path.posix)).toEqual({ agent: "/home/a/.pi/agent" });
    expect(placesOf({ home: "/Users/a", agentDir: "~/pi", sessionDir: "/s" }, path.posix)).toEqual({ agent: "/Users/a/pi", set: "/s" });
    expect(placesOf({ home: "C:\\Users\\a", agentDir: "", sessionDir: "~\\s" }, path.win32)).toEqual({ agent: "C:\\Users\\a\\.pi\\agent", set: "C:\\Users\\a\\s" });
    expect(piRoots({ home: "/home/a" })).toEqual(["/home/a/.pi/agent"]);
    expect(piRoots({ home: "/home/a", sessionDir: "/s" })).toEqual(["/home/a/.pi/agent", "/s"]);
  });
});

describe("pi: the tree of a session", () => {
  it("marks the turns that a person went back from", async () => {
    const view = await viewOf([header(), user("a", null, "one"), said("b", "a", "1"), user("c", "b", "two"), said("d", "c", "2"), user("e", "b", "three"), said("f", "e", "3")]);
    expect(view.turns.map(({ prompt, abandoned }) => [prompt, abandoned === true])).toEqual([["one", false], ["two", true], ["three", false]]);
    // What was used is used.
    expect(view.tokens).toEqual({ input: 3, output: 6, cacheRead: 9, cacheWrite: 12 });
  });
  it("marks the first turn too, when it is asked anew", async () => {
    expect((await viewOf([header(), user("a", null, "one"), said("b", "a", "1"), user("c", null, "other")])).turns.map(({ abandoned }) => abandoned === true)).toEqual([true, false]);
  });
  it("judges nothing where a link is missing or goes round", async () => {
    const broken = [header(), user("a", "gone", "one"), user("b", null, "two"), user("c", "b", "three")];
    expect((await viewOf(broken)).turns.some(({ abandoned }) => abandoned)).toBe(false);
    const round = [header(), user("a", "b", "one"), user("b", "a", "two"), user("c", null, "three")];
    expect((await viewOf(round)).turns.some(({ abandoned }) => abandoned)).toBe(false);
  });
});

describe("pi: what was copied from a parent", () => {
  const older = "2026-02-28T10:00:00.000Z";
  const file = `/home/dev/.pi/agent/sessions/--a--/2026-02-28T09-00-00-000Z_${OTHER}.jsonl`;
  it.each([["parentSession"], ["branchedFrom"]])("is no turn, no model and no token of the fork (%s)", async (key) => {
    const fork = [header({ [key]: file }), user("a", null, "of the parent", older), said("b", "a", "then", older), user("c", "b", "own"), said("d", "c", "now")];
    expect(read(fork)).toMatchObject({ turns: 1, title: "own", parent: OTHER, first: Date.parse("2026-03-01T10:00:00.000Z") });
    const view = await viewOf(fork);
    expect(view.turns.map(({ prompt }) => prompt)).toEqual([undefined, "own"]);
    expect(entriesOf(view)[0]).toMatchObject({ kind: "note", text: expect.stringContaining(`'${OTHER}': 2 records`) as string });
    expect(view.tokens).toEqual({ input: 1, output: 2, cacheRead: 3, cacheWrite: 4 });
    const ranges = [...(await piTurns([{ path: "x", role: "transcript", bytes: async () => asBytes(fork) }])).values()].flat();
    const shown = Buffer.concat(ranges.map(({ from, to }) => asBytes(fork).subarray(from, to))).toString();
    expect(shown).toContain("own");
    expect(shown).not.toContain("of the parent");
  });
  it("is told on the session as the store lists it", async () => {
    const home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-pi-")));
    await mkdir(path.join(home, ".pi/agent/sessions/--a--"), { recursive: true });
    await writeFile(path.join(home, ".pi/agent/sessions/--a--", NAME), asBytes([header({ parentSession: file })]));
    expect((await pi({ home }).find(FIRST))?.parent).toBe(OTHER);
    await rm(home, { recursive: true });
  });
});

describe("pi: entries", () => {
  it("say what failed, was interrupted, run by the person, summarised and named", async () => {
    const records = [
      header(),
      user("a", null, "go"),
      entry("b", "a", { role: "assistant", model: "m", content: [{ type: "toolCall", id: "t", name: "edit", arguments: { path: "/a", oldText: "1", newText: "2" } }], stopReason: "toolUse" }),
      entry("c", "b", { role: "toolResult", toolCallId: "t", content: [{ type: "text", text: "no\n\nCommand exited with code 3" }], isError: true }),
      entry("d", "c", { role: "assistant", model: "m", content: [], stopReason: "aborted", errorMessage: "Request was aborted." }),
      entry("e", "d", { role: "assistant", model: "m", content: [], stopReason: "error", errorMessage: "400" }),
      entry("f", "e", { role: "bashExecution", command: "ls", output: "a", exitCode: 0, cancelled: false }),
      { type: "compaction", id: "g", parentId: "f", timestamp: "2026-03-01T10:00:01.000Z", summary: "so far" },
      { type: "branch_summary", id: "h", parentId: "g", timestamp: "2026-03-01T10:00:01.000Z", summary: "left" },
      { type: "custom_message", id: "i", parentId: "h", timestamp: "2026-03-01T10:00:01.000Z", content: "shown", display: true },
      { type: "custom_message", id: "j", parentId: "i", timestamp: "2026-03-01T10:00:01.000Z", content: "hidden", display: false },
      { type: "session_info", id: "k", parentId: "j", timestamp: "2026-03-01T10:00:01.000Z", name: "Given" },
    ];
    const view = await viewOf(records);
    expect(view).toMatchObject({ title: "Given", unknown: {} });
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(["tool-call", "tool-result", "interruption", "error", "tool-call", "tool-result", "compaction", "note", "note"]);
    expect(entriesOf(view)[1]).toMatchObject({ failed: true, exitCode: 3 });
    expect(entriesOf(view)[4]).toMatchObject({ call: "f", input: { command: "ls" } });
  });
  it("of the first version have no ids, and are read as well", async () => {
    const view = await viewOf([
      { type: "session", id: FIRST, timestamp: "2025-11-20T23:33:50.805Z", cwd: WORK, provider: "x", modelId: "m", thinkingLevel: "off" },
      { type: "message", timestamp: "2025-11-20T23:33:51.000Z", message: { role: "user", content: "one" } },
      { type: "message", timestamp: "2025-11-20T23:33:52.000Z", message: { role: "bashExecution", command: "ls", output: "a", exitCode: 2 } },
      { type: "message", timestamp: "2025-11-20T23:33:53.000Z", message: { role: "user", content: "two" } },
    ]);
    expect(view.turns.map(({ prompt, abandoned }) => [prompt, abandoned])).toEqual([["one", undefined], ["two", undefined]]);
    expect(entriesOf(view)[1]).toMatchObject({ kind: "tool-result", failed: true, exitCode: 2 });
  });
});
