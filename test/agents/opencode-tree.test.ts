import { mkdir, mkdtemp, realpath, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openCode } from "../../src/adapters/agents/opencode/adapter.ts";
import type { SessionView } from "../../src/domain/view.ts";
import type { Agent, SessionSource } from "../../src/ports/agent.ts";
import { addSession, BEGUN, databaseAt } from "./opencode-family.fixture.ts";

// OpenCode before its database: a file for each session, message and part (docs/agents/opencode.md).

const WORK = "/home/dev/work/acme-web";
const ID = "ses_6a1000000ffe1";
let home = "";
let agent: Agent;
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-tree-")));
  agent = openCode({ home });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const store = (): string => path.join(home, ".local", "share", "opencode");
const place = (name: string): string => path.join(store(), "storage", name);

async function put(name: string, content: object | string): Promise<void> {
  await mkdir(path.dirname(place(name)), { recursive: true });
  await writeFile(place(name), typeof content === "string" ? content : JSON.stringify(content, null, 2));
}

/** Two turns; the names of the messages do not rise with their time, as ids of older versions did not. */
async function session(more: { readonly id?: string; readonly own?: object | null; readonly cwd?: string } = {}): Promise<void> {
  const { id = ID, own = {}, cwd = WORK } = more;
  const message = (name: string, created: number, content: object): Promise<void> => put(`message/${id}/${name}.json`, { id: name, sessionID: id, time: { created, completed: created + 1 }, ...content });
  const part = (of: string, name: string, content: object): Promise<void> => put(`part/${of}/${name}.json`, { id: name, messageID: of, sessionID: id, ...content });
  if (own !== null) await put(`session/abc/${id}.json`, { id, version: "0.9.1", projectID: "abc", directory: WORK, title: "Notes about kestrels", time: { created: BEGUN, updated: BEGUN + 4000 }, ...own });
  await message("msg_b", BEGUN, { role: "user" });
  await part("msg_b", "prt_1", { type: "text", text: "Write it" });
  await message("msg_a", BEGUN + 1000, { role: "assistant", parentID: "msg_b", modelID: "model-x", path: { cwd, root: cwd }, tokens: { input: 10, output: 5, reasoning: 0, cache: { read: 2, write: 0 } } });
  await part("msg_a", "prt_2", { type: "tool", tool: "write", callID: "c1", state: { status: "completed", input: { filePath: `${WORK}/note.md`, content: "kestrel" }, output: "ok", metadata: {}, time: { start: BEGUN + 1001, end: BEGUN + 1002 } } });
  await part("msg_a", "prt_3", { type: "text", text: "It is written." });
  await message("msg_d", BEGUN + 2000, { role: "user" });
  await part("msg_d", "prt_4", { type: "text", text: "Thanks" });
  await message("msg_c", BEGUN + 3000, { role: "assistant", parentID: "msg_d", modelID: "model-x", path: { cwd: WORK, root: WORK } });
  await part("msg_c", "prt_5", { type: "text", text: "Not at all." });
}

async function found(id = ID): Promise<SessionSource> {
  return (await agent.find(id)) ?? expect.fail("not found");
}
async function discovered(directory: string, changedSince?: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of agent.discover([directory], changedSince === undefined ? {} : { changedSince })) ids.push(id);
  return ids;
}
async function viewed(id = ID): Promise<SessionView> {
  const files = await Promise.all((await found(id)).files.map(async (file) => {
    const open = await agent.open(file);
    const bytes = await open.read(0, open.size);
    await open.close();
    return { path: file.path, role: file.role, bytes: async () => bytes };
  }));
  return agent.view(files);
}

it("has the session's own file first, then each message with its parts, in the order of time", async () => {
  await session();
  await put(`todo/${ID}.json`, "[]");
  await put("session/abc/other.txt", "no session");
  const { files } = await found();
  expect(files.map((file) => file.path)).toEqual(
    [`session/abc/${ID}`, `message/${ID}/msg_b`, "part/msg_b/prt_1", `message/${ID}/msg_a`, "part/msg_a/prt_2", "part/msg_a/prt_3", `message/${ID}/msg_d`, "part/msg_d/prt_4", `message/${ID}/msg_c`, "part/msg_c/prt_5", `todo/${ID}`].map((name) => `storage/${name}.json`),
  );
  expect(new Set(files.map(({ growth, directory }) => `${growth} ${directory}`))).toEqual(new Set([`rewrite ${WORK}`]));
  expect(files.map(({ role }) => role)).toEqual([...Array.from({ length: 10 }, () => "transcript"), "sidecar"]);
});

it("becomes the turns that its rows would", async () => {
  await session();
  const view = await viewed();
  expect(view).toMatchObject({ agent: "opencode", id: ID, title: "Notes about kestrels", version: "0.9.1", directory: WORK, models: ["model-x"], damaged: 0, unknown: {}, tokens: { input: 10, output: 5, cacheRead: 2 } });
  expect(view.turns.map(({ prompt, entries }) => [prompt, entries.map(({ kind }) => kind)])).toEqual([
    ["Write it", ["tool-call", "tool-result", "edit", "message"]],
    ["Thanks", ["message"]],
  ]);
  expect(view.turns[0]?.entries[2]).toMatchObject({ path: `${WORK}/note.md`, after: "kestrel" });
});

it("says a parent, and which turns were taken back", async () => {
  await session({ own: { parentID: "ses_before", revert: { messageID: "msg_d" }, title: "New session - 2026-03-01T10:00:00.000Z" } });
  expect((await found()).parent).toBe("ses_before");
  const view = await viewed();
  expect(view.title).toBe("Write it");
  expect(view.turns.map(({ abandoned }) => abandoned === true)).toEqual([false, true]);
});

it("places a message where it ran, its parts and what asked for it too", async () => {
  await session({ cwd: "/home/dev/elsewhere" });
  const at = new Map((await found()).files.map((file) => [path.basename(file.path, ".json"), file.directory]));
  expect(Object.fromEntries(at)).toMatchObject({ msg_b: "/home/dev/elsewhere", prt_1: "/home/dev/elsewhere", msg_a: "/home/dev/elsewhere", prt_3: "/home/dev/elsewhere", msg_d: WORK, prt_4: WORK, msg_c: WORK, [ID]: WORK });
});

it("is discovered by its directory, by when it changed, and without a file of its own by whoever asks", async () => {
  await session();
  await session({ id: "ses_bare", own: null });
  expect(await discovered(WORK)).toEqual([ID, "ses_bare"]);
  expect(await discovered("/home/dev/other")).toEqual(["ses_bare"]);
  const files = [...(await found()).files, ...(await found("ses_bare")).files].map(({ absolute }) => absolute);
  for (const file of files) await utimes(file, 1000, 1000);
  expect(await discovered(WORK, 1_000_000)).toEqual([]);
  await utimes(place("part/msg_c/prt_5.json"), 2000, 2000);
  expect(await discovered(WORK, 1_000_000)).toEqual([ID, "ses_bare"]);
  expect(await agent.find("../../ses_x")).toBeNull();
});

it("is read in the database once the agent has moved it there, and nothing of it twice", async () => {
  await session();
  const database = databaseAt(path.join(store(), "opencode.db"));
  addSession(database, { id: ID, directory: WORK, turns: [{ prompt: "Moved", answer: "Yes." }] });
  database.close();
  expect(await discovered(WORK)).toEqual([ID]);
  expect((await found()).files.map((file) => file.path)).toEqual([`rows/${ID}.jsonl`, `rows/${ID}.state.jsonl`]);
  const tree = { path: `storage/message/${ID}/msg_b.json`, role: "transcript" as const, bytes: async () => Buffer.from('{"id":"msg_b","role":"user"}') };
  const rows = { path: `rows/${ID}.jsonl`, role: "transcript" as const, bytes: async () => Buffer.from(`{"rows":1,"agent":"opencode","session":"${ID}"}\n`) };
  expect((await agent.view([tree, rows])).turns).toEqual([]);
  expect(await openCode({ home, database: "other.db" }).find(ID)).toBeNull();
});

it("follows no link, and opens nothing beside the folder", async () => {
  await session();
  await writeFile(path.join(home, "secret.json"), "{}");
  await symlink(path.join(home, "secret.json"), place("part/msg_c/prt_9.json"));
  expect((await found()).files.some((file) => file.path.includes("prt_9"))).toBe(false);
  const file = { path: "storage/part/msg_c/prt_9.json", role: "transcript" as const, growth: "rewrite" as const };
  await expect(agent.open({ ...file, absolute: place("part/msg_c/prt_9.json") })).rejects.toMatchObject({ code: "refused" });
  await expect(agent.open({ ...file, absolute: path.join(home, "secret.json") })).rejects.toMatchObject({ code: "refused" });
  await rename(place("."), path.join(home, "moved"));
  await symlink(path.join(home, "moved"), place("."));
  expect(await agent.find(ID)).toBeNull();
});

it.each([
  ["cut off", '{"id":"msg_d","role":"us'],
  ["no JSON", "\0\0"],
  ["a text", '"x"'],
  ["empty", ""],
])("counts a file that is %s, and shows the others", async (_, content) => {
  await session();
  await put(`message/${ID}/msg_c.json`, content);
  const view = await viewed();
  expect(view.damaged).toBe(1);
  expect(view.turns.map(({ prompt }) => prompt)).toContain("Write it");
  const reader = agent.records({ path: `storage/message/${ID}/msg_c.json`, role: "transcript" });
  reader.take(Buffer.from(content));
  expect(reader.torn?.()).toBe(true);
});

it("says of one file no number of turns", async () => {
  const reader = agent.records({ path: `storage/session/abc/${ID}.json`, role: "transcript" });
  expect(reader.take(Buffer.from(JSON.stringify({ id: ID, directory: WORK, version: "0.9.1", title: "T", time: { created: 1, updated: 2 } })))).toBe(WORK);
  expect(reader.facts()).toEqual({ title: "T", version: "0.9.1", first: 1, last: 2, damaged: 0 });
});

it("is put back where it was, and nowhere else", async () => {
  const where = { directory: WORK, recorded: WORK };
  await mkdir(store(), { recursive: true });
  expect(await agent.placeOf(`storage/part/msg_a/prt_1.json`, where)).toBe(place("part/msg_a/prt_1.json"));
  expect(agent.puts?.("storage/part/msg_a/prt_1.json")).toBe(false);
  for (const wrong of ["storage/part/../x.json", "storage/auth.json", "auth.json", "storage/part/msg_a/prt_1.txt", "x/storage/part/msg_a/prt_1.json", "storage/session/abc/.json"]) {
    await expect(agent.placeOf(wrong, where)).rejects.toMatchObject({ code: "refused" });
  }
});
