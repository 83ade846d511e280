import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ms, size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { paired, timed, type Call } from "../process.ts";
import { uuid, writeTranscript } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";
import { loadedBy, nothing } from "./start.ts";

const SESSIONS = 20;
/** Longer than the detached process lives, so that it does not run beside the other of a pair. ms */
const APART = 600;

/** Hooks that find nothing to do. */
export async function hooks(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    for (let i = 0; i < SESSIONS; i++) await writeTranscript(world.store, { id: uuid(`hooks ${i}`), cwd: world.work }, 100_000);
    await world.run("capture");
    await world.run("sync");
    await world.run("hook", "git", "post-commit");
    const sample = `${SESSIONS} sessions of 100 kB, all captured and pushed, n=${bench.runs}`;
    return [await inShell(bench, world, sample), await detached(bench, world, sample), await outside(bench, world), ...(await prePush(bench, world, sample))];
  } finally {
    await world.close();
  }
}

async function inShell(bench: Bench, world: World, sample: string): Promise<Figure> {
  const hook: Call = { command: join(world.work, ".git", "hooks", "post-commit"), args: [], cwd: world.work, env: world.env };
  const shell: Call = { command: "sh", args: ["-c", ":"], cwd: world.work, env: world.env };
  const apart = async (call: Call): Promise<number> => {
    const took = (await timed(call)).ms;
    await sleep(call === hook ? APART : 0);
    return took;
  };
  const took = await paired(bench.runs, () => apart(hook), () => apart(shell));
  return { row: "hooks", what: "post-commit, what a commit waits for", value: ms(took.a), peer: `sh -c : ${ms(took.b)}`, ratio: took.a / took.b, budget: "≤ 3x", holds: took.a <= 3 * took.b, sample };
}

async function detached(bench: Bench, world: World, sample: string): Promise<Figure> {
  const call = world.hx("hook", "git", "post-commit");
  const took = await paired(2 * bench.runs, async () => (await timed(call)).ms, async () => (await timed(nothing(world))).ms);
  const loaded = await loadedBy(bench, world, call);
  return {
    row: "hooks",
    what: "post-commit, the detached process",
    value: ms(took.a),
    peer: `node -e 0: ${ms(took.b)}`,
    ratio: took.a / took.b,
    budget: "≤ 1.5x",
    holds: took.a <= 1.5 * took.b,
    sample: sample.replace(/n=.*/, `n=${2 * bench.runs}`),
    note: `from the start of node to its end; ${loaded.files} files, ${size(loaded.bytes)}: ${loaded.names.join(" ")}`,
  };
}

async function outside(bench: Bench, world: World): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), "hx-bench-outside-"));
  try {
    const input = JSON.stringify({ session_id: uuid("outside"), cwd: directory, hook_event_name: "Stop", transcript_path: join(directory, "none.jsonl") });
    const call: Call = { ...world.hx("hook", "agent", "claude-code"), cwd: directory, input };
    const took = await paired(2 * bench.runs, async () => (await timed(call)).ms, async () => (await timed(nothing(world))).ms);
    return { row: "hooks", what: "agent hook outside of a repository", value: ms(took.a), peer: `node -e 0: ${ms(took.b)}`, ratio: took.a / took.b, budget: "≤ 1.5x", holds: took.a <= 1.5 * took.b, sample: `a payload of 250 B, n=${2 * bench.runs}` };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function prePush(bench: Bench, world: World, sample: string): Promise<Figure[]> {
  const call = world.hx("hook", "git", "pre-push", "--wait", "origin", world.remote.url);
  world.remote.reset();
  const took = await paired(bench.runs, async () => (await timed(call)).ms, async () => (await timed(nothing(world))).ms);
  const requests = world.remote.requests.length;
  return [
    { row: "hooks", what: "pre-push with nothing to send", value: ms(took.a), peer: `node -e 0: ${ms(took.b)}`, ratio: took.a / took.b, sample },
    { row: "hooks", what: "pre-push with nothing to send, requests to the remote", value: String(requests), budget: "none", holds: requests === 0, sample },
  ];
}
