import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cursor } from "../../src/adapters/agents/cursor/adapter.ts";
import { kiloCode } from "../../src/adapters/agents/kilo-code/adapter.ts";
import { kiro } from "../../src/adapters/agents/kiro/adapter.ts";
import { openCode } from "../../src/adapters/agents/opencode/adapter.ts";
import type { Agent, CapturedFile, SessionFacts } from "../../src/ports/agent.ts";
import { writeSample } from "./cursor.fixture.ts";
import { writeConversation } from "./kiro.fixture.ts";
import { writeRecordedParts } from "./opencode-family.fixture.ts";

const SAMPLES = process.env["HX_SAMPLES"] ?? "";
const here = SAMPLES !== "" && existsSync(SAMPLES);
const homes: string[] = [];
afterAll(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

function below(folder: string, ending: string): readonly string[] {
  const root = path.join(SAMPLES, folder);
  return here ? readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending)).map((name) => path.join(root, name)) : [];
}

function newStore(name: string): { readonly home: string; readonly file: string } {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), "hx-samples-")));
  homes.push(home);
  const file = path.join(home, ".local", "share", name, `${name}.db`);
  mkdirSync(path.dirname(file), { recursive: true });
  return { home, file };
}

async function sessionsOf(agent: Agent): Promise<number> {
  let sessions = 0;
  for await (const source of agent.discover(["/"])) {
    sessions++;
    const files: CapturedFile[] = [];
    for (const file of source.files) {
      const open = await agent.open(file);
      const whole = Buffer.from(await open.read(0, open.size));
      const steps: Uint8Array[] = [];
      for (let at = 0; at < open.size; at += 5000) steps.push(await open.read(at, 5000));
      expect(Buffer.concat(steps).equals(whole)).toBe(true);
      await open.close();
      files.push({ path: file.path, role: file.role, bytes: () => Promise.resolve(whole) });
    }
    const bytes = Buffer.from((await files[0]?.bytes()) ?? []);
    const facts = factsOf(agent, bytes);
    expect(factsOf(agent, bytes, 3)).toEqual(facts);
    const view = await agent.view(files);
    expect(view.unknown).toEqual({});
    expect(view.damaged).toBe(0);
    expect(view.turns.filter(({ prompt }) => prompt !== undefined)).toHaveLength(facts.turns ?? -1);
    expect([view.title, view.version, view.first, view.last]).toEqual([facts.title, facts.version, facts.first, facts.last]);
    expect((await agent.turnsOf(files)).size).toBe(1);
  }
  return sessions;
}

function factsOf(agent: Agent, content: Buffer, every = Number.POSITIVE_INFINITY): SessionFacts {
  let reader = agent.records({ path: "p", role: "transcript" });
  content.toString().split("\n").forEach((line, at) => {
    if (at > 0 && at % every === 0) reader = agent.records({ path: "p", role: "transcript" }, JSON.parse(JSON.stringify(reader.state())));
    reader.take(Buffer.from(line));
  });
  return reader.facts();
}

describe.runIf(here)("samples of Cursor's CLI", () => {
  it.each(below("cursor", ".db").map((file) => [path.relative(SAMPLES, file), file] as const))("%s is read whole, in steps and viewed", async (_, from) => {
    const { home, file } = newStore("unused");
    const chat = path.join(path.dirname(file), "..", "..", "..", ".cursor", "chats", "0".repeat(32), "782a8d20-bbae-4776-9cda-17cce05b3b92");
    mkdirSync(chat, { recursive: true });
    copyFileSync(from, path.join(chat, "store.db"));
    expect(await sessionsOf(cursor({ home }))).toBe(1);
  });
});

describe.runIf(here)("samples of Cursor's editor", () => {
  it.each(below("cursor", "composer-sample.json").map((file) => [path.relative(SAMPLES, file), file] as const))("%s is read whole, in steps and viewed", async (_, from) => {
    const { home } = newStore("unused");
    writeSample(path.join(home, ".config", "Cursor", "User"), from);
    expect(await sessionsOf(cursor({ home }))).toBe(1);
  });
});

describe.runIf(here)("samples of Kiro's database", () => {
  it.each(below("kiro-cli", "_payload.json").flatMap((file) => (["conversations_v2", "conversations"] as const).map((table) => [path.relative(SAMPLES, file), table, file] as const)))("%s in %s is read whole, in steps and viewed", async (_, table, from) => {
    const { home } = newStore("unused");
    const value = readFileSync(from, "utf8");
    const { conversation_id: id } = JSON.parse(value) as { readonly conversation_id: string };
    writeConversation(path.join(home, ".local", "share", "kiro-cli", "data.sqlite3"), { id, key: "/home/user/code", value }, table);
    expect(await sessionsOf(kiro({ home }))).toBe(1);
  });
});

describe.runIf(here)("samples of OpenCode and Kilo Code", () => {
  const databases = [
    ...below("made-here/opencode", ".db").map((file) => ["opencode", file] as const),
    ...below("opencode", ".db").map((file) => ["opencode", file] as const),
    ...below("made-here/kilocode", ".db").map((file) => ["kilo", file] as const),
  ];
  it.each(databases.map(([name, file]) => [path.relative(SAMPLES, file), name, file] as const))("%s is read whole, in steps and viewed", async (_, name, from) => {
    const { home, file } = newStore(name);
    for (const ending of ["", "-wal"]) if (existsSync(from + ending)) copyFileSync(from + ending, file + ending);
    const sessions = await sessionsOf(name === "kilo" ? kiloCode({ home }) : openCode({ home }));
    if (!from.includes("empty")) expect(sessions).toBeGreaterThan(0);
  });
  it.each(below("opencode/irrlicht", ".jsonl").map((file) => [path.basename(file), file] as const))("the recorded parts of %s are read and viewed", async (_, from) => {
    const { home, file } = newStore("opencode");
    writeRecordedParts(file, "ses_sample", readFileSync(from, "utf8"));
    expect(await sessionsOf(openCode({ home }))).toBe(1);
  });
});
