import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { amp } from "../../src/adapters/agents/amp/adapter.ts";
import { cline } from "../../src/adapters/agents/cline/adapter.ts";
import { continueAgent } from "../../src/adapters/agents/continue/adapter.ts";
import { vscodeCopilot } from "../../src/adapters/agents/vscode-copilot/adapter.ts";
import type { Agent, RecordReader, SessionFacts, SourceFile } from "../../src/ports/agent.ts";

const SAMPLES = process.env["HX_SAMPLES"];
const here = SAMPLES !== undefined && existsSync(SAMPLES);

interface Case {
  readonly name: string;
  readonly folders: readonly string[];
  readonly files: RegExp;
  readonly agent: (home: string) => Agent;
  /** Where a sample belongs in the store; what it is called there. */
  readonly place: (file: string) => { readonly id: string; readonly path: string };
  /** Beside it. */
  readonly more?: Readonly<Record<string, string>>;
}

const CHATS = ".config/Code/User/workspaceStorage/a";
const CASES: readonly Case[] = [
  { name: "amp", folders: ["amp"], files: /T-.*\.json$/, agent: (home) => amp({ home, platform: "linux" }), place: (file) => ({ id: path.basename(file, ".json"), path: `.local/share/amp/threads/${path.basename(file)}` }) },
  { name: "continue", folders: ["continue-cli"], files: /\.json$/, agent: (home) => continueAgent({ home }), place: () => ({ id: "0000-1", path: ".continue/sessions/0000-1.json" }) },
  { name: "cline", folders: ["cline", "made-here/cline"], files: /\.messages\.json$/, agent: (home) => cline({ home, platform: "linux" }), place: () => ({ id: "1_a", path: ".cline/data/sessions/1_a/1_a.messages.json" }) },
  {
    name: "vscode-copilot",
    folders: ["vscode-copilot"],
    // The streams of events are files beside a session.
    files: /copilot_session_(?!event_stream).*\.jsonl?$/,
    agent: (home) => vscodeCopilot({ home, platform: "linux" }),
    place: (file) => ({ id: path.parse(file).name.replaceAll("_", "-"), path: `${CHATS}/chatSessions/${path.basename(file).replaceAll("_", "-")}` }),
    more: { [`${CHATS}/workspace.json`]: '{"folder":"file:///home/dev/work"}' },
  },
];

function samplesOf({ folders, files }: Case): readonly (readonly [string, string])[] {
  return folders.flatMap((folder) => {
    const entries = here ? readdirSync(path.join(SAMPLES, folder), { recursive: true, withFileTypes: true }) : [];
    const found = entries.filter((entry) => entry.isFile() && files.test(entry.name)).map((entry) => path.join(entry.parentPath, entry.name));
    return found.map((file) => [path.relative(SAMPLES ?? "", file), file] as const);
  });
}

describe.runIf(here).each(CASES)("samples of $name", (of) => {
  let home = "";
  beforeAll(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-samples-")));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it.each(samplesOf(of))("%s is read whole, in steps and viewed", async (_, file) => {
    const agent = of.agent(home);
    const { id, path: place } = of.place(file);
    for (const [name, text] of [[place, ""], ...Object.entries(of.more ?? {})] as const) {
      await mkdir(path.dirname(path.join(home, name)), { recursive: true });
      await writeFile(path.join(home, name), text);
    }
    await copyFile(file, path.join(home, place));
    const main = (await agent.find(id))?.files[0];
    if (main === undefined) throw new Error("not found");
    const content = await readFile(file);
    expect((await inSteps(agent, main)).equals(content)).toBe(true);

    const reader = agent.records(main);
    const facts = reader.takes === "document" ? taken(reader, [content]) : taken(reader, content.toString().split("\n").filter((line) => line !== "").map((line) => Buffer.from(line)));
    expect(reader.torn?.() ?? false).toBe(false);
    const view = await agent.view([{ path: main.path, role: "transcript", bytes: () => Promise.resolve(content) }]);
    expect([view.title, view.branch, view.version, view.first, view.last, view.damaged]).toEqual([facts.title, facts.branch, facts.version, facts.first, facts.last, 0]);
    expect([view.turns.filter(({ prompt }) => prompt !== undefined).length, view.unknown]).toEqual([facts.turns, {}]);
    for (const value of Object.values(view.tokens ?? {})) expect(value).toBeGreaterThanOrEqual(0);
    const entries = view.turns.flatMap((turn) => turn.entries);
    expect(entries.some(({ kind }) => kind === "message")).toBe(true);
    const calls = new Set(entries.flatMap((entry) => (entry.kind === "tool-call" ? [entry.call] : [])));
    for (const entry of entries) if (entry.kind === "edit" || entry.kind === "tool-result") expect(entry.call === undefined || calls.has(entry.call)).toBe(true);
  });
});

function taken(reader: RecordReader, parts: readonly Uint8Array[]): SessionFacts {
  for (const part of parts) reader.take(part);
  return reader.facts();
}

async function inSteps(agent: Agent, main: SourceFile): Promise<Buffer> {
  const open = await agent.open(main);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < open.size; at += 5000) chunks.push(await open.read(at, Math.min(5000, open.size - at)));
  await open.close();
  return Buffer.concat(chunks);
}
