import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { geminiCli } from "../../src/adapters/agents/gemini-cli/adapter.ts";
import { folderNameOf, projectHash } from "../../src/adapters/agents/gemini-cli/projects.ts";
import { geminiRoots } from "../../src/adapters/agents/gemini-cli/roots.ts";
import { geminiTurns } from "../../src/adapters/agents/gemini-cli/turns.ts";
import { geminiView } from "../../src/adapters/agents/gemini-cli/view.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { CapturedFile, SessionSource } from "../../src/ports/agent.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents/gemini-cli/0.61.0");
const SAMPLES = path.join(process.env["HX_SAMPLES"] ?? "/nonexistent", "gemini-cli");
const WORK = "/home/dev/work/acme-web";
const FIRST = "9610bc4f-8a15-4034-b255-c97c3cf1c0f9";
const PARENT = "7d9014c9-7b31-4282-aaaa-6b4a287adf4f";
const CHILD = "cee52e49-e113-47cc-94cc-3623f116dbd9";

let home = "";
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-gemini-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** The store of a scenario, where the agent looks for it. A link would lead out of the store. */
async function agentOf(scenario: string): Promise<ReturnType<typeof geminiCli>> {
  const from = path.join(FIXTURES, scenario, "store");
  for (const name of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const source = path.join(name.parentPath, name.name);
    await put(path.relative(from, source), await readFile(source));
  }
  return geminiCli({ home, platform: "linux" });
}
async function put(file: string, content: string | Uint8Array): Promise<void> {
  const absolute = path.join(home, ".gemini", file);
  await mkdir(path.dirname(absolute), { recursive: true });
  await writeFile(absolute, content);
}
const captured = (source: SessionSource): readonly CapturedFile[] => source.files.map((file) => ({ path: file.path, role: file.role, bytes: () => readFile(file.absolute) }));
const entriesOf = (view: SessionView): readonly Entry[] => view.turns.flatMap(({ entries }) => entries);
const kinds = (view: SessionView): readonly string[] => entriesOf(view).map(({ kind }) => kind);
const file = (records: readonly object[], name = "tmp/_/chats/session-2026-03-01T10-00-00000001.jsonl", role: CapturedFile["role"] = "transcript"): CapturedFile => ({
  path: name,
  role,
  bytes: () => Promise.resolve(Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""))),
});
const view = (records: readonly object[]): Promise<SessionView> => geminiView([file(records)]);
const header = { sessionId: "00000001-0000-4000-8000-000000000000", projectHash: projectHash(WORK), kind: "main" };
const user = (id: string, text: string, more: object = {}) => ({ id, type: "user", content: [{ text }], ...more });
const answer = (id: string, content: unknown, more: object = {}) => ({ id, type: "gemini", content, model: "m", ...more });
const call = (id: string, name: string, status: string, response: object, more: object = {}) => ({ id, name, args: {}, status, result: [{ functionResponse: { id, name, response } }], ...more });
const list = (...messages: readonly object[]) => ({ $set: { messages } });

describe("gemini-cli: what version 0.61.0 wrote", () => {
  it("views the first session: each message once, edits with both sides, tokens counted once", async () => {
    const source = await (await agentOf("01-first")).find(FIRST);
    if (source === null) throw new Error("not found");
    const first = await geminiView(captured(source));
    expect(first).toMatchObject({ id: FIRST, directory: WORK, models: ["gemini-2.5-pro"], damaged: 0, unknown: {} });
    expect(first.branch).toBeUndefined();
    expect(first.version).toBeUndefined();
    expect(first.tokens).toEqual({ input: 38471, output: 513, reasoning: 69, cacheRead: 38467 });
    expect(first.turns).toHaveLength(1);
    expect(kinds(first).filter((kind) => kind === "message")).toHaveLength(6);
    const edits = entriesOf(first).filter((entry) => entry.kind === "edit");
    expect(edits.map((edit) => edit.path)).toEqual([`${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`]);
    expect(edits[1]).toMatchObject({ before: ".replace(/[^a-z0-9]+/g, '-');", patch: expect.stringContaining("@@ -4,7 +4,8 @@") as string });
  });
  it("goes on from the first session to its continuation in the same file", async () => {
    const name = "tmp/acme-web/chats/session-2026-11-20T22-38-9610bc4f.jsonl";
    const [before, after] = await Promise.all([readFile(path.join(FIXTURES, "01-first/store", name)), readFile(path.join(FIXTURES, "02-resume/store", name))]);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    const agent = geminiCli({ home, platform: "linux" });
    const one = agent.records({ path: name, role: "transcript" });
    for (const line of before.toString().split("\n")) one.take(Buffer.from(line));
    expect(one.facts().turns).toBe(1);
    const two = agent.records({ path: name, role: "transcript" }, JSON.parse(JSON.stringify(one.state())));
    for (const line of after.subarray(before.length).toString().split("\n")) two.take(Buffer.from(line));
    // The lists that the resumption wrote repeat the first prompt.
    expect(two.facts()).toMatchObject({ turns: 2, title: expect.stringContaining("Add a slugify(text) helper") as string, models: ["gemini-2.5-pro"], damaged: 0 });
    expect((await geminiView([{ path: name, role: "transcript", bytes: () => Promise.resolve(after) }])).turns).toHaveLength(2);
  });
  it("puts what a sub-agent wrote behind the call that started it", async () => {
    const source = await (await agentOf("07-subagent")).find(PARENT);
    if (source === null) throw new Error("not found");
    expect(source.files.map(({ role, directory }) => [role, directory])).toEqual([["transcript", WORK], ["subagent", WORK]]);
    const both = await geminiView(captured(source));
    const entries = entriesOf(both);
    const called = entries.findIndex((entry) => entry.kind === "tool-call" && entry.tool === "invoke_agent");
    const own = entries.filter((entry) => entry.subagent === CHILD);
    expect(own.map(({ kind }) => kind)).toEqual(["reasoning", "message", "tool-call", "tool-result", "tool-call", "tool-result"]);
    expect(entries.indexOf(own[0] as Entry)).toBe(called + 1);
    expect(both.tokens).toMatchObject({ input: 12346 + 11959, output: 103 + 78 });
    expect([...(await geminiTurns(captured(source))).get(`tmp/_/chats/${PARENT}/${CHILD}.jsonl`) ?? []]).toEqual([{ from: 0, to: 3791, turn: 0 }]);
  });
  it("leads every hook payload to its session, a sub-agent's transcript to the session that started it", async () => {
    for (const scenario of await readdir(FIXTURES)) {
      const agent = await agentOf(scenario);
      for (const name of await readdir(path.join(FIXTURES, scenario, "hooks"))) {
        const payload = JSON.parse((await readFile(path.join(FIXTURES, scenario, "hooks", name), "utf8")).replaceAll("/home/dev/.gemini", path.join(home, ".gemini"))) as Record<string, string>;
        const transcript = payload["transcript_path"] ?? "";
        const whole = await readFile(transcript);
        expect((await agent.fromHook(payload))?.id, name).toBe(payload["session_id"]);
        await writeFile(transcript, whole.subarray(0, 100));
        expect((await agent.fromHook(payload))?.id, `${name}, torn in its header`).toBe(payload["session_id"]);
        await writeFile(transcript, "");
        expect((await agent.fromHook(payload))?.id, `${name}, empty`).toBe(payload["session_id"]);
        await rm(transcript);
        expect(await agent.fromHook(payload), `${name}, absent`).toBeNull();
        await writeFile(transcript, whole);
      }
    }
    const child = path.join(home, ".gemini/tmp/acme-web/chats", PARENT, `${CHILD}.jsonl`);
    expect((await geminiCli({ home, platform: "linux" }).fromHook({ session_id: CHILD, transcript_path: child }))?.id).toBe(PARENT);
  });
});

describe("gemini-cli: files of a session", () => {
  const chats = (name: string, folder = "acme-web"): string => `tmp/${folder}/chats/${name}`;
  const begin = `${JSON.stringify(header)}\n`;
  const ID = header.sessionId;
  const NAME = "session-2026-03-01T10-00-00000001.jsonl";
  const agent = (): ReturnType<typeof geminiCli> => geminiCli({ home, platform: "linux" });
  const ids = async (directory: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { id } of agent().discover([directory])) found.push(id);
    return found;
  };

  it("takes all that belongs to it, and nothing else", async () => {
    await put("tmp/acme-web/.project_root", WORK);
    const own = [NAME, "session-2026-03-01T10-07-00000001.jsonl", "session-2026-02-01T10-00-00000001.json", `${NAME}.unreadable-1700000000000`].map((name) => chats(name));
    for (const name of own) await put(name, begin);
    const more = [chats(`${ID}/sub-1.jsonl`), chats("sub-1/sub-2.jsonl"), `tmp/acme-web/tool-outputs/session-${ID}/grep_1.txt`, "tmp/acme-web/tool-outputs/session-sub-2/grep_2.txt", `tmp/acme-web/${ID}/plans/plan.md`];
    for (const name of more) await put(name, "{}\n");
    const other = JSON.stringify({ ...header, sessionId: "00000001-ffff-4000-8000-000000000000" });
    await put(chats("session-2026-03-01T11-00-00000001.jsonl"), `${other}\n`);
    for (const foreign of ["tmp/acme-web/logs.json", `tmp/acme-web/logs/session-${ID}.jsonl`, "tmp/acme-web/checkpoint-x.json", "tmp/acme-web/checkpoints/1.json", "tmp/acme-web/tool-outputs/session-sub-9/x.txt", "tmp/acme-web/tool-outputs/loose.txt", "oauth_creds.json", "settings.json"]) {
      await put(foreign, "{}\n");
    }
    await symlink("/etc", path.join(home, ".gemini/tmp/acme-web", ID, "linked"));
    const source = await agent().find(ID);
    const paths = source?.files.map((each) => each.path) ?? [];
    expect(paths[0]).toBe(`tmp/_/chats/${NAME}`);
    expect([...paths].sort()).toEqual([...own, ...more].map((name) => name.replace("acme-web", "_")).sort());
    expect(source?.files.map(({ path: recorded, growth }) => recorded.includes(".jsonl") === (growth === "append"))).not.toContain(false);
    const role = (end: string): string | undefined => source?.files.find((each) => each.path.endsWith(end))?.role;
    expect([role("sub-2.jsonl"), role("grep_2.txt"), role("plan.md"), role(".json")]).toEqual(["subagent", "tool-result", "sidecar", "transcript"]);
  });
  it("takes what a migration copied once, from the newer folder, and what it left from the older", async () => {
    const old = projectHash(WORK);
    await put("projects.json", JSON.stringify({ projects: { [WORK]: "acme-web" } }));
    for (const folder of [old, "acme-web"]) await put(chats(NAME, folder), begin);
    await put(chats("session-2026-02-01T10-00-00000001.jsonl", old), begin);
    const source = await agent().find(ID);
    expect(source?.files.map(({ absolute, directory }) => [path.relative(path.join(home, ".gemini/tmp"), absolute), directory])).toEqual([
      [`${old}/chats/session-2026-02-01T10-00-00000001.jsonl`, WORK],
      [`acme-web/chats/${NAME}`, WORK],
    ]);
    expect(await ids(WORK)).toEqual([ID]);
  });
  it("believes the marker beside the sessions before the list of projects", async () => {
    await put("projects.json", JSON.stringify({ projects: { [WORK]: "acme-web", "/home/dev/other": "notes" } }));
    await put("tmp/acme-web/.project_root", "/home/dev/moved\n");
    await put(chats(NAME), begin);
    expect((await agent().find(ID))?.files[0]?.directory).toBe("/home/dev/moved");
    expect([await ids(WORK), await ids("/home/dev/moved")]).toEqual([[], [ID]]);
    await rm(path.join(home, ".gemini/tmp/acme-web/.project_root"));
    expect((await agent().find(ID))?.files[0]?.directory).toBe(WORK);
    await put("projects.json", "{broken");
    expect((await agent().find(ID))?.files[0]).not.toHaveProperty("directory");
    expect(await ids("/home/dev/anything")).toEqual([ID]);
  });
  it("gives a transcript without an id to the session of its name, and one that has none its name", async () => {
    await put("tmp/acme-web/.project_root", WORK);
    await put(chats(NAME), begin);
    await put(chats("session-2026-03-01T10-07-00000001.jsonl"), "{broken\n");
    await put(chats("session-2026-03-01T10-08-0000000f.jsonl"), "{broken\n");
    await put(chats("session-2026-03-01T10-09-0000000e.jsonl"), "");
    expect(await ids(WORK)).toEqual([ID, "0000000f"]);
    expect((await agent().find(ID))?.files).toHaveLength(2);
  });
  it("never takes a folder of the project for a session's own", async () => {
    await put(chats("session-2026-03-01T10-00-chats.jsonl"), `${JSON.stringify({ ...header, sessionId: "chats" })}\n`);
    expect(await agent().find("chats")).toBeNull();
    expect(await ids(WORK)).toEqual([]);
  });
  it("finds its store by the variable, and another one in the sandbox on macOS", () => {
    expect(geminiRoots({ home: "/home/dev", platform: "linux" })).toEqual(["/home/dev/.gemini"]);
    expect(geminiRoots({ home: "/home/dev", platform: "darwin" })).toEqual(["/home/dev/.gemini", "/home/dev/.cache/.gemini"]);
    expect(geminiRoots({ home: "/home/dev", platform: "darwin", geminiHome: "/srv/g" })).toEqual(["/srv/g/.gemini"]);
    expect(geminiRoots({ home: "/home/dev", platform: "linux", geminiHome: "" })).toEqual(["/home/dev/.gemini"]);
  });
  it("knows a document of an older version by its id, behind the messages too, and none that is torn by its name", async () => {
    const name = "tmp/acme-web/chats/session-2026-02-01T10-00-00000001.json";
    await put("tmp/acme-web/.project_root", WORK);
    const agent = geminiCli({ home, platform: "linux" });
    const found = async (content: string): Promise<readonly string[]> => {
      await put(name, content);
      const ids: string[] = [];
      for await (const { id } of agent.discover([WORK])) ids.push(id);
      expect((await agent.fromHook({ transcript_path: path.join(home, ".gemini", name) }))?.id).toBe(ids[0]);
      return ids;
    };
    for (const long of [1, 100_000]) {
      const messages = [user("p1", "x".repeat(long))];
      const whole = JSON.stringify({ messages, sessionId: header.sessionId }, null, 2);
      expect(await found(whole)).toEqual([header.sessionId]);
      for (const cut of [2, 20, whole.indexOf('"sessionId"') + 20, whole.length - 6]) expect([cut, await found(whole.slice(0, cut))]).toEqual([cut, []]);
      expect(await found(JSON.stringify({ messages }))).toEqual(["00000001"]);
    }
  });
  it("puts a session into the folder that the directory has, else into the one that it will get", async () => {
    const root = path.join(home, ".gemini");
    await put("projects.json", JSON.stringify({ projects: { "/a/ui": "ui", "/b/ui": "ui-1" } }));
    await put("tmp/notes/.project_root", "/a/notes");
    await put("tmp/free/chats/x", "");
    const name = (directory: string, platform: NodeJS.Platform = "linux"): Promise<string> => folderNameOf(root, directory, platform);
    await mkdir(path.join(root, "tmp/ui-1"));
    expect(await Promise.all(["/b/ui", "/c/ui", "/a/notes", "/c/notes", "/c/My App!", "/c/free", "/"].map((directory) => name(directory)))).toEqual(["ui-1", "ui-2", "notes", "notes-1", "my-app", "free", "project"]);
    expect(await name("C:\\Work\\My.App", "win32")).toBe("my-app");
  });
});

describe("gemini-cli: view", () => {
  it("takes a message as it was written last, and no list for news", async () => {
    const told = answer("g1", "Looking.", { tokens: { input: 5, output: 2, cached: 1, thoughts: 1, tool: 0, total: 8 } });
    const called = { ...told, toolCalls: [call("c1", "run_shell_command", "success", { output: "Output: x\nExit Code: 3\nProcess Group PGID: 9" })] };
    const masked = list(user("p1", "one"), { ...called, content: [{ text: "…" }] });
    const seen = await view([header, user("p1", "one"), told, called, { id: "r1", type: "user", content: call("c1", "run_shell_command", "", { output: "again" }).result }, masked]);
    expect(seen.turns.map(({ prompt }) => prompt)).toEqual(["one"]);
    expect(kinds(seen)).toEqual(["message", "tool-call", "tool-result"]);
    expect(entriesOf(seen)[2]).toMatchObject({ exitCode: 3 });
    expect(seen.tokens).toEqual({ input: 4, output: 3, reasoning: 1, cacheRead: 1 });
  });
  it("has no token where none is recorded", async () => {
    expect((await view([header, user("p1", "one"), answer("g1", "ok", { tokens: null })])).tokens).toBeUndefined();
  });
  it("shows a compaction with its summary, and what it keeps once", async () => {
    const summary = user("s1", "<state_snapshot>so far</state_snapshot>");
    const compacted = list(user("c", "<session_context>x"), summary, answer("a1", [{ text: "Got it. Thanks for the additional context!" }]), user("k1", "two"), answer("k2", [{ text: "2" }]));
    const records = [header, user("p1", "one"), answer("g1", "1"), user("p2", "two"), answer("g2", "2"), compacted, compacted, user("p3", "three"), answer("g3", "3")];
    const seen = await view(records);
    expect(seen.turns.map(({ prompt }) => prompt)).toEqual(["one", "two", "three"]);
    expect(entriesOf(seen).filter(({ kind }) => kind === "compaction")).toEqual([{ kind: "compaction", summary: "<state_snapshot>so far</state_snapshot>" }]);
    const reader = geminiCli({ home, platform: "linux" }).records({ path: "x.jsonl", role: "transcript" });
    for (const record of records) reader.take(Buffer.from(JSON.stringify(record)));
    expect(reader.facts().turns).toBe(3);
  });
  it("marks turns that the person went back from", async () => {
    const seen = await view([header, user("p1", "one"), answer("g1", "1"), user("p2", "two"), answer("g2", "2"), user("p3", "three"), { $rewindTo: "p2" }, user("p4", "four")]);
    expect(seen.turns.map((turn) => [turn.prompt, turn.abandoned === true])).toEqual([["one", false], ["two", true], ["three", true], ["four", false]]);
    const unknown = await view([header, user("p1", "one"), { $rewindTo: "nowhere" }, user("p2", "two")]);
    expect(unknown.turns.map((turn) => turn.abandoned === true)).toEqual([true, false]);
  });
  it("tells refused, stopped and failed calls apart, none of which edits", async () => {
    const toolCalls = [
      call("c1", "write_file", "cancelled", { error: "[Operation Cancelled] Reason: User denied execution." }, { args: { file_path: "/a", content: "x" } }),
      call("c2", "run_shell_command", "cancelled", { error: "[Operation Cancelled] User cancelled tool execution." }),
      call("c3", "replace", "error", { error: "no match" }, { args: { file_path: "/a", old_string: "x", new_string: "y" } }),
      { id: "c4", name: "read_file", args: {}, status: "executing" },
    ];
    const seen = await view([header, user("p1", "one"), answer("g1", "", { toolCalls })]);
    expect(kinds(seen)).toEqual(["tool-call", "tool-result", "rejection", "tool-call", "tool-result", "interruption", "tool-call", "tool-result", "tool-call"]);
    expect(entriesOf(seen).filter((entry) => entry.kind === "tool-result").map(({ failed }) => failed)).toEqual([true, true, true]);
  });
  it("shows what the agent told the person, and the prompt as it was typed", async () => {
    const seen = await view([header, user("p1", "expanded @file text", { displayContent: [{ text: "see @file" }] }), { id: "i1", type: "info", content: "Request cancelled." }, { id: "i2", type: "error", content: "quota" }, { id: "i3", type: "warning", content: "careful" }, { id: "i4", type: "info", content: "" }]);
    expect(seen.turns[0]?.prompt).toBe("see @file");
    expect(kinds(seen)).toEqual(["interruption", "error", "note"]);
  });
  it("puts the full text of a moved result in the place of its preview", async () => {
    const toolCalls = [call("Grep_1", "grep", "success", { output: "preview" })];
    const moved: CapturedFile = { path: "tmp/_/tool-outputs/session-x/grep_1.txt", role: "tool-result", bytes: () => Promise.resolve(Buffer.from("all of it")) };
    const files = [file([header, user("p1", "one"), answer("g1", "", { toolCalls })]), moved];
    expect(entriesOf(await geminiView(files))[1]).toMatchObject({ text: "all of it" });
    expect((await geminiTurns(files)).get(moved.path)).toEqual([{ from: 0, to: 9, turn: 0 }]);
  });
  it("is of the transcript that the session went on in, not of its stub", async () => {
    const stub = file([header], "tmp/_/chats/session-2026-03-01T09-00-00000001.jsonl");
    const aside = file([header], "tmp/_/chats/session-2026-03-01T09-00-00000001.jsonl.unreadable-1");
    const seen = await geminiView([stub, aside, file([header, user("p1", "one"), answer("g1", "1")])]);
    expect(seen.turns[0]?.prompt).toBe("one");
    expect(kinds(seen)).toEqual(["message", "note"]);
  });
  it("says no directory that does not have the hash of the header", async () => {
    const context = (directory: string) => list(user("c", `<session_context>\n- **Workspace Directories:**\n  - ${directory}\n</session_context>`));
    expect((await view([header, context(WORK)])).directory).toBe(WORK);
    expect((await view([header, context("/evil")])).directory).toBeUndefined();
    expect((await view([header, user("p1", WORK)])).directory).toBeUndefined();
  });
  it("gives no lines of a record that tells of several turns", async () => {
    const records = [header, list(user("c", "<session_context>")), user("p1", "one"), { $set: { summary: "all" } }, answer("g1", "1"), user("p2", "two"), answer("g2", "2"), { $rewindTo: "p2" }];
    const main = file(records);
    const at = (index: number): number => Buffer.byteLength(records.slice(0, index).map((record) => `${JSON.stringify(record)}\n`).join(""));
    expect((await geminiTurns([main])).get(main.path)).toEqual([
      { from: 0, to: at(1), turn: "frame" },
      { from: at(2), to: at(3), turn: 0 },
      { from: at(4), to: at(5), turn: 0 },
      { from: at(5), to: at(7), turn: 1 },
    ]);
  });
});

describe("gemini-cli: documents of older versions", () => {
  const document = { ...header, startTime: "2026-01-01T00:00:00.000Z", messages: [user("p1", "one", { timestamp: "2026-01-01T00:00:01.000Z" }), answer("g1", "1")] };
  it("are read as a whole", async () => {
    const bytes = Buffer.from(JSON.stringify(document, null, 2));
    const reader = geminiCli({ home, platform: "linux" }).records({ path: "tmp/_/chats/s.json", role: "transcript" });
    reader.take(bytes);
    expect(reader.facts()).toMatchObject({ turns: 1, title: "one", models: ["m"], damaged: 0, first: Date.parse(document.startTime) });
    const captured: CapturedFile = { path: "tmp/_/chats/s.json", role: "transcript", bytes: () => Promise.resolve(bytes) };
    expect((await geminiView([captured])).turns.map(({ prompt }) => prompt)).toEqual(["one"]);
    expect((await geminiTurns([captured])).get(captured.path)).toEqual([]);
    expect(await geminiView([{ ...captured, bytes: () => Promise.resolve(bytes.subarray(0, 40)) }])).toMatchObject({ turns: [], damaged: 1 });
  });
  it("that were carried over stand beside the transcript that goes on", async () => {
    const old: CapturedFile = { path: "tmp/_/chats/s.json", role: "transcript", bytes: () => Promise.resolve(Buffer.from(JSON.stringify(document, null, 2).repeat(3))) };
    const seen = await geminiView([old, file([header, ...document.messages, user("p2", "two")])]);
    expect(seen.turns.map(({ prompt }) => prompt)).toEqual(["one", "two"]);
    expect(seen.damaged).toBe(0);
  });
  const samples = existsSync(SAMPLES) ? readdirSync(SAMPLES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json")) : [];
  describe.runIf(samples.length > 0)("of samples", () => {
    it.each(samples)("%s is viewed", async (name) => {
      const bytes = await readFile(path.join(SAMPLES, name));
      const reader = geminiCli({ home, platform: "linux" }).records({ path: name, role: "transcript" });
      reader.take(bytes);
      const seen = await geminiView([{ path: name, role: "transcript", bytes: () => Promise.resolve(bytes) }]);
      expect(seen).toMatchObject({ damaged: 0, unknown: {} });
      expect(seen.turns.filter(({ prompt }) => prompt !== undefined)).toHaveLength(reader.facts().turns ?? -1);
      expect(entriesOf(seen).length).toBeGreaterThan(0);
    });
  });
});
