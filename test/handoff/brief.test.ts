import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { claudeView } from "../../src/adapters/agents/claude-code/view.ts";
import { codexView } from "../../src/adapters/agents/codex/view.ts";
import { briefOf, LEAST, type NamedFile } from "../../src/domain/handoff/brief.ts";
import { gather } from "../../src/domain/handoff/gather.ts";
import { sentencesOf } from "../../src/domain/handoff/text.ts";
import { commandIn, todosIn } from "../../src/domain/handoff/tool-input.ts";
import type { Entry, SessionView, Turn } from "../../src/domain/view.ts";

const message = (text: string): Entry => ({ kind: "message", text });
const run = (call: string, command: string): Entry => ({ kind: "tool-call", call, tool: "Bash", input: { command } });
const result = (call: string, exitCode?: number): Entry => ({ kind: "tool-result", call, text: "", ...(exitCode === undefined ? {} : { exitCode, ...(exitCode === 0 ? {} : { failed: true }) }) });
const session = (...turns: Omit<Turn, "index">[]): SessionView => ({ agent: "a", id: "i", models: [], damaged: 0, unknown: {}, turns: turns.map((turn, index) => ({ index, ...turn })) });
const HEAD = { session: "7f3a91c2d4e5f60718293a4b5c6d7e8f", agent: "Claude Code", foreign: false, incomplete: false };
const named = (view: SessionView): readonly NamedFile[] => gather(view).files.map((file) => ({ ...file, name: file.path, state: "holds its last edit" as const }));
const brief = (view: SessionView, max = 16_000): string => briefOf(HEAD, { ...gather(view), files: named(view) }, max).text;

describe("what is gathered from a session", () => {
  const view = session(
    { prompt: "Make the parser faster.\nIt must not allocate.", entries: [message("I looked. We decided to keep the table instead of the tree. It is small."), run("1", "npm test"), result("1", 1)] },
    { prompt: "wrong way", abandoned: true, entries: [message("I decided on something abandoned.")] },
    { prompt: "And a test", entries: [run("2", "npm test"), result("2", 0), { kind: "rejection", text: "The user doesn't want this" }, { kind: "edit", path: "/w/a.ts", after: "x\n" }, { kind: "edit", path: "/w/a.ts", patch: "@@\n-old\n+new line\n same" }, { kind: "compaction", summary: "so far" }] },
    { prompt: "Last", entries: [{ kind: "tool-call", call: "t", tool: "TodoWrite", input: { todos: [{ content: "one", status: "completed" }, { content: "two", status: "pending" }] } }, result("t"), run("3", "make deploy"), message("Done so far. Shall I deploy it now?"), { kind: "error", text: "overloaded" }, { kind: "interruption" }] },
  );
  const gathered = gather(view);

  it("is quoted with its turn, and what was gone back from is left out", () => {
    expect(gathered.goal).toEqual({ turn: 1, text: "Make the parser faster.\nIt must not allocate." });
    expect(gathered.asked).toEqual([{ turn: 3, text: "And a test" }, { turn: 4, text: "Last" }]);
    expect(gathered.decisions).toEqual([
      { turn: 1, by: "person", text: "It must not allocate." },
      { turn: 1, by: "agent", text: "We decided to keep the table instead of the tree." },
      { turn: 3, by: "person", text: "refused: The user doesn't want this" },
    ]);
    expect(gathered.last).toEqual({ turn: 4, text: "Done so far. Shall I deploy it now?" });
    expect(gathered.summary).toEqual({ turn: 3, text: "so far" });
  });
  it("has the last edit of a file, and the last run of a command", () => {
    expect(gathered.files).toEqual([{ path: "/w/a.ts", edits: 2, turns: [3], added: ["new line"] }]);
    expect(gathered.commands).toEqual([
      { turn: 3, text: "npm test", exitCode: 0, failed: false, unanswered: false },
      { turn: 4, text: "make deploy", failed: false, unanswered: true },
    ]);
  });
  it("knows what is open", () => {
    expect(gathered.open).toEqual([
      { turn: 4, text: "it was interrupted" },
      { turn: 4, text: "an error: overloaded" },
      { turn: 4, text: "not done: two" },
      { turn: 4, text: "no result of: make deploy" },
      { turn: 4, text: "asked: Shall I deploy it now?" },
    ]);
    expect(gather(session({ prompt: "hello there", entries: [] })).open).toEqual([{ turn: 1, text: "no answer to: hello there" }]);
  });
  it("makes nothing up where there is nothing", () => {
    expect(gather(session())).toEqual({ asked: [], decisions: [], files: [], commands: [], open: [] });
  });
  it("leaves to sub-agents what they said and ran, but not what they changed", () => {
    const by = session({ prompt: "go on then", entries: [{ ...message("I decided it all alone."), subagent: "s" }, { ...run("1", "ls"), subagent: "s" }, { kind: "edit", path: "b", after: "b", subagent: "s" }, message("fine")] });
    expect(gather(by)).toMatchObject({ decisions: [], commands: [], files: [{ path: "b" }], last: { text: "fine" } });
  });
});

describe("reading prose and tools", () => {
  it("takes sentences, without code, headings and tables", () => {
    expect(sentencesOf("# We decided a heading\n- We use the list. It is short!\n```ts\nconst weDecided = 1; // decided here\n```\n| decided | table |\n1. We go with the number\u001b[2J\u202e one.")).toEqual(["We use the list.", "It is short!", "We go with the number[2J one."]);
  });
  it.each([
    [{ command: "npm test" }, "npm test"],
    [{ cmd: "ls" }, "ls"],
    [{ command: ["bash", "-lc", "npm test"] }, "npm test"],
    [{ command: ["git", "status"] }, "git status"],
    [{ file_path: "/a" }, undefined],
    ["text", undefined],
  ])("%j runs %s", (input, expected) => {
    expect(commandIn(input)).toBe(expected);
  });
  it("knows lists of tasks of several agents", () => {
    expect(todosIn({ plan: [{ step: "a", status: "completed" }, { step: "b", status: "in_progress" }] })).toEqual([{ text: "a", done: true }, { text: "b", done: false }]);
    expect(todosIn({ todos: [{ text: "a", done: true }] })).toEqual([{ text: "a", done: true }]);
    expect(todosIn({ tasks: ["a"] })).toBeUndefined();
  });
});

describe("a brief", () => {
  it("says how each line was found, and refers to turns", () => {
    const text = brief(session({ prompt: "Add a helper", entries: [run("1", "npm test"), result("1", 2), message("It fails. We keep going with the helper.")] }));
    expect(text).toContain("## Goal\n\n(the first prompt)\n\nturn 1:\n\n> Add a helper\n");
    expect(text).toContain("- turn 1: failed with 2: npm test\n");
    expect(text).toContain("- turn 1: `npm test` → exit 2\n");
    expect(text).toContain("- turn 1: agent: We keep going with the helper.\n");
  });
  it("is never longer than it may be, whatever the session is", () => {
    const texts = fc.string({ maxLength: 500, unit: "binary" });
    const entry = fc.oneof(texts.map(message), texts.map((text): Entry => run("1", text)), texts.map((text): Entry => ({ kind: "edit", path: text, after: text })), texts.map((text): Entry => ({ kind: "error", text })), texts.map((text): Entry => ({ kind: "compaction", summary: text })));
    const view = fc.array(fc.record({ prompt: texts, entries: fc.array(entry, { maxLength: 12 }) }), { maxLength: 12 });
    fc.assert(
      fc.property(view, fc.integer({ min: LEAST, max: 20_000 }), (turns, max) => {
        const text = briefOf({ ...HEAD, title: turns[0]?.prompt ?? "" }, { ...gather(session(...turns)), files: named(session(...turns)) }, max).text;
        expect(text.length).toBeLessThanOrEqual(max);
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
  it("keeps the last of many, and counts what found no place", () => {
    const view = session({ prompt: "go on then", entries: Array.from({ length: 400 }, (_, i) => run(`${i}`, `make step-${i}`)) });
    const { text, left } = briefOf(HEAD, { ...gather(view), files: [] }, 4000);
    expect(text).toContain("make step-399");
    expect(text).toMatch(/^- … \d+ more$/m);
    expect(left).toBeGreaterThan(300);
  });
});

const SAMPLES = process.env["HX_SAMPLES"];
describe.runIf(SAMPLES !== undefined && existsSync(SAMPLES))("briefs of real sessions", () => {
  it.each([["claude-code", claudeView], ["codex", codexView]] as const)("of %s are made of what they say", async (name, viewOf) => {
    const root = path.join(SAMPLES ?? "", name);
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"));
    let decided = 0;
    for (const { parentPath, name: file } of files) {
      const bytes = readFileSync(path.join(parentPath, file));
      const view = await viewOf([{ path: `projects/_/${file}`, role: "transcript", bytes: async () => bytes }]);
      const gathered = gather(view);
      decided += gathered.decisions.length;
      const said = view.turns.map(({ prompt = "", entries }) => `${prompt}\n${entries.map((entry) => ("text" in entry ? (entry.text ?? "") : "")).join("\n")}`);
      for (const { turn, text, by } of gathered.decisions) if (!text.startsWith("refused: ")) expect(said[turn - 1], `${file}, ${by}`).toContain(text.slice(0, 12));
      expect(brief(view).length).toBeLessThanOrEqual(16_000);
    }
    expect(decided).toBeGreaterThan(10);
  });
});
