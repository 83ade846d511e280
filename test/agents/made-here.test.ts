import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claudeCode } from "../../src/adapters/agents/claude-code/adapter.ts";
import { codex } from "../../src/adapters/agents/codex/adapter.ts";
import type { Agent, CapturedFile, SessionSource } from "../../src/ports/agent.ts";
import type { SessionView } from "../../src/domain/view.ts";

// What Claude Code and Codex do over the life of a session, on the stores of whole runs, and on records in the form of theirs.

const SAMPLES = process.env["HX_SAMPLES"];
const WORK = "/home/dev/work/acme-web";

const captured = (source: SessionSource): readonly CapturedFile[] => source.files.map((file) => ({ path: file.path, role: file.role, bytes: () => Promise.resolve(readFileSync(file.absolute)) }));

async function everything(agent: Agent, directory: string): Promise<readonly { readonly source: SessionSource; readonly view: SessionView }[]> {
  const all: { source: SessionSource; view: SessionView }[] = [];
  for await (const source of agent.discover([directory])) all.push({ source, view: await agent.view(captured(source)) });
  return all;
}

describe.runIf(SAMPLES !== undefined && existsSync(SAMPLES))("stores of whole runs", () => {
  const home = (run: string): string => path.join(SAMPLES ?? "", "made-here", run);

  it("claude-code: a background sub-agent's notification is no prompt, and request material no entry", async () => {
    const all = await everything(claudeCode({ home: home("claude/16-bg-subagent") }), "/home/dev");
    expect(all.length).toBeGreaterThan(8);
    let notified = 0;
    for (const { source, view } of all) {
      expect([view.unknown, view.damaged]).toEqual([{}, 0]);
      const main = source.files[0] === undefined ? "" : readFileSync(source.files[0].absolute, "utf8");
      if (main.includes('"type":"user"') && main.includes("<task-notification>")) notified++;
      for (const { prompt } of view.turns) expect(prompt ?? "").not.toContain("<task-notification>");
      // Tools and system prompts of `api-request-shape` and `prompt_snapshot` are long: nothing of them is shown.
      expect(JSON.stringify(view).length).toBeLessThan(main.length / 2);
      const answers = new Set(main.split("\n").flatMap((line) => (line.includes('"type":"assistant"') ? [(JSON.parse(line) as { message: { id: string } }).message.id] : [])));
      if (answers.size === 0) expect(view.tokens).toBeUndefined();
    }
    expect(notified).toBeGreaterThan(0);
  });

  it("claude-code: usage is counted once a message", async () => {
    for (const { source, view } of await everything(claudeCode({ home: home("claude/02-continue") }), WORK)) {
      const answers = new Map<string, number>();
      for (const { absolute } of source.files.filter(({ path: name }) => name.endsWith(".jsonl"))) {
        for (const line of readFileSync(absolute, "utf8").split("\n")) {
          const record = line === "" ? {} : (JSON.parse(line) as { type?: string; message?: { id: string; usage?: { output_tokens: number } } });
          if (record.type === "assistant" && record.message?.usage !== undefined) answers.set(record.message.id, Math.max(answers.get(record.message.id) ?? 0, record.message.usage.output_tokens));
        }
      }
      expect(view.tokens?.output).toBe([...answers.values()].reduce((sum, tokens) => sum + tokens, 0));
    }
  });

  it("codex: a fork without a copy, sub-agents, and the records of version 0.169", async () => {
    const all = await everything(codex({ home: home("codex/08-subagent") }), "/home/dev");
    expect(all.length).toBe(7);
    for (const { view } of all) expect([view.unknown, view.damaged]).toEqual([{}, 0]);
    const parents = all.filter(({ source }) => source.parent !== undefined).map(({ source }) => all.some((one) => one.source.id === source.parent));
    expect(parents.length).toBeGreaterThan(1);
    expect(parents).not.toContain(false);
    const first = all.find(({ view }) => view.turns.some(({ entries }) => entries.some((entry) => entry.kind === "edit")));
    expect(first?.view.tokens?.input).toBeGreaterThan(0);
  });
});

describe("claude-code: where a session goes on", () => {
  let home = "";
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-life-")));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const id = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;
  async function write(directory: string, number: number, ...records: readonly object[]): Promise<void> {
    const folder = path.join(home, ".claude", "projects", directory.replace(/[^A-Za-z0-9]/g, "-"));
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${id(number)}.jsonl`), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  }
  const said = (uuid: string, cwd: string, content: string): object => ({ type: "user", uuid, cwd, message: { role: "user", content } });

  it("a worktree of -w is found below the checkout, and says its own directory", async () => {
    const tree = `${WORK}/.claude/worktrees/feature-x`;
    await write(tree, 1, { type: "worktree-state", worktreeSession: { originalCwd: WORK, worktreePath: tree, worktreeBranch: "worktree-feature-x", originalHeadCommit: "0" } }, said("1", tree, "mend it"));
    const [found] = await everything(claudeCode({ home }), WORK);
    expect(found).toMatchObject({ source: { id: id(1) }, view: { directory: tree, unknown: {} } });
    const reader = claudeCode({ home }).records({ path: "p", role: "transcript" });
    expect(reader.take(Buffer.from(JSON.stringify({ type: "worktree-state", worktreeSession: { originalCwd: WORK, worktreePath: tree } })))).toBeUndefined();
  });

  it("what was relocated is one session, and the record that says so is no directory", async () => {
    await write(`${WORK}/packages/ui`, 1, said("1", WORK, "mend it"), { type: "relocated", relocatedCwd: `${WORK}/packages/ui`, sessionId: id(1) }, said("2", `${WORK}/packages/ui`, "go on"));
    const [found, ...others] = await everything(claudeCode({ home }), WORK);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ view: { directory: WORK, unknown: {}, turns: [{ prompt: "mend it" }, { prompt: "go on" }] } });
    const reader = claudeCode({ home }).records({ path: "p", role: "transcript" });
    expect(reader.take(Buffer.from(JSON.stringify({ type: "relocated", relocatedCwd: "/elsewhere", sessionId: id(1) })))).toBeUndefined();
  });

  it("/clear begins another session, and is a prompt of neither", async () => {
    await write(WORK, 1, said("1", WORK, "first task"), said("2", WORK, "<command-name>/clear</command-name>"));
    await write(WORK, 2, said("3", WORK, "<command-name>/clear</command-name>"), said("4", WORK, "second task"));
    const all = await everything(claudeCode({ home }), WORK);
    expect(all.map(({ view }) => view.turns.map(({ prompt }) => prompt))).toEqual([["first task"], ["second task"]]);
    expect(all.map(({ source }) => source.parent)).toEqual([undefined, undefined]);
  });
});
