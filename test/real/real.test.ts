import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AGENTS } from "./agents.ts";
import type { Heard, Said } from "./model/script.ts";
import { replyTo } from "./model/script.ts";
import { start } from "./process.ts";
import { allHeld, tableOf, untried, withTable, writeResults, type Recorded, type Result } from "./results.ts";
import { hashesBelow, missingFrom } from "./stored.ts";
import { forgotten, prompts, storyOf } from "./story.ts";
import { makeTrace } from "./trace.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hx-real-test-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("the story", () => {
  it("is told to its end by what the model says, for every agent", () => {
    for (const agent of AGENTS) {
      const story = storyOf(agent, "/work/shop");
      const said: Said[] = [];
      const tools = story.flatMap(({ calls }) => calls.map(({ tool }) => tool));
      for (const prompt of [prompts.first, prompts.second]) {
        said.push({ role: "user", text: prompt });
        for (;;) {
          const reply = replyTo(story, { protocol: "chat", tools, said });
          if ("answer" in reply) {
            said.push({ role: "assistant", text: reply.answer });
            break;
          }
          said.push({ role: "result", text: JSON.stringify(reply).includes("cat note.md") ? "The kestrel hovers over number 4711." : "" });
        }
      }
      expect(said.filter(({ role }) => role === "result"), agent.name).toHaveLength(4);
      const later: Heard = { protocol: "chat", tools, said: [...said, { role: "user", text: prompts.third }] };
      expect(forgotten(later), agent.name).toEqual([]);
    }
  });

  it("tells each thing that a request has forgotten, and does not take a prompt for an answer", () => {
    const said: readonly Said[] = [
      { role: "user", text: `${prompts.first} The note is written and committed. The kestrel hovers over number 4711.` },
      { role: "assistant", text: "It says that the kestrel hovers." },
    ];
    expect(forgotten({ protocol: "chat", tools: [], said })).toEqual([prompts.second, "The note is written and committed.", "The kestrel hovers over number 4711."]);
  });
});

describe("the trace", () => {
  it("sees each call of hx with its event, hands the input on, and knows when it is over", async () => {
    const program = join(root, "hx.mjs");
    const given = join(root, "given");
    await writeFile(program, `import { appendFileSync, readFileSync } from "node:fs"; appendFileSync(${JSON.stringify(given)}, process.argv.slice(2).join(" ") + readFileSync(0, "utf8")); process.exitCode = 14;`);
    const trace = await makeTrace(join(root, "trace"), program);
    const call = (args: readonly string[], input: string) => start({ command: join(trace.bin, "hx"), args, cwd: root, env: { PATH: process.env["PATH"] ?? "" }, input });
    const payload = '{"hook_event_name":"Stop","said":"it\'s %s"}';
    expect((await call(["hook", "agent", "codex"], payload)).code).toBe(14);
    await call(["hook", "git", "post-commit"], "");
    const fired = await trace.settled();
    expect([...fired].sort((a, b) => (a.hook < b.hook ? -1 : 1))).toEqual([
      { hook: "agent codex", event: "Stop", over: true, code: 14 },
      { hook: "git post-commit", over: true, code: 14 },
    ]);
    expect(await readFile(given, "utf8")).toBe(`hook agent codex${payload}hook git post-commit`);
    await trace.stop();
    await call(["hook", "agent", "codex"], payload);
    expect(await trace.fired()).toHaveLength(2);
  }, 15_000);
});

describe("what is compared", () => {
  it("is bytes, wherever they lie, and a path that was mapped counts as what it was", async () => {
    await writeFile(join(root, "a.jsonl"), Buffer.from([0xff, 0x00, ...Buffer.from('{"cwd":"/ö/one"}')]));
    await writeFile(join(root, "b.jsonl"), Buffer.from([0xff, 0x00, ...Buffer.from('{"cwd":"/ü/two"}')]));
    await writeFile(join(root, "c.txt"), "no");
    const [a, b] = [await hashesBelow(root, /^a/), await hashesBelow(root, /^b/)];
    expect([...a.keys(), ...b.keys()]).toEqual(["a.jsonl", "b.jsonl"]);
    expect(missingFrom(a, b)).toEqual(["a.jsonl"]);
    expect(missingFrom(a, await hashesBelow(root, /^b/, ["/ü/two", "/ö/one"]))).toEqual([]);
    expect(await hashesBelow(join(root, "absent"))).toEqual(new Map());
  });
});

describe("a process", () => {
  it("is killed with all that it started when its time is up, and gets no variable of ours", async () => {
    const script = join(root, "stay.sh");
    await writeFile(script, '#!/bin/sh\nenv >"$1"\nsleep 300 &\nsleep 300\n');
    await chmod(script, 0o755);
    const ended = await start({ command: script, args: [join(root, "env")], cwd: root, env: { PATH: "/usr/bin:/bin", ONLY: "this" }, limit: 300 });
    expect(ended.code).toBe(-1);
    const names = (await readFile(join(root, "env"), "utf8")).trim().split("\n").map((line) => line.split("=")[0] ?? "");
    expect(names.filter((name) => !["PWD", "_", "SHLVL", "OLDPWD"].includes(name)).sort()).toEqual(["ONLY", "PATH"]);
  });
});

describe("what is recorded", () => {
  const docs = (name: string): Promise<string> => readFile(new URL(`../../docs/${name}`, import.meta.url), "utf8");

  it("stands in docs/agents.md as it stands in docs/agents-verified.json", async () => {
    const page = await docs("agents.md");
    expect(withTable(page, JSON.parse(await docs("agents-verified.json")) as Recorded)).toBe(page);
  });

  it("is of the versions that the suite installs, and all that was tried with Claude Code and Codex held", async () => {
    const recorded = JSON.parse(await docs("agents-verified.json")) as Recorded;
    for (const [name, { version }] of Object.entries(recorded)) expect([name, version]).toEqual([name, AGENTS.find((agent) => agent.name === name)?.version]);
    const all = { runs: "yes", "hooks fired": "yes", "captured whole": "yes", restored: "yes", resumed: "yes", "handed off": "yes" };
    for (const name of ["claude-code", "codex"]) expect(recorded[name]?.checks).toEqual(all);
  });

  it("names the command and its output where something did not hold", () => {
    const page = "before\n<!-- run for real: npm run test:agents -- --record -->\noutdated\n<!-- /run for real -->\nafter\n";
    const table = withTable(page, {
      pi: { title: "Pi", version: "1", date: "2026-01-02", platform: "linux-x64", node: "24.0.0", checks: { runs: "yes", resumed: "pi --session 1\nended with 1" }, hooks: ["Stop 2"], byHooks: 0.5, run: { without: 10, with: 12, runs: 5, load: 0.3 } },
    });
    expect(table).toContain("| Pi | 1 | 2026-01-02, linux-x64, Node 24.0.0 | not tried | not tried | not tried | **no** | not tried | Stop 2 | 50 % | 10 → 12 ms (5 runs, load 0.3) |");
    expect(table).toContain("Pi 1, *resumed* does not hold:\n\n```text\npi --session 1\nended with 1\n```\n");
    expect(table).not.toContain("outdated");
    expect(table.startsWith("before\n") && table.endsWith("<!-- /run for real -->\nafter\n")).toBe(true);
    expect(() => withTable("no marks", {})).toThrow("docs/agents.md");
  });

  it("is nothing of an agent that could not be tried, and that is no success", async () => {
    await mkdir(join(root, "docs"));
    const before = '{\n  "opencode": {\n    "title": "OpenCode",\n    "version": "1",\n    "date": "2026-01-02",\n    "platform": "linux-x64",\n    "node": "24.0.0",\n    "checks": {},\n    "hooks": []\n  }\n}\n';
    await writeFile(join(root, "docs", "agents-verified.json"), before);
    await writeFile(join(root, "docs", "agents.md"), "<!-- run for real: npm run test:agents -- --record -->\n<!-- /run for real -->\n");
    const [agent] = AGENTS.filter(({ sqlite }) => sqlite === true);
    if (agent === undefined) throw new Error("no agent with a database");
    const result = untried(agent, "not tried: needs Node 22.13 or newer, this is 20.20.2");
    expect(allHeld(result)).toBe(false);
    expect(tableOf([result])).toContain("not tried: needs Node 22.13 or newer, this is 20.20.2");
    await writeResults(root, [result], new Date(0));
    expect(await readFile(join(root, "docs", "agents-verified.json"), "utf8")).toBe(before);
    const held: Result = { agent: "pi", title: "Pi", version: "1", checks: [{ what: "runs", why: "" }], fired: [], timing: null };
    expect([held, { ...held, checks: [] }, { ...held, checks: [...held.checks, { what: "resumed", why: "no" }] } satisfies Result].map(allHeld)).toEqual([true, false, false]);
    await writeResults(root, [held], new Date(0));
    expect(Object.keys(JSON.parse(await readFile(join(root, "docs", "agents-verified.json"), "utf8")) as Recorded)).toEqual(["opencode", "pi"]);
  });

  it("is a table in the terminal", () => {
    const lines = tableOf([{ agent: "pi", title: "Pi", version: "1", checks: [{ what: "runs", why: "" }, { what: "resumed", why: "no" }], byHooks: [999, 1000], fired: [], timing: { without: 10.2, with: 12.7, runs: 3, load: 0.3 } }]).split("\n");
    expect(lines[1]?.split(/ {2,}/)).toEqual(["pi", "1", "yes", "NO", "99.9 %", "10 ms, 13 ms (3 runs)"]);
  });
});
