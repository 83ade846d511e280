import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claudeCode } from "../../src/adapters/agents/claude-code/adapter.ts";
import { codex } from "../../src/adapters/agents/codex/adapter.ts";
import { copilotCli } from "../../src/adapters/agents/copilot-cli/adapter.ts";
import { cursor } from "../../src/adapters/agents/cursor/adapter.ts";
import { factoryDroid } from "../../src/adapters/agents/factory-droid/adapter.ts";
import { geminiCli } from "../../src/adapters/agents/gemini-cli/adapter.ts";
import { pi } from "../../src/adapters/agents/pi/adapter.ts";
import { qwenCode } from "../../src/adapters/agents/qwen-code/adapter.ts";
import { kiro } from "../../src/adapters/agents/kiro/adapter.ts";
import { windsurf } from "../../src/adapters/agents/windsurf/adapter.ts";
import type { Agent, SessionFacts } from "../../src/ports/agent.ts";

const SAMPLES = process.env["HX_SAMPLES"];
const here = SAMPLES !== undefined && existsSync(SAMPLES);
const ID = "019c0000-0000-7000-8000-000000000001";
/** A type that a sample was given on purpose. */
const MADE_UP = "unknown_future_entry_type";
const CASES = [
  { name: "claude-code", folders: ["claude-code", "growing", "made-here/claude"], agent: (home: string) => claudeCode({ home }), place: `.claude/projects/-a/${ID}.jsonl` },
  { name: "codex", folders: ["codex", "made-here/codex"], agent: (home: string) => codex({ home }), place: `.codex/sessions/2026/03/01/rollout-2026-03-01T00-00-00-${ID}.jsonl` },
  { name: "copilot-cli", folders: ["copilot-cli", "made-here/copilot"], agent: (home: string) => copilotCli({ home }), place: `.copilot/session-state/${ID}/events.jsonl` },
  { name: "pi", folders: ["pi", "made-here/pi"], agent: (home: string) => pi({ home }), place: `.pi/agent/sessions/--a--/2026-03-01T00-00-00-000Z_${ID}.jsonl` },
  { name: "factory-droid", folders: ["factory-droid", "made-here/droid"], agent: (home: string) => factoryDroid({ home }), place: `.factory/sessions/-a/${ID}.jsonl` },
  { name: "gemini-cli", folders: ["gemini-cli", "made-here/gemini"], agent: (home: string) => geminiCli({ home, platform: "linux" }), place: "", named: sessionIn },
  { name: "qwen-code", folders: ["qwen-code", "made-here/qwen"], agent: (home: string) => qwenCode({ home, platform: "linux" }), place: `.qwen/projects/-a/chats/${ID}.jsonl` },
  { name: "kiro", folders: ["kiro-cli"], agent: (home: string) => kiro({ home }), place: `.kiro/sessions/cli/${ID}.jsonl` },
  { name: "cursor", folders: ["cursor"], agent: (home: string) => cursor({ home }), place: `.cursor/projects/-a/agent-transcripts/${ID}.jsonl` },
  { name: "windsurf", folders: ["windsurf"], agent: (home: string) => windsurf({ home }), place: `.windsurf/transcripts/${ID}.jsonl` },
];

/** An agent that names a transcript after a part of the id, and finds it by the id inside. */
function sessionIn(content: string): { readonly id: string; readonly place: string } {
  const id = /^\{"sessionId":"([^"]+)"/.exec(content)?.[1] ?? ID;
  return { id, place: `.gemini/tmp/a/chats/session-2026-03-01T00-00-${id.slice(0, 8)}.jsonl` };
}

function samplesIn(folder: string): readonly string[] {
  const entries = here ? readdirSync(path.join(SAMPLES, folder), { recursive: true, withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl") && entry.name !== "001-extension-events.jsonl").map((entry) => path.join(entry.parentPath, entry.name));
}

describe.runIf(here).each(CASES)("samples of $name", ({ folders, agent: make, place: usual, named }) => {
  let home = "";
  beforeAll(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-samples-")));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it.each(folders.flatMap(samplesIn).map((file) => [path.relative(SAMPLES ?? "", file), file] as const))("%s is read whole, in steps and viewed", async (_, file) => {
    const agent = make(home);
    const content = await readFile(file);
    const { id, place } = named?.(content.toString()) ?? { id: ID, place: usual };
    await mkdir(path.dirname(path.join(home, place)), { recursive: true });
    await copyFile(file, path.join(home, place));
    const source = await agent.find(id);
    const [main] = source?.files ?? [];
    if (main === undefined) throw new Error("not found");
    expect((await inSteps(agent, main.absolute)).equals(content)).toBe(true);

    const ended = Buffer.concat([content, Buffer.from("\n")]);
    const whole = factsOf(agent, ended);
    expect(factsOf(agent, ended, 7)).toEqual(whole);
    const view = await agent.view([{ path: main.path, role: "transcript", bytes: () => Promise.resolve(content) }]);
    expect(view.turns.map(({ index }) => index)).toEqual(view.turns.map((__, index) => index));
    expect([view.title, view.branch, view.version, view.first, view.last]).toEqual([whole.title, whole.branch, whole.version, whole.first, whole.last]);
    const asked = view.turns.filter(({ prompt }) => prompt !== undefined).length;
    // A recording may hold records twice; the view takes them once.
    if (repeatsRecords(content)) expect(asked).toBeLessThanOrEqual(whole.turns ?? 0);
    else expect(asked).toBe(whole.turns);
    for (const value of Object.values(view.tokens ?? {})) expect(value).toBeGreaterThanOrEqual(0);
    const entries = view.turns.flatMap((turn) => turn.entries);
    const calls = new Set(entries.flatMap((entry) => (entry.kind === "tool-call" ? [entry.call] : [])));
    for (const entry of entries) if (entry.kind === "edit" && entry.call !== undefined) expect(calls).toContain(entry.call);
    expect(Object.keys(view.unknown).filter((type) => !type.endsWith("no type") && type !== MADE_UP)).toEqual([]);
    expect(view.damaged).toBeLessThan(10);
  });

  async function inSteps(agent: Agent, absolute: string): Promise<Buffer> {
    const open = await agent.open({ path: "p", absolute, role: "transcript", growth: "append" });
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < open.size; at += 50_000) chunks.push(await open.read(at, Math.min(50_000, open.size - at)));
    await open.close();
    return Buffer.concat(chunks);
  }
});

/** `every`: another reader goes on after so many lines. */
function factsOf(agent: Agent, content: Buffer, every = Number.POSITIVE_INFINITY): SessionFacts {
  let reader = agent.records({ path: "p", role: "transcript" });
  let number = 0;
  for (let at = 0; ; ) {
    const feed = content.indexOf(10, at);
    if (feed < 0) break;
    reader.take(content.subarray(at, feed));
    at = feed + 1;
    if (++number % every === 0) reader = agent.records({ path: "p", role: "transcript" }, JSON.parse(JSON.stringify(reader.state())));
  }
  return reader.facts();
}

function repeatsRecords(content: Buffer): boolean {
  const ids = content.toString().split("\n").flatMap((line) => (/^\{"type":"user\.message"|"type":"user"/.test(line) ? (/"uuid":\s*"([^"]+)"|"id":"([^"]+)","timestamp"/.exec(line)?.[0] ?? []) : []));
  return new Set(ids).size < ids.length;
}
