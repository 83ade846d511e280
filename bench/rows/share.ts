import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ms, size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { paired, timed } from "../process.ts";
import { uuid, writeTranscript } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";

const SESSIONS = 1000;
const BUDGET_MS = 2000;

/** One approval of a thousand sessions whose scans are current, and its one push. The peer writes and pushes the same bytes with git alone. */
export async function share(bench: Bench): Promise<readonly Figure[]> {
  const small = await inWorld(bench, 4_000, async (world) => ({ noted: await measured(bench, world, []), unnoted: await measured(bench, world, [catalogOf(world)]) }));
  const large = await inWorld(bench, 40_000, (world) => shareOnce(world));
  const { noted, unnoted } = small;
  const sample = `${SESSIONS} synthetic sessions of 4 kB, HTTP, n=${bench.runs}`;
  return [
    { row: "share", what: `hx share, ${SESSIONS} sessions`, value: `${ms(noted.ms)} (at most ${ms(noted.most)})`, peer: `git: ${noted.objects} blobs of the same bytes, committed and pushed: ${ms(noted.peer)}`, ratio: noted.ms / noted.peer, budget: "≤ 2 s", holds: noted.ms <= BUDGET_MS, sample },
    { row: "share", what: "the same, where no sync has noted their keys", value: `${ms(unnoted.ms)} (at most ${ms(unnoted.most)})`, peer: `git: as above: ${ms(unnoted.peer)}`, ratio: unnoted.ms / unnoted.peer, sample },
    { row: "share", what: "pushes", value: String(noted.pushes), budget: "one", holds: noted.pushes === 1, sample },
    { row: "share", what: "bytes sent", value: size(noted.bytes), peer: `sessions of 40 kB: ${size(large.bytes)}`, ratio: large.bytes / noted.bytes, budget: "independent of the sessions' size", holds: large.bytes <= 1.1 * noted.bytes, sample },
  ];
}

interface Shared {
  readonly ms: number;
  readonly objects: number;
  readonly pushes: number;
  readonly bytes: number;
}

/** `ms` and `peer` are medians, `most` is the longest of the same runs. */
interface Measured extends Shared {
  readonly most: number;
  readonly peer: number;
}

const catalogOf = ({ work }: World): string => join(work, ".git", "hx", "catalog");

async function inWorld<T>(bench: Bench, bytesOfOne: number, measure: (world: World) => Promise<T>): Promise<T> {
  const world = await makeWorld(bench.built);
  try {
    for (let i = 0; i < SESSIONS; i++) await writeTranscript(world.store, { id: uuid(`share ${i}`), cwd: world.work }, bytesOfOne);
    await world.run("capture");
    await world.run("sync");
    const { person } = JSON.parse((await world.run("identity", "show", "--json")).out) as { readonly person: string };
    for (const args of [["create", "core"], ["nominate", "core", person], ["admit", "core", person, "--yes"]]) await world.run("team", ...args);
    await world.run("project", "grant", "core");
    await world.run("sync");
    return await measure(world);
  } finally {
    await world.close();
  }
}

/**
 * A thousand sessions are shared once in a world, so each run is in a copy of it at the same place.
 * @param gone work files that are taken away before each run: without `catalog`, in which an unlocked sync notes the keys of its sessions, they are opened
 */
async function measured(bench: Bench, world: World, gone: readonly string[]): Promise<Measured> {
  const copy = `${world.root}.copy`;
  const sh = (script: string): Promise<unknown> => timed({ command: "sh", args: ["-c", script], cwd: "/", env: world.env });
  await sh(`cp -a '${world.root}' '${copy}'`);
  try {
    const shares: Shared[] = [];
    const { a, b } = await paired(
      bench.runs,
      async () => {
        await sh(`rm -rf '${world.root}'/* && cp -a '${copy}'/. '${world.root}'/ && sync -f '${world.root}'`);
        for (const path of gone) await rm(path);
        const one = await shareOnce(world);
        shares.push(one);
        return one.ms;
      },
      async () => {
        const { objects, bytes } = shares.at(-1) ?? { objects: 0, bytes: 0 };
        return peer(world, objects, Math.ceil(bytes / objects));
      },
    );
    const [, ...counted] = shares;
    const [one] = counted;
    if (one === undefined) throw new Error("nothing was shared");
    await sh(`rm -rf '${world.root}'/* && cp -a '${copy}'/. '${world.root}'/`);
    return { ...one, ms: a, peer: b, most: Math.max(...counted.map((run) => run.ms)) };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function shareOnce(world: World): Promise<Shared> {
  const before = await packed(world);
  world.remote.reset();
  const took = (await world.run("share", "--all", "--team", "core", "--yes")).ms;
  // Git may send one body in several requests: a push asks for the refs once.
  const pushes = world.remote.requests.filter((request) => request.startsWith("GET") && request.includes("service=git-receive-pack")).length;
  const after = await packed(world);
  return { ms: took, objects: after.objects - before.objects, pushes, bytes: after.bytes - before.bytes };
}

/** Bytes and number of the blobs below refs/sessions at the remote. */
async function packed({ remote, env }: World): Promise<{ readonly bytes: number; readonly objects: number }> {
  const script = "git rev-list --objects --no-object-names --glob='refs/sessions/*' | git cat-file --batch-check='%(objecttype) %(objectsize)' | awk '$1==\"blob\"{n++;b+=$2}END{print n, b}'";
  const [objects = "0", bytes = "0"] = (await timed({ command: "sh", args: ["-c", script], cwd: remote.directory, env })).out.trim().split(" ");
  return { bytes: Number(bytes), objects: Number(objects) };
}

/** As many random files of the same size in 256 folders: add, commit, push. */
async function peer(world: World, count: number, bytes: number): Promise<number> {
  const directory = join(world.root, "peer");
  const make = `git init -q -b peer '${directory}' && cd '${directory}' && git remote add origin '${world.remote.url}' && for f in $(seq 0 255); do mkdir $f; done && i=0 && while [ $i -lt ${count} ]; do head -c ${bytes} /dev/urandom > $((i % 256))/$i; i=$((i+1)); done`;
  await timed({ command: "sh", args: ["-c", make], cwd: world.root, env: world.env });
  return (await timed({ command: "sh", args: ["-c", "git add . && git commit -q -m all && git push -q origin HEAD:refs/heads/peer"], cwd: directory, env: world.env })).ms;
}
