import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ms, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { paired, timed } from "../process.ts";
import { uuid, writeTranscript } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";

const SESSIONS = 20;

/** An ordinary push of code, one commit with one file, to a bare repository with guard before it and to the same without. */
export async function guard(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    for (let i = 0; i < SESSIONS; i++) await writeTranscript(world.store, { id: uuid(`guard ${i}`), cwd: world.work }, 100_000);
    await world.run("capture");
    await world.run("sync");
    const [guarded, open] = [await copyOf(world, "guarded.git"), await copyOf(world, "open.git")];
    await world.run("guard", "install", guarded, "--program", join(world.bin, "hx"));
    const took = await paired(bench.runs, () => push(world, guarded), () => push(world, open));
    const sample = `one commit, a remote with ${SESSIONS} sessions of 100 kB in one lane, over the file system, n=${bench.runs}`;
    return [
      { row: "guard", what: "ordinary push of code, with guard as pre-receive", value: ms(took.a), peer: `without the hook ${ms(took.b)}`, ratio: took.a / took.b, sample },
      { row: "guard", what: "the same, what guard adds", value: ms(took.a - took.b), sample },
    ];
  } finally {
    await world.close();
  }
}

/** The connected repository as a bare one, with everything below `refs/sessions/`. */
async function copyOf(world: World, name: string): Promise<string> {
  const at = join(await mkdtemp(join(world.root, "server-")), name);
  await world.git("clone", "-q", "--mirror", world.remote.url, at);
  return at;
}

let commits = 0;

/** Wall time of `git push` alone: the commit is made before, and no hook of the client runs. */
async function push(world: World, to: string): Promise<number> {
  await writeFile(join(world.work, "a.txt"), `${++commits}\n`);
  await world.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", `change ${commits}`);
  return (await timed({ command: "git", args: ["-c", "core.hooksPath=/dev/null", "push", "-q", to, "HEAD:refs/heads/main"], cwd: world.work, env: world.env })).ms;
}
