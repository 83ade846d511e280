import { existsSync, readdirSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aider } from "../../src/adapters/agents/aider/adapter.ts";
import { blocksIn } from "../../src/adapters/agents/aider/blocks.ts";
import { headerTime } from "../../src/adapters/agents/aider/sections.ts";
import { aiderView } from "../../src/adapters/agents/aider/view.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { SessionView } from "../../src/domain/view.ts";
import type { Agent, SessionFacts, SessionSource } from "../../src/ports/agent.ts";

const SAMPLES = process.env["HX_SAMPLES"];
const here = SAMPLES !== undefined && existsSync(SAMPLES);
const run = (time: string, ...lines: readonly string[]): string => `\n# aider chat started at ${time}\n\n${lines.map((line) => `${line}\n`).join("")}`;
const banner = ["> /usr/bin/aider --message secret  ", "> Aider v0.86.2  ", "> Model: gpt-test with diff edit format  ", ""];
const asked = (prompt: string): readonly string[] => prompt.split("\n").map((line) => `#### ${line}  `);

let home = "";
let work = "";
let agent: Agent;
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-aider-")));
  work = path.join(home, "work");
  await mkdir(work);
  agent = aider({ home });
});
afterEach(() => rm(home, { recursive: true, force: true }));
const history = (name = ".aider.chat.history.md"): string => path.join(work, name);

async function discovered(of = agent, directories: readonly string[] = [work], changedSince?: number): Promise<readonly SessionSource[]> {
  const found: SessionSource[] = [];
  for await (const source of of.discover(directories, changedSince === undefined ? {} : { changedSince })) found.push(source);
  return found;
}
async function contentOf(source: SessionSource | undefined, step = 1 << 20): Promise<string> {
  const [file] = source?.files ?? [];
  if (file === undefined) throw new Error("no file");
  const open = await agent.open(file);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < open.size; at += step) chunks.push(await open.read(at, Math.min(step, open.size - at)));
  await open.close();
  return Buffer.concat(chunks).toString();
}
const viewOf = (content: string): Promise<SessionView> => aiderView([{ path: "20260609-140100-00000000.md", role: "transcript", bytes: () => Promise.resolve(Buffer.from(content)) }]);
function factsOf(content: string, every = Number.POSITIVE_INFINITY): SessionFacts {
  let reader = agent.records({ path: "p", role: "transcript" });
  content.split("\n").slice(0, -1).forEach((line, index) => {
    if (index % every === every - 1) reader = agent.records({ path: "p", role: "transcript" }, JSON.parse(JSON.stringify(reader.state())));
    expect(reader.take(Buffer.from(line))).toBeUndefined();
  });
  return reader.facts();
}

describe("aider: runs in a history", () => {
  it("are a session each, byte for byte, and nothing of the file is in two", async () => {
    const runs = [run("2026-06-09 14:01:00", ...asked("one")), run("2026-06-09 15:30:00", ...asked("two"), "# aider chat started at noon", " # aider chat started at 2026-06-09 15:31:00"), run("2026-06-09 15:30:00", ...asked("three"))];
    await writeFile(history(), runs.join(""));
    const sources = await discovered();
    expect(sources.map(({ id }) => id.slice(0, 15))).toEqual(["20260609-140100", "20260609-153000", "20260609-153000"]);
    expect(new Set(sources.map(({ id }) => id)).size).toBe(3);
    const contents = await Promise.all(sources.map((source) => contentOf(source, 7)));
    expect(contents[0]).toBe(`${runs[0]?.slice(1) ?? ""}\n`);
    expect(contents.map((text) => text.length).reduce((a, b) => a + b)).toBe(runs.join("").length - 1);
    for (const { files } of sources) expect(files).toMatchObject([{ absolute: history(), role: "transcript", growth: "append", directory: work }]);
  });
  it("keep their ids and bytes while the history grows; the last one grows with it", async () => {
    await writeFile(history(), run("2026-06-09 14:01:00", ...asked("one")));
    const [before] = await discovered();
    const text = await contentOf(before);
    await appendFile(history(), "An answer.\n");
    expect(await contentOf(before)).toBe(`${text}An answer.\n`);
    const [file] = before?.files ?? [];
    if (file === undefined) throw new Error("no file");
    const open = await agent.open(file);
    await appendFile(history(), "More.\n");
    expect((await open.read(open.size, 100)).length).toBe(6);
    await open.close();
    await appendFile(history(), run("2026-06-10 09:00:00", ...asked("two")));
    const now = await discovered();
    expect(now.map(({ id }) => id)[0]).toBe(before?.id);
    expect(await contentOf(now[0])).toBe(`${text}An answer.\nMore.\n\n`);
    const [closed, last] = await Promise.all(now.map(async ({ files: [each] }) => (each === undefined ? null : agent.open(each))));
    // What is closed is known by when the next one started, so that it is not read again each time the history grows.
    expect(closed?.modifiedMs).toBe(headerTime("# aider chat started at 2026-06-10 09:00:00"));
    expect(closed?.identity).not.toBe(last?.identity);
    expect((await closed?.read((closed?.size ?? 0) - 1, 100))?.length).toBe(1);
    await Promise.all([closed?.close(), last?.close()]);
  });
  it("are found behind a byte-order mark, which is the first one's", async () => {
    const text = run("2026-06-09 14:01:00", ...asked("one")).slice(1);
    await writeFile(history(), text);
    const [plain] = await discovered();
    await writeFile(history(), `\uFEFF${text}${run("2026-06-09 15:00:00", ...asked("two"))}`);
    const [first, second] = await discovered();
    expect([first?.id, second?.id.slice(9, 15)]).toEqual([plain?.id, "150000"]);
    expect(await contentOf(first)).toBe(`\uFEFF${text}\n`);
    expect((await viewOf(await contentOf(first))).first).toBe(headerTime("# aider chat started at 2026-06-09 14:01:00"));
  });
  it("are found across the steps in which a large history is read", async () => {
    const long = "x".repeat((1 << 20) - 70);
    await writeFile(history(), run("2026-06-09 14:01:00", long) + run("2026-06-09 15:00:00", long) + run("2026-06-09 16:00:00", long));
    expect((await discovered()).map(({ id }) => id.slice(9, 15))).toEqual(["140100", "150000", "160000"]);
  });
  it("are found where the settings say, inside the checkout only", async () => {
    await mkdir(path.join(work, "notes"));
    await writeFile(path.join(work, "notes", "chat.md"), run("2026-06-09 14:01:00"));
    await writeFile(path.join(home, "outside.md"), run("2026-06-09 15:00:00"));
    await symlink(path.join(home, "outside.md"), path.join(work, "link.md"));
    const told = (chatHistoryFile: string): Promise<readonly SessionSource[]> => discovered(aider({ home, chatHistoryFile }));
    expect(await told("notes/chat.md")).toHaveLength(1);
    expect(await told(path.join(work, "notes", "chat.md"))).toHaveLength(1);
    for (const place of ["../outside.md", path.join(home, "outside.md"), "link.md", "nowhere.md", "notes", "", "a\0b"]) expect(await told(place), place).toEqual([]);
    for (const value of ["notes/chat.md", '"notes/chat.md"', "'notes/chat.md' # mine"]) {
      await writeFile(path.join(work, ".aider.conf.yml"), `model: x\nchat-history-file: ${value}\n`);
      expect(await discovered(), value).toHaveLength(1);
    }
    await writeFile(path.join(work, ".aider.conf.yml"), "# chat-history-file: notes/chat.md\n");
    expect(await discovered()).toEqual([]);
  });
  it("are looked for in the checkouts given alone; a link is not followed, and nothing else is opened", async () => {
    await writeFile(path.join(home, "real.md"), run("2026-06-09 14:01:00"));
    await symlink(path.join(home, "real.md"), history());
    expect(await discovered()).toEqual([]);
    expect(await discovered(agent, [])).toEqual([]);
    expect(await agent.roots()).toEqual([]);
    const planted = { path: "20260609-140100-00000000.md", absolute: path.join(home, "real.md"), role: "transcript", growth: "append" } as const;
    await expect(agent.open(planted)).rejects.toSatisfy(isHxError);
    await rm(history());
    await writeFile(history(), run("2026-06-09 14:01:00"));
    const [source] = await discovered();
    expect(await agent.roots()).toEqual([work]);
    expect(await agent.find(source?.id ?? "")).toEqual(source);
    expect(await agent.fromHook({ session_id: source?.id })).toEqual(source);
    for (const id of ["", "..", "20260609-140100-00000000", "a/b"]) expect(await agent.find(id)).toBeNull();
    await rm(history());
    await symlink(path.join(home, "real.md"), history());
    const [file] = source?.files ?? [];
    if (file !== undefined) await expect(agent.open(file)).rejects.toSatisfy(isHxError);
  });
  it("that ended before are skipped", async () => {
    await writeFile(history(), run("2026-06-09 14:01:00") + run("2026-06-09 15:00:00") + run("2026-06-09 16:00:00"));
    await utimes(history(), 2_000_000_000, 2_000_000_000);
    expect((await discovered(agent, [work], headerTime("# aider chat started at 2026-06-09 15:30:00"))).map(({ id }) => id.slice(9, 15))).toEqual(["150000", "160000"]);
  });
  it("are restored into a history of their own, and known again there", async () => {
    await writeFile(history(), run("2026-06-09 14:01:00", ...asked("one")) + run("2026-06-09 15:00:00", ...asked("two")));
    const [source] = await discovered();
    const [file] = source?.files ?? [];
    const other = path.join(home, "other");
    await mkdir(other);
    const place = await agent.placeOf(file?.path ?? "", { directory: other, recorded: work });
    expect(place).toBe(path.join(other, `.aider.chat.history.${source?.id ?? ""}.md`));
    await writeFile(place, await contentOf(source));
    const [again] = await discovered(agent, [other]);
    expect([again?.id, again?.files[0]?.path]).toEqual([source?.id, file?.path]);
    expect(await contentOf(again)).toBe(await contentOf(source));
    await appendFile(place, run("2026-06-11 10:00:00"));
    expect((await discovered(agent, [other])).map(({ id }) => id.slice(0, 8))).toEqual(["20260609", "20260611"]);
    for (const bad of ["", "x.md", "../20260609-140100-00000000.md", "a/20260609-140100-00000000.md", "20260609-140100-00000000"]) await expect(agent.placeOf(bad, { directory: other, recorded: work }), bad).rejects.toSatisfy(isHxError);
  });
});

describe("aider: what a run says", () => {
  const session = run("2026-06-09 14:01:00", ...banner, ...asked("Add a retry\n\nto the hook"), "", "## Plan", "#### Step 1", "> quoted", "src/a.py", "```python", "<<<<<<< SEARCH", "old", "=======", "new", ">>>>>>> REPLACE", "```", "", "> Tokens: 2.1k sent, 180 received. Cost: $0.01 message, $0.02 session.  ", "> Applied edit to src/a.py  ", "> Applied edit to src/b.py  ", "> Commit 1a2b3c4 feat: retry  ", "", ...asked("/run npm test"), "> Add 0.1k tokens of command output to the chat? (Y)es/(N)o [Yes]: n  ", "", ...asked("/ask why?"), "", "<thinking-content-0a1b>", "hm", "</thinking-content-0a1b>", "Because.", "", ">  ", "> ^C again to exit  ", "", ...asked("/model other"), "> Main model: other-1 with whole edit format  ", "", ...asked("go on"), "> litellm.NotFoundError: no such model  ").slice(1);
  it("becomes turns, with edits, errors, interruptions and refusals", async () => {
    const view = await viewOf(session);
    const started = headerTime("# aider chat started at 2026-06-09 14:01:00");
    expect(view).toMatchObject({ agent: "aider", id: "20260609-140100-00000000", title: "Add a retry", version: "0.86.2", models: ["gpt-test", "other-1"], first: started, last: started, damaged: 0, unknown: {} });
    // Rounded figures in a text are no counts.
    expect(view.tokens).toBeUndefined();
    expect(view.turns.map(({ prompt }) => prompt)).toEqual([undefined, "Add a retry\n\nto the hook", "/ask why?", "go on"]);
    expect(view.turns[1]?.entries).toEqual([
      { kind: "message", model: "gpt-test", text: expect.stringMatching(/^## Plan\n#### Step 1\n> quoted\nsrc\/a\.py\n/) as string },
      { kind: "note", text: "Tokens: 2.1k sent, 180 received. Cost: $0.01 message, $0.02 session." },
      { kind: "edit", path: "src/a.py", before: "old\n", after: "new\n" },
      { kind: "edit", path: "src/b.py" },
      { kind: "note", text: "Commit 1a2b3c4 feat: retry" },
      { kind: "note", text: "/run npm test" },
      { kind: "rejection", text: "Add 0.1k tokens of command output to the chat? (Y)es/(N)o [Yes]: n" },
    ]);
    expect(view.turns[2]?.entries).toEqual([
      { kind: "reasoning", model: "gpt-test", text: "hm" },
      { kind: "message", model: "gpt-test", text: "Because." },
      { kind: "interruption", text: "^C again to exit" },
      { kind: "note", text: "/model other" },
      { kind: "note", text: "Main model: other-1 with whole edit format" },
    ]);
    expect(view.turns[3]?.entries).toEqual([{ kind: "error", text: "litellm.NotFoundError: no such model" }]);
  });
  it("is the same to a reader, in steps and with line ends of another system", async () => {
    const whole = factsOf(session);
    const view = await viewOf(session);
    expect([whole.title, whole.version, whole.models, whole.first, whole.last, whole.turns]).toEqual([view.title, view.version, view.models, view.first, view.last, 3]);
    for (const every of [1, 2, 5]) expect(factsOf(session, every)).toEqual(whole);
    expect(factsOf(session.replaceAll("\n", "\r\n"))).toEqual(whole);
  });
  it("is read without the two spaces where an editor took them all", async () => {
    const view = await viewOf(session.replaceAll(/ +\n/g, "\n"));
    expect(view.turns.map(({ prompt }) => prompt)).toContain("/ask why?");
    expect(view.version).toBe("0.86.2");
  });
  it("has lines for each turn, which can be read alone; the command line is of none", async () => {
    const bytes = Buffer.from(session);
    const file = { path: "20260609-140100-00000000.md", role: "transcript", bytes: () => Promise.resolve(bytes) } as const;
    const ranges = (await agent.turnsOf([file])).get(file.path) ?? [];
    const alone = Buffer.concat(ranges.filter(({ turn }) => turn === "frame" || turn === 2).map(({ from, to }) => bytes.subarray(from, to))).toString();
    expect((await viewOf(alone)).turns.map(({ prompt }) => prompt)).toEqual(["/ask why?"]);
    for (const other of ["secret", "Add a retry", "go on"]) expect(alone).not.toContain(other);
    expect((await agent.turnsOf([])).size).toBe(0);
  });
  it("has whole files too", () => {
    expect(blocksIn("**src/a.ts**\n```ts\nwhole\n```\ntext\n\n```\nno path\n```\nb.ts\n~~~\nopen")).toEqual([{ path: "src/a.ts", after: "whole\n" }]);
  });
  it("never makes a reader or a view throw", async () => {
    const piece = fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom(...session.split("\n"), "#### ", "> ", "```", "<<<<<<< SEARCH", "# aider chat started at 9999-99-99 99:99:99"));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (lines) => {
        const text = `${lines.join("\n")}\n`;
        const facts = factsOf(text);
        const view = await viewOf(text);
        expect(view.turns.filter(({ prompt }) => prompt !== undefined)).toHaveLength(facts.turns ?? 0);
        await writeFile(history(), text);
        for (const source of await discovered()) await contentOf(source);
      }),
      { numRuns: 60 },
    );
  });
});

describe.runIf(here)("samples of aider", () => {
  const entries = here ? readdirSync(path.join(SAMPLES, "aider"), { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".md") && entry.name !== "SOURCES.md").map((entry) => path.join(entry.parentPath, entry.name));
  it.each(files.map((file) => [path.relative(SAMPLES ?? "", file), file] as const))("%s is read whole, in steps and viewed", async (_, file) => {
    const bytes = await readFile(file);
    await writeFile(history(), bytes);
    const sources = await discovered();
    expect(sources.length).toBeGreaterThan(0);
    const contents = await Promise.all(sources.map((source) => contentOf(source, 50)));
    expect(bytes.toString().trimStart()).toBe(contents.join(""));
    for (const content of contents) {
      const view = await viewOf(content);
      const facts = factsOf(content);
      expect([view.title, view.version, view.first, view.last, view.turns.filter(({ prompt }) => prompt !== undefined).length]).toEqual([facts.title, facts.version, facts.first, facts.last, facts.turns]);
      expect(factsOf(content, 3)).toEqual(facts);
    }
  });
});
