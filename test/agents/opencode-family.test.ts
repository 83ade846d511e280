import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kiloCode } from "../../src/adapters/agents/kilo-code/adapter.ts";
import { openCode } from "../../src/adapters/agents/opencode/adapter.ts";
import { OPEN_MS } from "../../src/adapters/agents/shared/opencode-family/export.ts";
import { placeOfStore } from "../../src/adapters/agents/shared/opencode-family/place.ts";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { Agent, CapturedFile, PutOptions, SessionSource } from "../../src/ports/agent.ts";
import { addMessage, addSession, answerData, BEGUN, databaseAt } from "./opencode-family.fixture.ts";

const WORK = "/home/dev/work/acme-web";
const ID = "ses_e04dd07abffe00000000000001";
let home = "";
let now = BEGUN + 10 * OPEN_MS;
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "hx-family-")));
  now = BEGUN + 10 * OPEN_MS;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const agent = (at = home): Agent => openCode({ home: at, now: () => now });
const file = (at = home): string => path.join(at, ".local", "share", "opencode", "opencode.db");
function changed(work: (database: ReturnType<typeof databaseAt>) => void, at = home): void {
  const database = databaseAt(file(at));
  try {
    work(database);
  } finally {
    database.close();
  }
}
const usual = (turns = 1): void => changed((database) => addSession(database, { id: ID, directory: WORK, turns: Array.from({ length: turns }, (_, i) => ({ prompt: `Prompt ${i}`, answer: `Answer ${i}` })) }));

async function found(of: Agent = agent(), id = ID): Promise<SessionSource> {
  const source = await of.find(id);
  if (source === null) throw new Error("not found");
  return source;
}
async function read(of: Agent, source: SessionSource, at: number): Promise<string> {
  const wanted = source.files[at];
  if (wanted === undefined) throw new Error("no such file");
  const open = await of.open(wanted);
  const bytes = await open.read(0, open.size);
  await open.close();
  return Buffer.from(bytes).toString();
}
async function captured(of: Agent = agent(), id = ID): Promise<readonly CapturedFile[]> {
  const source = await found(of, id);
  return Promise.all(source.files.map(async ({ path: name, role }, i) => ({ path: name, role, bytes: ((text) => () => Promise.resolve(Buffer.from(text)))(await read(of, source, i)) })));
}
async function viewed(parts: readonly object[], more: object = {}, asked: readonly object[] = [{ type: "text", text: "Do it" }]): Promise<SessionView> {
  changed((database) => {
    addSession(database, { id: ID, directory: WORK, turns: [] });
    addMessage(database, { id: "msg_1", session: ID, at: BEGUN, data: { role: "user", time: { created: BEGUN } }, parts: asked });
    addMessage(database, { id: "msg_2", session: ID, at: BEGUN + 1, data: answerData(WORK, "msg_1", BEGUN + 1, more), parts });
  });
  return agent().view(await captured());
}
const entries = (view: SessionView): readonly Entry[] => view.turns.flatMap((turn) => turn.entries);
const tool = (name: string, state: object): object => ({ type: "tool", tool: name, callID: "c", state });

describe("the store of OpenCode and Kilo Code", () => {
  it.each([
    ["linux", path.posix, { home: "/home/dev" }, "/home/dev/.local/share/opencode"],
    ["darwin", path.posix, { home: "/Users/dev", xdgDataHome: "" }, "/Users/dev/.local/share/opencode"],
    ["win32", path.win32, { home: "C:\\Users\\dev" }, "C:\\Users\\dev\\.local\\share\\opencode"],
    ["XDG_DATA_HOME", path.posix, { home: "/home/dev", xdgDataHome: "/data" }, "/data/opencode"],
  ] as const)("lies below the data home: %s", (_, paths, options, folder) => {
    expect(placeOfStore({ folder: "opencode" }, options, paths)).toEqual({ folder });
  });
  it("is where the environment says, by a path or by a name", () => {
    expect(placeOfStore({ folder: "kilo" }, { home: "/home/dev", database: "/mnt/x.db" }, path.posix)).toEqual({ folder: "/mnt", only: "x.db" });
    expect(placeOfStore({ folder: "kilo" }, { home: "/home/dev", database: "x.db" }, path.posix)).toEqual({ folder: "/home/dev/.local/share/kilo", only: "x.db" });
    expect(placeOfStore({ folder: "kilo" }, { home: "C:\\u", database: "D:\\x.db" }, path.win32)).toEqual({ folder: "D:\\", only: "x.db" });
  });
  it("has the databases of other release channels too, and none in memory", async () => {
    usual();
    const folder = path.dirname(file());
    cpSync(file(), path.join(folder, "opencode-local.db"));
    rmSync(file());
    expect((await found()).files[0]?.absolute).toBe(path.join(folder, "opencode-local.db"));
    expect(await openCode({ home, database: ":memory:" }).roots()).toEqual([]);
    expect(await openCode({ home, database: "opencode-local.db" }).find(ID)).not.toBeNull();
    expect(await openCode({ home, database: "other.db" }).find(ID)).toBeNull();
  });
  it("that the agent has not filled yet has no sessions; one of another form says so", async () => {
    mkdirSync(path.dirname(file()), { recursive: true });
    changed((database) => database.exec("DROP TABLE part; DROP TABLE message; DROP TABLE session"));
    expect(await agent().find(ID)).toBeNull();
    changed((database) => database.exec("CREATE TABLE message (id text, data text)"));
    await expect(agent().find(ID)).rejects.toMatchObject({ code: "io-failed", message: expect.stringContaining("message.session_id") });
  });
});

describe("exported rows", () => {
  it("hold the session, and nothing of accounts or of other sessions", async () => {
    usual();
    changed((database) => {
      addSession(database, { id: `${ID}x`, directory: WORK, turns: [{ prompt: "other session", answer: "other" }] });
      database.run("INSERT INTO todo VALUES (?, 'first', 'pending', 'high', 0, 1, 2)", [ID]);
      database.run("INSERT INTO session_message VALUES ('a', ?, 'user', 0, 1, 2, '{}')", [ID]);
    });
    const files = await captured();
    expect(files.map(({ path: name, role }) => [name, role])).toEqual([[`rows/${ID}.jsonl`, "transcript"], [`rows/${ID}.state.jsonl`, "sidecar"], [`rows/${ID}.log.jsonl`, "sidecar"]]);
    const texts = await Promise.all(files.map(async (each) => Buffer.from(await each.bytes()).toString()));
    expect(texts.join("")).not.toMatch(/very-secret|other session|credential/);
    expect(texts[0]?.split("\n")[0]).toBe(JSON.stringify({ rows: 1, agent: "opencode", session: ID, directory: WORK, version: "1.18.33", created: BEGUN }));
    expect(texts[1]).toMatch(/^\{"table":"session".*\n\{"table":"todo".*\n$/);
    expect(texts[2]).toMatch(/^\{"table":"session_message".*\n$/);
  });
  it("grow by whole turns: one that is not over waits until nothing is written for two minutes", async () => {
    usual();
    now = BEGUN + 5000;
    const before = await read(agent(), await found(), 0);
    const at = BEGUN + 4000;
    changed((database) => addMessage(database, { id: "msg_9", session: ID, at, data: { role: "user" }, parts: [{ type: "text", text: "And now" }] }));
    changed((database) => addMessage(database, { id: "msg_91", session: ID, at: at + 1, data: answerData(WORK, "msg_9", at + 1, { finish: "tool-calls" }), parts: [] }));
    const recent = await found();
    expect(await read(agent(), recent, 0)).toBe(before);
    now = at + OPEN_MS + 2;
    const quiet = await found();
    expect(quiet.files[0]?.stamp).not.toBe(recent.files[0]?.stamp);
    expect((await read(agent(), quiet, 0)).slice(before.length)).toContain("And now");
    now = at + 5;
    changed((database) => addMessage(database, { id: "msg_92", session: ID, at: at + 2, data: answerData(WORK, "msg_9", at + 2), parts: [{ type: "text", text: "Ended" }] }));
    const over = await read(agent(), await found(), 0);
    expect(over.startsWith(before)).toBe(true);
    expect(over).toContain("Ended");
  });
  it("have another stamp with every change, and the same without", async () => {
    usual();
    const stamps = new Set<string | undefined>();
    const look = async (): Promise<void> => void stamps.add((await found()).files[0]?.stamp);
    await look();
    await look();
    expect(stamps.size).toBe(1);
    changed((database) => database.run("UPDATE part SET time_updated = time_updated + 1"));
    await look();
    changed((database) => database.run("UPDATE session SET time_updated = time_updated + 1"));
    await look();
    changed((database) => database.run("DELETE FROM part WHERE rowid = 1"));
    await look();
    expect(stamps.size).toBe(4);
  });
  it("say where a prompt ran when its answer ran elsewhere than the one before", async () => {
    usual();
    changed((database) => {
      addMessage(database, { id: "msg_9", session: ID, at: BEGUN + 9000, data: { role: "user" }, parts: [{ type: "text", text: "There" }] });
      addMessage(database, { id: "msg_91", session: ID, at: BEGUN + 9001, data: answerData("/elsewhere", "msg_9", BEGUN + 9001), parts: [] });
    });
    const reader = agent().records({ path: "p", role: "transcript" });
    const said = (await read(agent(), await found(), 0)).split("\n").map((line) => [reader.take(Buffer.from(line)), line.includes("There")] as const);
    expect(said.filter(([directory]) => directory !== undefined).map(([directory]) => directory)).toEqual([WORK, WORK, WORK, "/elsewhere", "/elsewhere"]);
    expect(said.findIndex(([directory]) => directory === "/elsewhere")).toBeLessThan(said.findIndex(([, prompt]) => prompt));
  });
  it("keep a part whose message is gone", async () => {
    usual();
    changed((database) => database.exec("PRAGMA foreign_keys = OFF; DELETE FROM message WHERE rowid = 2;"));
    expect(await read(agent(), await found(), 1)).toContain('{"table":"part"');
  });
});

describe("the view of OpenCode and Kilo Code", () => {
  it("takes the quotes off that `run` puts around a prompt, and no others", async () => {
    for (const [said, shown] of [
      ['"Add \\"x\\" here"', 'Add "x" here'],
      ['"one"', '"one"'],
      ['"a b" and "c d"', '"a b" and "c d"'],
      ["plain words", "plain words"],
    ] as const) {
      expect((await viewed([], {}, [{ type: "text", text: said }])).turns[0]?.prompt).toBe(shown);
    }
  });
  it("has no prompt of what the agent put in itself, and names files", async () => {
    expect((await viewed([], {}, [{ type: "text", text: "Go on", synthetic: true }])).turns[0]?.prompt).toBeUndefined();
    expect((await viewed([], {}, [{ type: "file", mime: "image/png", filename: "a.png" }])).turns[0]?.prompt).toBe("[a.png]");
  });
  it("has calls, results, edits and exit codes; what was killed has no result", async () => {
    const view = await viewed([
      tool("bash", { status: "completed", input: { command: "false" }, output: "no", metadata: { exit: 1 } }),
      tool("edit", { status: "completed", input: { filePath: "/a", oldString: "x", newString: "y" }, output: "" }),
      tool("write", { status: "completed", input: { filePath: "/b", content: "z" }, output: "" }),
      tool("apply_patch", { status: "completed", input: { patchText: "*** Begin Patch\n*** Add File: c\n+1\n*** Update File: d\n-1\n*** End Patch" }, output: "" }),
      tool("edit", { status: "error", input: { filePath: "/a", oldString: "q", newString: "r" }, error: "The user rejected permission to use this specific tool call." }),
      tool("bash", { status: "running", input: { command: "sleep" } }),
    ]);
    expect(entries(view).map(({ kind }) => kind)).toEqual(["tool-call", "tool-result", "tool-call", "tool-result", "edit", "tool-call", "tool-result", "edit", "tool-call", "tool-result", "edit", "edit", "tool-call", "tool-result", "rejection", "tool-call"]);
    expect(entries(view)[1]).toMatchObject({ failed: true, exitCode: 1, text: "no" });
    expect(entries(view).filter(({ kind }) => kind === "edit")).toMatchObject([{ path: "/a", before: "x", after: "y" }, { path: "/b", after: "z" }, { path: "c" }, { path: "d" }]);
    expect(view.unknown).toEqual({});
  });
  it("says what ended an answer", async () => {
    expect(entries(await viewed([], { error: { name: "MessageAbortedError", data: { message: "Aborted" } } }))).toMatchObject([{ kind: "interruption", text: "Aborted" }]);
    expect(entries(await viewed([], { error: { name: "APIError", data: { message: "overloaded" } } }))).toMatchObject([{ kind: "error", text: "APIError: overloaded" }]);
  });
  it("has a compaction once, with its summary", async () => {
    expect(entries(await viewed([{ type: "text", text: "What was" }], { summary: true }, [{ type: "compaction", auto: true }]))).toEqual([expect.objectContaining({ kind: "compaction", summary: "What was" })]);
    expect(entries(await viewed([{ type: "text", text: "Hello" }], {}, [{ type: "compaction", auto: true }])).map(({ kind }) => kind)).toEqual(["compaction", "message"]);
  });
  it("counts tokens of the session alone: what a fork copied is not its own", async () => {
    const own = await viewed([]);
    expect(own.tokens).toEqual({ input: 10, output: 6, reasoning: 1, cacheRead: 100, cacheWrite: 3 });
    expect((await viewed([], { tokens: { total: 118, input: 10, output: 5, reasoning: 1, cache: { read: 100, write: 3 } } })).tokens).toMatchObject({ output: 5, reasoning: 1 });
    changed((database) => database.run("UPDATE session SET time_created = ?", [BEGUN + 1]));
    changed((database) => addMessage(database, { id: "msg_8", session: ID, at: BEGUN, data: answerData(WORK, "x", BEGUN), parts: [] }));
    expect((await agent().view(await captured())).tokens).toEqual({ input: 10, output: 5, reasoning: 1, cacheRead: 100, cacheWrite: 3 });
  });
  it("marks turns that were taken back", async () => {
    usual(3);
    changed((database) => database.run("UPDATE session SET revert = ?", [JSON.stringify({ messageID: `msg_${ID.slice(4)}0002` })]));
    expect((await agent().view(await captured())).turns.map(({ abandoned }) => abandoned)).toEqual([undefined, true, true]);
  });
  it("has the title that the agent gave, once it gave one", async () => {
    usual();
    expect((await agent().view(await captured())).title).toBe("Prompt 0");
    changed((database) => database.run("UPDATE session SET title = 'A name'"));
    expect((await agent().view(await captured())).title).toBe("A name");
    const ranges = [...(await agent().turnsOf(await captured())).values()][0] ?? [];
    const text = await read(agent(), await found(), 0);
    expect(ranges.some(({ from, to }) => text.slice(from, to).includes("A name"))).toBe(false);
  });
});

const FIXTURES = new URL("../../fixtures/agents/", import.meta.url).pathname;
describe.each([
  { name: "opencode", version: "1.18.33", make: openCode, folder: "opencode", parent: "ses_e04e240bfffeyWQI1ECu3S8IGy", child: "ses_e04e23bffffeMWVPCLe227ONU6", fork: "ses_e04e27715ffeSiWTCCw33KZw8o", ownInput: 476 },
  { name: "kilo-code", version: "7.7.9", make: kiloCode, folder: "kilo", parent: "ses_e04dc3bfbffeTrZLjVb5S6tBor", child: "ses_e04dc3053ffeU1O8C0O77tmOiX", fork: "ses_e04dcaa88ffeQe6GwcP7MQCfJY", ownInput: 880 },
])("a store that $name $version made", ({ name, version, make, folder, parent, child, fork, ownInput }) => {
  const recorded = path.join(FIXTURES, name, version, "08-subagent");
  const made = (): Agent => {
    cpSync(path.join(recorded, "store"), path.join(home, ".local", "share", folder), { recursive: true });
    return make({ home });
  };
  it("has its sessions, the sub-agent's with its parent", async () => {
    const of = made();
    const sources: SessionSource[] = [];
    for await (const source of of.discover([WORK])) sources.push(source);
    expect(sources.map(({ id, parent: above }) => [id, above])).toEqual([[child, parent], [parent, undefined], [fork, undefined]].sort());
    const view = await of.view(await captured(of, parent));
    expect(view).toMatchObject({ version, directory: WORK, damaged: 0, unknown: {}, models: ["claude-sonnet-4-5"] });
    expect(view.turns.map(({ prompt }) => prompt)).toEqual([expect.stringMatching(/^Use a sub-agent to find every caller/)]);
    expect((await of.view(await captured(of, fork))).tokens?.input).toBe(ownInput);
    expect((await of.view(await captured(of, fork))).turns).toHaveLength(4);
  });
  it("is led to by what its plugin is told, in each state of the store", async () => {
    const events = readFileSync(path.join(recorded, "hooks", "plugin-events.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { readonly type: string; readonly properties: { readonly sessionID: string } });
    const payloads = events.map(({ type, properties }) => ({ hook_event_name: type, session_id: properties.sessionID, cwd: WORK }));
    expect(payloads.map(({ session_id }) => session_id)).toEqual(expect.arrayContaining([parent, child]));
    for (const payload of payloads) expect(await make({ home }).fromHook(payload)).toBeNull();
    const of = made();
    for (const payload of payloads) expect((await of.fromHook(payload))?.id).toBe(payload.session_id);
    expect(await of.fromHook({ session_id: `${parent}x` })).toBeNull();
  });
});

describe("put back", () => {
  const other = (): string => path.join(home, "other");
  const how = (more: Partial<PutOptions> = {}): PutOptions => ({ id: ID, directory: WORK, others: "refuse", dryRun: false, ...more });
  async function taken(): Promise<readonly CapturedFile[]> {
    usual(2);
    changed((database) => database.run("INSERT INTO todo VALUES (?, 'first', 'pending', 'high', 0, 1, 2)", [ID]));
    const files = await captured();
    changed(() => undefined, other());
    return files;
  }
  it.runIf(!hasNodeSqlite())("says which Node can", async () => {
    await expect(agent(other()).put?.(await taken(), how())).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("Node 22.13"), hints: ["node --version"] });
  });
  describe.runIf(hasNodeSqlite())("with Node's own SQLite", () => {
    const put = async (files: readonly CapturedFile[], more: Partial<PutOptions> = {}): Promise<unknown> => agent(other()).put?.(files, how(more));
    it("is what was captured, byte for byte, once", async () => {
      const files = await taken();
      expect(await put(files, { dryRun: true })).toMatchObject({ action: "written" });
      expect(await agent(other()).find(ID)).toBeNull();
      expect(await put(files)).toEqual({ path: file(other()), action: "written" });
      for (const [i, each] of (await captured(agent(other()))).entries()) expect(Buffer.from(await each.bytes()).equals(Buffer.from((await files[i]?.bytes()) ?? []))).toBe(true);
      expect(await put(files)).toMatchObject({ action: "same" });
      changed((database) => expect(database.all("SELECT id, worktree, vcs, sandboxes FROM project")).toEqual([{ id: "root", worktree: WORK, vcs: "git", sandboxes: "[]" }]), other());
      expect(readdirSync(path.dirname(file(other())))).toEqual(["opencode.db"]);
    });
    it("needs no table of projects", async () => {
      const files = await taken();
      changed((database) => database.exec("PRAGMA foreign_keys = OFF; DROP TABLE project"), other());
      expect(await put(files)).toMatchObject({ action: "written" });
      expect(await put(files)).toMatchObject({ action: "same" });
    });
    it("goes on in another checkout", async () => {
      await put(await taken(), { directory: "/home/dev/new" });
      const source = await found(agent(other()));
      expect((await read(agent(other()), source, 0)).split("\n")[0]).toContain('"directory":"/home/dev/new"');
    });
    it("never goes over what is more or other, unless it is told to", async () => {
      const files = await taken();
      await put(files);
      changed((database) => addMessage(database, { id: "msg_more", session: ID, at: BEGUN + 9000, data: answerData(WORK, "x", BEGUN), parts: [{ type: "text", text: "more" }] }), other());
      await expect(put(files)).rejects.toMatchObject({ code: "exists", message: expect.stringContaining("has more") });
      changed((database) => database.exec("DELETE FROM message WHERE id = 'msg_more'; UPDATE part SET data = '{}' WHERE rowid = 1"), other());
      await expect(put(files)).rejects.toMatchObject({ code: "exists", message: expect.stringContaining("is another") });
      expect(await put(files, { others: "replace" })).toMatchObject({ action: "replaced" });
      expect(await put(files)).toMatchObject({ action: "same" });
      changed((database) => database.exec("DELETE FROM message WHERE rowid > 2"), other());
      await expect(put(files, { others: "refuse-any" })).rejects.toMatchObject({ code: "exists" });
      expect(await put(files)).toMatchObject({ action: "replaced" });
    });
    it("refuses rows of another session, of other tables and of other columns, and writes none", async () => {
      const files = await taken();
      const [main, state] = files;
      if (main === undefined || state === undefined) throw new Error("no files");
      const text = Buffer.from(await state.bytes()).toString();
      for (const line of [
        '{"table":"credential","row":{"id":"x","value":"y"}}',
        '{"table":"todo","row":{"session_id":"ses_other","content":"x"}}',
        '{"table":"session","row":{"id":"ses_other"}}',
        `{"table":"message","row":{"id":"m","session_id":"${ID}","evil":1}}`,
        "{broken",
      ]) {
        await expect(put([main, { ...state, bytes: async () => Buffer.from(`${text}${line}\n`) }]), line).rejects.toMatchObject({ code: "refused" });
      }
      await expect(put([main])).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("left out") });
      expect(await agent(other()).find(ID)).toBeNull();
      await expect(agent(path.join(home, "none")).put?.(files, how())).rejects.toMatchObject({ code: "not-found" });
    });
  });
});
