import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { ms, size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { paired, timed, type Call } from "../process.ts";
import { makeWorld, type World } from "../world.ts";

/** Notes every module that a process loads. */
const LOADER = `import{appendFileSync}from'node:fs';export async function load(u,c,n){if(u.startsWith('file:'))appendFileSync(process.env.HX_BENCH_LOADED,u+'\\n');return n(u,c)}`;
const REGISTER = `data:text/javascript,import{register}from'node:module';register('data:text/javascript,'+encodeURIComponent(${JSON.stringify(LOADER)}))`;

export async function loadedBy(bench: Bench, world: World, call: Call): Promise<{ readonly files: number; readonly bytes: number; readonly names: readonly string[] }> {
  const list = join(world.root, "loaded");
  await rm(list, { force: true });
  const args = ["--import", REGISTER, ...call.args];
  await timed({ ...call, args, env: { ...call.env, HX_BENCH_LOADED: list } });
  const names = (await readFile(list, "utf8")).trim().split("\n").map((url) => basename(url));
  const sizes = new Map(Object.entries(bench.built.metafile.outputs).map(([path, { bytes }]) => [basename(path), bytes]));
  return { files: names.length, bytes: names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0), names };
}

export function nothing(world: World): Call {
  return { command: process.execPath, args: ["-e", "0"], cwd: world.work, env: world.env };
}

/** What a command costs before it does anything. */
export async function start(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    const figures: Figure[] = [];
    for (const args of [["--version"], ["help"], ["status"], ["list"]]) {
      const call = world.hx(...args);
      const took = await paired(bench.runs, async () => (await timed(call)).ms, async () => (await timed(nothing(world))).ms);
      const loaded = await loadedBy(bench, world, call);
      figures.push({
        row: "start",
        what: `hx ${args.join(" ")}`,
        value: ms(took.a),
        peer: `node -e 0: ${ms(took.b)}`,
        ratio: took.a / took.b,
        sample: `a connected repository without sessions, n=${bench.runs}`,
        note: `${loaded.files} files, ${size(loaded.bytes)}: ${loaded.names.join(" ")}`,
      });
    }
    return figures;
  } finally {
    await world.close();
  }
}
