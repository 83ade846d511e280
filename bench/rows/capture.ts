import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cpus } from "node:os";
import { median, ms, size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { paired, timed, type Call } from "../process.ts";
import { appendTurn, fileOf, settle, turn, uuid, writeTranscript, type Transcript } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";

const MEMORY = 150e6;

/** One more turn of a long and of a short session, as the agent's hook captures it. */
export async function turnRow(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    const long: Transcript = { id: uuid("long"), cwd: world.work };
    const short: Transcript = { id: uuid("short"), cwd: world.work };
    const turns = { long: await writeTranscript(world.store, long, 100e6), short: await writeTranscript(world.store, short, 100e3) };
    await world.run("capture");
    const next = (session: Transcript, count: "long" | "short"): (() => Promise<Call>) => async () => {
      await appendTurn(world.store, session, turns[count]++, 10_000);
      const input = JSON.stringify({ session_id: session.id, transcript_path: fileOf(world.store, session), cwd: world.work, hook_event_name: "Stop" });
      return { ...world.hx("hook", "agent", "claude-code"), input };
    };
    const one = async (make: () => Promise<Call>): Promise<number> => (await timed(await make())).ms;
    const took = await paired(bench.runs, () => one(next(long, "long")), () => one(next(short, "short")));
    await appendTurn(world.store, long, turns.long++, 10_000);
    const peak = await world.peak("capture");
    const sample = `synthetic transcripts of 100 MB and 100 kB, n=${bench.runs}`;
    return [
      { row: "turn", what: "10 kB turn appended to 100 MB, agent hook", value: ms(took.a), peer: `appended to 100 kB: ${ms(took.b)}`, ratio: took.a / took.b, budget: "≤ 1.3x", holds: took.a <= 1.3 * took.b, sample },
      { row: "turn", what: "peak memory", value: size(peak), budget: "≤ 150 MB", holds: peak <= MEMORY, sample: "the turn on 100 MB, `hx capture`, n=1" },
    ];
  } finally {
    await world.close();
  }
}

const FILES = 20;

/** A first capture of everything. */
export async function bulk(bench: Bench): Promise<readonly Figure[]> {
  const figures = [await bulkOf(bench, `${FILES} synthetic transcripts, ${bench.bulk} MB`, async (world) => {
    for (let i = 0; i < FILES; i++) await writeTranscript(world.store, { id: uuid(`bulk ${i}`), cwd: world.work }, (bench.bulk / FILES) * 1e6);
  })];
  return figures.flat();
}

const GIGABYTES = 2;
const LARGE_MEMORY = 200e6;

/** Memory of a first capture of gigabytes. The time is told without a peer. */
export async function gigabytes(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    await mkdir(world.store, { recursive: true });
    const some = Array.from({ length: 100 }, (_, number) => turn({ id: uuid("gigabytes"), cwd: world.work }, number, 40_000)).join("");
    for (let i = 0; i < FILES; i++) await writeRepeated(fileOf(world.store, { id: uuid(`gigabytes ${i}`), cwd: world.work }), some, (GIGABYTES / FILES) * 1e9);
    const started = performance.now();
    const peak = await world.peak("capture");
    const took = performance.now() - started;
    const sample = `${FILES} transcripts of repeated turns, ${GIGABYTES} GB, n=1`;
    return [{ row: "gigabytes", what: `peak memory of a first capture, ${ms(took)}`, value: size(peak), budget: "≤ 200 MB", holds: peak <= LARGE_MEMORY, sample }];
  } finally {
    await world.close();
  }
}

/** The same turns again and again: to make as many of its own would take longer than what is measured. */
async function writeRepeated(path: string, turns: string, bytes: number): Promise<void> {
  const file = await open(path, "w");
  for (let written = 0; written < bytes; written += turns.length) await file.writeFile(turns);
  await file.close();
  await settle(path);
}

async function bulkOf(bench: Bench, sample: string, fill: (world: World) => Promise<void>): Promise<Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    await fill(world);
    let bytes = 0;
    for (const name of await readdir(world.store)) bytes += (await stat(join(world.store, name))).size;
    const peer = await pipeline(bench, world, "-3");
    const forget = async (): Promise<void> => {
      // Local work files are a cache: without them everything is captured anew.
      for (const name of ["hx", "hx-stage"]) await rm(join(world.work, ".git", name), { recursive: true, force: true });
    };
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < 3; i++) {
      await forget();
      mine.push((await world.run("capture")).ms);
      theirs.push((await timed(peer.call)).ms);
    }
    await forget();
    const peak = await world.peak("capture");
    const [own, other] = [median(mine), median(theirs)];
    const rate = (took: number): string => `${(bytes / 1000 / took).toFixed(0)} MB/s`;
    return [
      { row: "bulk", what: "first capture, throughput", value: `${ms(own)}, ${rate(own)}`, peer: `${peer.name}: ${ms(other)}, ${rate(other)}`, ratio: other / own, budget: "≥ 0.4x", holds: other / own >= 0.4, sample: `${sample}, ${cpus().length} cores, n=3` },
      { row: "bulk", what: "peak memory", value: size(peak), budget: "≤ 150 MB", holds: peak <= MEMORY, sample: `${sample}, n=1` },
    ];
  } finally {
    await world.close();
  }
}

/** `zstd | age` over all files of the store, one after the other; zstd alone where there is no age. */
export async function pipeline(bench: Bench, world: World, level: string): Promise<{ readonly name: string; readonly call: Call; readonly out: string }> {
  if (!bench.peers.zstd) throw new Error("there is no zstd to compare with");
  const out = join(world.root, "peer");
  await mkdir(out, { recursive: true });
  let seal = "";
  if (bench.peers.age) {
    const key = join(world.root, "age.key");
    await rm(key, { force: true });
    await timed({ command: "age-keygen", args: ["-o", key], cwd: world.root, env: world.env });
    const recipient = (await timed({ command: "age-keygen", args: ["-y", key], cwd: world.root, env: world.env })).out.trim();
    seal = ` | age -r ${recipient}`;
  }
  const script = `for f in '${world.store}'/*; do zstd -q ${level} -c "$f"${seal} > '${out}'/"\${f##*/}"; done`;
  return { name: `zstd ${level}${seal === "" ? " (no age)" : " | age"}`, call: { command: "sh", args: ["-c", script], cwd: world.root, env: world.env }, out };
}
