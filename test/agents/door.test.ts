import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { door } from "../../src/adapters/agents/door/adapter.ts";
import { readDescription, toDescription } from "../../src/adapters/agents/door/description.ts";
import { handOver, readHandedOver } from "../../src/adapters/agents/door/hand-over.ts";
import { doorFolder } from "../../src/adapters/agents/door/folder.ts";
import { doorView } from "../../src/adapters/agents/door/view.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { SessionView } from "../../src/domain/view.ts";
import type { Agent, CapturedFile, SessionFacts, SessionSource } from "../../src/ports/agent.ts";

const WORK = "/home/dev/work/acme-web";
const HEADER = { type: "session", format: "hx-session-lines/1" };
const good = { format: "hx-session/1", agent: "goose", id: "20260601_1", directory: WORK, files: [{ path: "session.jsonl" }] };
const jsonLines = (records: readonly unknown[]): Buffer => Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
const conversation = [
  HEADER,
  { type: "prompt", text: "Add a helper", at: "2026-03-01T10:00:00Z", directory: WORK },
  { type: "reasoning", text: "Where?", model: "m-1" },
  { type: "tool-call", call: "c1", tool: "shell", input: { command: "npm test" } },
  { type: "tool-result", call: "c1", text: "ok", exitCode: 0 },
  { type: "edit", call: "c2", path: "src/a.ts", before: "a", after: "b" },
  { type: "message", text: "Done.", model: "m-1", at: 1772359260000 },
  { type: "usage", input: 10, output: 4, cacheRead: 0 },
  { type: "prompt", text: "Again", abandoned: true },
  { type: "usage", input: 5, output: 1 },
  { type: "interruption" },
];

const seen = (bytes: Uint8Array, file = "session.jsonl", description: unknown = undefined): Promise<SessionView> =>
  doorView([
    { path: `goose/20260601_1/${file}`, role: "transcript", bytes: () => Promise.resolve(bytes) },
    ...(description === undefined ? [] : [{ path: "goose/20260601_1/session.json", role: "sidecar", bytes: () => Promise.resolve(Buffer.from(JSON.stringify(description))) } as const]),
  ]);

let home = "";
let agent: Agent;
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-door-")));
  agent = door({ home, platform: "linux", sessionsDir: path.join(home, "sessions") });
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function put(description: unknown, files: Readonly<Record<string, Uint8Array | string>> = { "session.jsonl": jsonLines(conversation) }, at = "goose/20260601_1"): Promise<string> {
  const folder = path.join(home, "sessions", at);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  await writeFile(path.join(folder, "session.json"), typeof description === "string" ? description : JSON.stringify(description));
  return folder;
}
async function discovered(directories: readonly string[] = [WORK], changedSince?: number): Promise<readonly SessionSource[]> {
  const found: SessionSource[] = [];
  for await (const source of agent.discover(directories, changedSince === undefined ? {} : { changedSince })) found.push(source);
  return found;
}

describe("door: the folder", () => {
  it("lies in the platform's data directory, or where it is told to", () => {
    expect(doorFolder({ home: "/home/a", platform: "linux" })).toBe("/home/a/.local/share/hx/sessions");
    expect(doorFolder({ home: "/home/a", platform: "linux", xdgDataHome: "/data" })).toBe("/data/hx/sessions");
    expect(doorFolder({ home: "/Users/a", platform: "darwin" })).toBe("/Users/a/Library/Application Support/hx/sessions");
    expect(doorFolder({ home: "C:\\Users\\a", platform: "win32" })).toBe("C:\\Users\\a\\AppData\\Local\\hx\\sessions");
    expect(doorFolder({ home: "C:\\Users\\a", platform: "win32", localAppData: "D:\\Local" })).toBe("D:\\Local\\hx\\sessions");
    expect(doorFolder({ home: "/home/a", platform: "darwin", sessionsDir: "/x/y", xdgDataHome: "/data" })).toBe("/x/y");
  });
  it("is absent until somebody makes it", async () => {
    expect(await agent.roots()).toEqual([]);
    expect(await discovered()).toEqual([]);
    expect(await agent.find("20260601_1")).toBeNull();
  });
  it("has sessions of the tools, each under a name of its own, with all their files", async () => {
    await put({ ...good, title: "Helpers", version: "1.9", parent: "20260531_4", files: [{ path: "notes/a.md", role: "attachment" }, { path: "session.jsonl" }] }, { "session.jsonl": "x", "notes/a.md": "y" });
    const [source, ...others] = await discovered();
    expect(others).toEqual([]);
    expect(source).toMatchObject({ agent: "door:goose", id: "20260601_1", parent: "20260531_4", beside: { title: "Helpers", version: "1.9" } });
    expect(source?.files.map(({ path: recorded, role, growth, directory }) => [recorded, role, growth, directory])).toEqual([
      ["goose/20260601_1/session.jsonl", "transcript", "append", WORK],
      ["goose/20260601_1/notes/a.md", "attachment", "rewrite", WORK],
      ["goose/20260601_1/session.json", "sidecar", "rewrite", WORK],
    ]);
    expect(await agent.find("20260601_1")).toEqual(source);
  });
  it("gives what ran in a directory or below, sorted, and what changed", async () => {
    await put({ ...good, id: "b", directory: `${WORK}/packages/ui` }, undefined, "goose/b");
    await put({ ...good, id: "a", agent: "crush" }, undefined, "crush/a");
    await put({ ...good, id: "c", directory: "/home/dev/notes" }, undefined, "goose/c");
    expect((await discovered()).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await discovered([])).toEqual([]);
    for (const name of ["session.json", "session.jsonl"]) await utimes(path.join(home, "sessions/crush/a", name), 1000, 1000);
    expect((await discovered([WORK], 2_000_000)).map(({ id }) => id)).toEqual(["b"]);
  });
  it("follows no link, neither of a tool, a session, a description nor a file", async () => {
    const real = await put(good);
    const outside = path.join(home, "outside");
    await mkdir(outside);
    await symlink(path.join(home, "sessions", "goose"), path.join(home, "sessions", "other"));
    await symlink(real, path.join(home, "sessions", "goose", "linked"));
    expect((await discovered()).map(({ id }) => id)).toEqual(["20260601_1"]);
    await writeFile(path.join(outside, "secret"), "s");
    await rm(path.join(real, "session.jsonl"));
    await symlink(path.join(outside, "secret"), path.join(real, "session.jsonl"));
    const [file] = (await discovered())[0]?.files ?? [];
    if (file === undefined) throw new Error("no file");
    await expect(agent.open(file)).rejects.toSatisfy(isHxError);
    await writeFile(path.join(outside, "session.json"), JSON.stringify(good));
    await rm(path.join(real, "session.json"));
    await symlink(path.join(outside, "session.json"), path.join(real, "session.json"));
    expect(await discovered()).toEqual([]);
  });
  it("is led into by a payload, which cannot lead elsewhere", async () => {
    const folder = await put(good);
    const [source] = await discovered();
    for (const payload of [{ session_id: good.id }, { agent: "goose", session_id: good.id }, { transcript_path: path.join(folder, "session.jsonl") }]) expect(await agent.fromHook(payload)).toEqual(source);
    for (const payload of [{}, { session_id: "../x" }, { agent: "crush", session_id: good.id }, { session_id: good.id, transcript_path: "/etc/passwd" }]) expect(await agent.fromHook(payload)).toBeNull();
  });
  it("takes a restored session, and no path out of it", async () => {
    expect(await agent.placeOf("goose/a/session.jsonl", { directory: WORK, recorded: "." })).toBe(path.join(home, "sessions/goose/a/session.jsonl"));
    for (const bad of ["", "goose/a", "../x/y", "goose/../../x", "Goose/a/x", "goose/a/../x", "/etc/passwd/x", "goose/.a/x", "goose\\a\\x"]) await expect(agent.placeOf(bad, { directory: WORK, recorded: "." }), bad).rejects.toSatisfy(isHxError);
  });
});

describe("door: a faulty description", () => {
  const file = (path: unknown, more: object = {}): object => ({ ...good, files: [{ path, ...more }] });
  it.each([
    ["no object", [], "not an object"],
    ["another format", { ...good, format: "hx-session/2" }, "'format'"],
    ["no agent", { ...good, agent: undefined }, "'agent' is missing"],
    ["a number as agent", { ...good, agent: 7 }, "'agent' is not a text"],
    ["an agent that climbs", { ...good, agent: "../x" }, "'agent'"],
    ["an id that climbs", { ...good, id: ".." }, "'id'"],
    ["an id with a slash", { ...good, id: "a/b" }, "'id'"],
    ["a long id", { ...good, id: "a".repeat(129) }, "'id'"],
    ["a relative directory", { ...good, directory: "work" }, "'directory' is not an absolute path"],
    ["a directory with NUL", { ...good, directory: "/a\0b" }, "'directory'"],
    ["a title that is a list", { ...good, title: [] }, "'title' is not a text"],
    ["a huge title", { ...good, title: "x".repeat(5000) }, "'title' is longer"],
    ["a parent that climbs", { ...good, parent: "../x" }, "'parent'"],
    ["no files", { ...good, files: undefined }, "'files' is not a list"],
    ["files without a transcript", file("a.txt", { role: "attachment" }), "'files' names no transcript"],
    ["too many files", { ...good, files: Array.from({ length: 1001 }, (_, i) => ({ path: `f${i}` })) }, "'files' has more"],
    ["a file that is a text", { ...good, files: ["a"] }, "'files[0]' is not an object"],
    ["a path that climbs", file("../other/session.jsonl"), "'files[0].path' leads out"],
    ["an absolute path", file("/etc/passwd"), "'files[0].path' leads out"],
    ["a path of another system", file("a\\b"), "'files[0].path' leads out"],
    ["a path with a drive", file("C:x"), "'files[0].path' leads out"],
    ["a path with a control character", file("a\nb"), "'files[0].path' leads out"],
    ["an empty path", file(""), "'files[0].path' is missing"],
    ["the description as a file", file("Session.JSON"), "'files[0].path' is the description"],
    ["a role that is none", file("a", { role: "main" }), "'files[0].role'"],
    ["a growth that is none", file("a", { growth: 1 }), "'files[0].growth'"],
    ["one path twice", { ...good, files: [{ path: "a" }, { path: "A" }] }, "twice"],
  ])("with %s names the field", (_what, value, problem) => {
    expect((toDescription(value) as { problem: string }).problem).toContain(problem);
  });
  it("is told when it is damaged or huge", () => {
    expect(readDescription(Buffer.from('{"format": '))).toEqual({ problem: "it is not JSON in UTF-8" });
    expect(readDescription(Buffer.from('"\xff"', "latin1"))).toEqual({ problem: "it is not JSON in UTF-8" });
    expect((readDescription(Buffer.alloc((1 << 20) + 1, 0x20)) as { problem: string }).problem).toContain("larger");
  });
  it("passes over fields that it does not know", () => {
    expect(toDescription({ ...good, colour: "red", files: [{ path: "a", weight: 3 }] })).toMatchObject({ description: { agent: "goose", files: [{ path: "a", role: "transcript", growth: "rewrite" }] } });
  });
  it("is told where it says that it ran here, and belongs nowhere where it does not", async () => {
    const folder = await put({ ...good, files: [{ path: "../x" }] });
    await put({ ...good, directory: "work", id: "lost" }, undefined, "goose/lost");
    const found = await discovered();
    expect(found.map(({ id }) => id)).toEqual(["20260601_1"]);
    const [file] = found[0]?.files ?? [];
    if (file === undefined) throw new Error("no file");
    await expect(agent.open(file)).rejects.toMatchObject({ code: "refused", message: `cannot read '${path.join(folder, "session.json")}': 'files[0].path' leads out of the folder, or is no plain path` });
  });
  it.each([["agent", { agent: "crush" }], ["id", { id: "other" }]])("is one of another folder: '%s'", async (field, change) => {
    await put({ ...good, ...change });
    const [file] = (await discovered())[0]?.files ?? [];
    if (file === undefined) throw new Error("no file");
    await expect(agent.open(file)).rejects.toMatchObject({ message: expect.stringContaining(`'${field}' is`) as string });
  });
  it("never throws, whatever it holds", () => {
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.record({ format: fc.constant("hx-session/1"), agent: fc.constant("a"), id: fc.constant("b"), directory: fc.constant("/c"), files: fc.jsonValue() })), (value) => void toDescription(value)), { numRuns: 300 });
  });
});

describe("door: lines that are understood", () => {
  it("become turns, with what they say and nothing that they do not", async () => {
    const view = await seen(jsonLines(conversation), "session.jsonl", { ...good, title: "Helpers", version: "1.9" });
    expect(view).toMatchObject({ agent: "door:goose", id: "20260601_1", title: "Helpers", version: "1.9", directory: WORK, models: ["m-1"], damaged: 0, unknown: {}, first: 1772359200000, last: 1772359260000 });
    expect(view.tokens).toEqual({ input: 15, output: 5, cacheRead: 0 });
    expect(view.turns.map(({ prompt, abandoned }) => [prompt, abandoned])).toEqual([["Add a helper", undefined], ["Again", true]]);
    expect(view.turns[0]?.entries).toEqual([
      { kind: "reasoning", text: "Where?", model: "m-1" },
      { kind: "tool-call", call: "c1", tool: "shell", input: { command: "npm test" } },
      { kind: "tool-result", call: "c1", text: "ok", exitCode: 0 },
      { kind: "edit", call: "c2", path: "src/a.ts", before: "a", after: "b" },
      { kind: "message", text: "Done.", model: "m-1", at: 1772359260000 },
    ]);
    expect(view.turns[1]?.entries).toEqual([{ kind: "interruption" }]);
  });
  it("are counted when they are damaged, not known, or lack a field", async () => {
    const view = await seen(Buffer.concat([jsonLines(conversation), Buffer.from("{broken\n[]\n"), jsonLines([{ type: "message" }, { type: "edit" }, { type: "prompt", text: 7 }, { type: "weather" }, { colour: 1 }])]));
    expect(view).toMatchObject({ damaged: 5, unknown: { weather: 1, "no type": 1 } });
  });
  it("say where each ran and what the session is about, in steps too", () => {
    const lines = [...conversation, { type: "prompt", text: "Elsewhere", directory: "/elsewhere" }, { type: "message", text: 'no "directory":"/evil"', input: { directory: "/evil" } }];
    const run = (every: number): { facts: SessionFacts; directories: (string | undefined)[] } => {
      let reader = agent.records({ path: "p", role: "transcript" });
      const directories = lines.map((line, index) => {
        if (index % every === every - 1) reader = agent.records({ path: "p", role: "transcript" }, JSON.parse(JSON.stringify(reader.state())));
        return reader.take(Buffer.from(JSON.stringify(line)));
      });
      return { facts: reader.facts(), directories };
    };
    const whole = run(1000);
    expect(whole.facts).toMatchObject({ title: "Add a helper", turns: 3, damaged: 0, models: ["m-1"], first: 1772359200000, last: 1772359260000 });
    expect(whole.directories.filter((directory) => directory !== undefined)).toEqual([WORK, "/elsewhere"]);
    for (const every of [1, 2, 3]) expect(run(every)).toEqual(whole);
  });
  it("say every place also where they come all at once, of a file that is replaced as a whole", () => {
    const reader = agent.records({ path: "p", role: "transcript" });
    expect(reader.take(jsonLines([...conversation, { type: "prompt", text: "Elsewhere", directory: "/elsewhere" }]))).toBe(WORK);
    expect(reader.directories?.()).toEqual([WORK, "/elsewhere"]);
    expect(reader.facts()).toMatchObject({ title: "Add a helper", turns: 3 });
  });
  it("of each turn can be read alone, and a summary is of none", async () => {
    const bytes = jsonLines([...conversation.slice(0, 8), { type: "session", title: "Helpers for all" }, { type: "compaction", summary: "of all" }, { type: "prompt", text: "Next" }, { type: "message", text: "Yes." }]);
    const file: CapturedFile = { path: "goose/1/s.jsonl", role: "transcript", bytes: () => Promise.resolve(bytes) };
    const ranges = (await agent.turnsOf([file])).get(file.path) ?? [];
    const alone = Buffer.concat(ranges.filter(({ turn }) => turn === "frame" || turn === 1).map(({ from, to }) => bytes.subarray(from, to)));
    expect(alone.toString()).toBe(jsonLines([HEADER, { type: "prompt", text: "Next" }, { type: "message", text: "Yes." }]).toString());
    expect((await seen(alone)).turns.map(({ prompt }) => prompt)).toEqual(["Next"]);
  });
  it("of a sub-agent stand where they ran", async () => {
    const view = await doorView([
      { path: "goose/1/s.jsonl", role: "transcript", bytes: () => Promise.resolve(jsonLines(conversation)) },
      { path: "goose/1/helper.jsonl", role: "subagent", bytes: () => Promise.resolve(jsonLines([HEADER, { type: "prompt", text: "do" }, { type: "message", text: "did", at: "2026-03-01T10:00:30Z" }])) },
    ]);
    expect(view.turns).toHaveLength(2);
    expect(view.turns[0]?.entries.at(-1)).toMatchObject({ kind: "message", text: "did", subagent: "helper.jsonl" });
  });
});

describe("door: files that are not understood", () => {
  it("are shown as text, or named when they are none", async () => {
    expect((await seen(Buffer.from("Hello\nthere\n"), "transcript.txt")).turns).toEqual([{ index: 0, entries: [{ kind: "note", text: "Hello\nthere\n" }] }]);
    expect((await seen(Buffer.from([1, 0, 255]), "transcript.bin")).turns[0]?.entries).toEqual([{ kind: "note", text: "'transcript.bin' has 3 bytes that are no text" }]);
    expect((await seen(Buffer.from("x".repeat((1 << 20) + 7)), "t.txt")).turns[0]?.entries[0]).toMatchObject({ text: expect.stringContaining("has 7 characters more") as string });
    expect(await doorView([])).toMatchObject({ turns: [], damaged: 0 });
  });
  it("say nothing of prompts, and have no lines of a turn", async () => {
    const reader = agent.records({ path: "p", role: "transcript" });
    for (const line of ["Hello", JSON.stringify({ type: "prompt", text: "x", directory: "/evil" })]) expect(reader.take(Buffer.from(line))).toBeUndefined();
    expect(reader.facts()).toEqual({});
    expect((await agent.turnsOf([{ path: "goose/1/t.txt", role: "transcript", bytes: () => Promise.resolve(Buffer.from("Hello\n")) }])).size).toBe(0);
  });
  it("never throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)), fc.jsonValue().map((value) => jsonLines([value])), fc.constantFrom(...conversation).chain((record) => fc.jsonValue().map((value) => jsonLines([{ ...record, text: value, at: value, input: value, title: value }])))), { maxLength: 8 }), async (chunks) => {
        const bytes = Buffer.concat([jsonLines([HEADER]), ...chunks]);
        const reader = agent.records({ path: "p", role: "transcript" });
        for (const line of bytes.toString("latin1").split("\n")) reader.take(Buffer.from(line, "latin1"));
        expect((await seen(bytes)).turns.map(({ index }) => index)).toEqual((await seen(bytes)).turns.map((_, index) => index));
      }),
      { numRuns: 100 },
    );
  });
});

describe("door: a payload", () => {
  const payload = { agent: "goose", id: "a", directory: WORK };
  it.each([
    ["no JSON", "{", "not JSON"],
    ["a list", "[]", "not an object"],
    ["another format", JSON.stringify({ ...payload, format: "x", transcript: "" }), "'format'"],
    ["no transcript", JSON.stringify(payload), "exactly one of"],
    ["two transcripts", JSON.stringify({ ...payload, transcript: "", lines: [] }), "exactly one of"],
    ["a transcript that is a number", JSON.stringify({ ...payload, transcript: 7 }), "'transcript' is not a text"],
    ["damaged base64", JSON.stringify({ ...payload, base64: "a*b=" }), "'base64'"],
    ["a line that is none", JSON.stringify({ ...payload, lines: [{ type: "prompt", text: "a" }, 7] }), "'lines[1]'"],
    ["a wrong id", JSON.stringify({ ...payload, id: "../x", transcript: "" }), "'id'"],
    ["files", JSON.stringify({ ...payload, files: [], transcript: "" }), "'files'"],
  ])("with %s names the field", (_what, text, problem) => {
    expect(() => readHandedOver(text)).toThrowError(expect.objectContaining({ code: "usage", message: expect.stringContaining(problem) as string }) as Error);
  });
  it("becomes a folder that only its owner can read, the description last, and nothing else", async () => {
    const root = path.join(home, "sessions");
    await handOver(root, readHandedOver(JSON.stringify({ ...payload, title: "T", colour: "red", lines: conversation.slice(1) })));
    const folder = path.join(root, "goose", "a");
    expect((await readdir(folder)).sort()).toEqual(["session.json", "session.jsonl"]);
    for (const place of [root, path.join(root, "goose"), folder]) expect((await stat(place)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder)) expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
    expect(await readFile(path.join(folder, "session.jsonl"))).toEqual(jsonLines(conversation));
    expect(JSON.parse(await readFile(path.join(folder, "session.json"), "utf8"))).toEqual({ format: "hx-session/1", ...payload, title: "T", colour: "red", files: [{ path: "session.jsonl", role: "transcript", growth: "append" }] });
    expect((await discovered()).map(({ id }) => id)).toEqual(["a"]);
  });
  it("keeps bytes and texts as they are", async () => {
    const root = path.join(home, "sessions");
    await handOver(root, readHandedOver(JSON.stringify({ ...payload, base64: Buffer.from([0, 255, 10]).toString("base64") })));
    expect(await readFile(path.join(root, "goose/a/transcript.bin"))).toEqual(Buffer.from([0, 255, 10]));
    await handOver(root, readHandedOver(JSON.stringify({ ...payload, id: "b", transcript: "Grüße\r\n" })));
    expect(await readFile(path.join(root, "goose/b/transcript.txt"), "utf8")).toBe("Grüße\r\n");
    await handOver(root, readHandedOver(JSON.stringify({ ...payload, id: "c", transcript: jsonLines(conversation).toString() })));
    expect(await readdir(path.join(root, "goose/c"))).toContain("session.jsonl");
  });
  it("is not written through a link, and leaves nothing half done", async () => {
    const root = path.join(home, "sessions");
    await mkdir(path.join(root, "goose"), { recursive: true });
    await mkdir(path.join(home, "outside"));
    await symlink(path.join(home, "outside"), path.join(root, "goose", "a"));
    const handed = readHandedOver(JSON.stringify({ ...payload, transcript: "x" }));
    await expect(handOver(root, handed)).rejects.toMatchObject({ code: "refused" });
    expect(await readdir(path.join(home, "outside"))).toEqual([]);
    await rm(path.join(root, "goose", "a"));
    await symlink(path.join(root, "goose", "b"), path.join(root, "goose", "a"));
    await mkdir(path.join(root, "goose", "b"));
    await expect(handOver(root, handed)).rejects.toMatchObject({ code: "refused" });
    expect(await readdir(path.join(root, "goose", "b"))).toEqual([]);
    await rm(path.join(root, "goose", "a"));
    await mkdir(path.join(root, "goose", "a", "transcript.txt"), { recursive: true });
    await chmod(path.join(root, "goose", "a"), 0o700);
    await expect(handOver(root, handed)).rejects.toMatchObject({ code: "io-failed" });
    expect(await readdir(path.join(root, "goose", "a"))).toEqual(["transcript.txt"]);
  });
});
