import { readdir, readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Agent } from "../../src/ports/agent.ts";
import { agentsOf } from "../../src/wire/agents.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { ms, size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { paired } from "../process.ts";
import { uuid, writeTranscript } from "../transcripts.ts";
import { makeWorld } from "../world.ts";

const BUDGET = 0.4;
/** Smaller files say more about starting than about reading. */
const SMALLEST = 200_000;
const MOST_FILES = 6;

/** Folders of samples, by the agent's name where they are called otherwise. Only agents that write JSON, line by line or whole. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  "claude-code": ["claude-code", "growing", "made-here/claude"],
  codex: ["codex", "made-here/codex"],
  "gemini-cli": ["gemini-cli", "made-here/gemini"],
  "qwen-code": ["qwen-code", "made-here/qwen"],
  "factory-droid": ["factory-droid", "made-here/droid"],
  "copilot-cli": ["copilot-cli", "made-here/copilot"],
  kiro: ["kiro-cli"],
  pi: ["pi", "made-here/pi"],
};

interface Sample {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Reading and normalising the largest samples of each agent, against `JSON.parse` on each of their lines. */
export async function read(bench: Bench): Promise<readonly Figure[]> {
  const { samples } = bench;
  if (samples === undefined) throw new Error("HX_SAMPLES names no directory of transcripts");
  const figures: Figure[] = [];
  for (const agent of await agentsOf(readSettings({ HOME: "/nonexistent" }))) {
    const large = await largest(samples, FOLDERS[agent.name] ?? []);
    if (large.length > 0) figures.push(...(await figuresOf(bench, agent, large)));
  }
  return [...figures, await memoryOfShow(bench)];
}

const SHOWN_MB = 50;

/** A view is held as a whole, and so is the session while it is made. */
async function memoryOfShow(bench: Bench): Promise<Figure> {
  const world = await makeWorld(bench.built);
  try {
    await writeTranscript(world.store, { id: uuid("shown"), cwd: world.work }, SHOWN_MB * 1e6);
    await world.run("capture");
    await world.run("sync");
    const { sessions } = JSON.parse((await world.run("list", "--json")).out) as { readonly sessions: readonly { readonly id: string }[] };
    const peak = await world.peak("show", sessions[0]?.id ?? "", "--json");
    return { row: "read", what: "peak memory of `hx show --json`", value: size(peak), sample: `a synthetic transcript of ${SHOWN_MB} MB, n=1` };
  } finally {
    await world.close();
  }
}

async function largest(samples: string, folders: readonly string[]): Promise<readonly Sample[]> {
  const found: Sample[] = [];
  for (const folder of folders.map((name) => join(samples, name)).filter(existsSync)) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".jsonl") || entry.parentPath.includes("hook-payloads")) continue;
      found.push({ path: `projects/_/${basename(entry.name)}`, bytes: await readFile(join(entry.parentPath, entry.name)) });
    }
  }
  return found.filter(({ bytes }) => bytes.length >= SMALLEST).sort((a, b) => b.bytes.length - a.bytes.length).slice(0, MOST_FILES);
}

async function figuresOf(bench: Bench, agent: Agent, samples: readonly Sample[]): Promise<readonly Figure[]> {
  const total = samples.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const rounds = Math.max(1, Math.round(10e6 / total));
  const measured = (work: (sample: Sample) => unknown): (() => Promise<number>) => async () => {
    const started = performance.now();
    for (let round = 0; round < rounds; round++) for (const sample of samples) await work(sample);
    return (performance.now() - started) / rounds;
  };
  const parse = measured(({ bytes }) => eachLine(bytes, (line) => void parsed(line)));
  const sample = `${samples.length} samples, ${size(total)}, n=${bench.runs}`;
  const against = async (what: string, budget: boolean, work: (sample: Sample) => unknown): Promise<Figure> => {
    const took = await paired(bench.runs, measured(work), parse);
    const ratio = took.b / took.a;
    return { row: "read", what: `${agent.name}, ${what}`, value: ms(took.a), peer: `JSON.parse: ${ms(took.b)}`, ratio, sample, ...(budget ? { budget: `≥ ${BUDGET}x`, holds: ratio >= BUDGET } : {}) };
  };
  return [
    await against("view", true, ({ path, bytes }) => agent.view([{ path, role: "transcript", bytes: () => Promise.resolve(bytes) }])),
    await against("records, as at capture", false, ({ path, bytes }) => {
      const reader = agent.records({ path, role: "transcript" });
      eachLine(bytes, (line) => void reader.take(line));
    }),
  ];
}

function eachLine(bytes: Buffer, take: (line: Buffer) => void): void {
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed < 0 ? bytes.length : feed;
    if (end > at) take(bytes.subarray(at, end));
    at = end + 1;
  }
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}
