import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ms, size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { timed } from "../process.ts";
import { uuid, writeTranscript } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";

const SESSIONS = 1000;
const BUDGET_MS = 2000;

/** One approval of a thousand sessions whose scans are current, and its one push. The peer writes and pushes the same bytes with git alone. */
export async function share(bench: Bench): Promise<readonly Figure[]> {
  const small = await shareOf(bench, 4_000);
  const unnoted = await shareOf(bench, 4_000, "unnoted");
  const large = await shareOf(bench, 40_000);
  const sample = `${SESSIONS} synthetic sessions of 4 kB, HTTP, n=1`;
  return [
    { row: "share", what: `hx share, ${SESSIONS} sessions`, value: ms(small.ms), peer: `git: ${small.objects} blobs of the same bytes, committed and pushed: ${ms(small.peer)}`, ratio: small.ms / small.peer, budget: "≤ 2 s", holds: small.ms <= BUDGET_MS, sample },
    { row: "share", what: "the same, where no sync has noted their keys", value: ms(unnoted.ms), peer: `git: as above: ${ms(unnoted.peer)}`, ratio: unnoted.ms / unnoted.peer, sample },
    { row: "share", what: "pushes", value: String(small.pushes), budget: "one", holds: small.pushes === 1, sample },
    { row: "share", what: "bytes sent", value: size(small.bytes), peer: `sessions of 40 kB: ${size(large.bytes)}`, ratio: large.bytes / small.bytes, budget: "independent of the sessions' size", holds: large.bytes <= 1.1 * small.bytes, sample },
  ];
}

interface Measured {
  readonly ms: number;
  readonly peer: number;
  readonly objects: number;
  readonly pushes: number;
  readonly bytes: number;
}

/** @param how `unnoted`: the work file in which an unlocked sync notes the keys of its sessions is gone */
async function shareOf(bench: Bench, bytesOfOne: number, how: "noted" | "unnoted" = "noted"): Promise<Measured> {
  const world = await makeWorld(bench.built);
  try {
    for (let i = 0; i < SESSIONS; i++) await writeTranscript(world.store, { id: uuid(`share ${i}`), cwd: world.work }, bytesOfOne);
    await world.run("capture");
    await world.run("sync");
    const { person } = JSON.parse((await world.run("identity", "show", "--json")).out) as { readonly person: string };
    for (const args of [["create", "core"], ["nominate", "core", person], ["admit", "core", person, "--yes"]]) await world.run("team", ...args);
    await world.run("project", "grant", "core");
    await world.run("sync");
    if (how === "unnoted") await rm(join(world.work, ".git", "hx", "catalog"));
    const before = await packed(world);
    world.remote.reset();
    const took = (await world.run("share", "--all", "--team", "core", "--yes")).ms;
    // Git may send one body in several requests: a push asks for the refs once.
    const pushes = world.remote.requests.filter((request) => request.startsWith("GET") && request.includes("service=git-receive-pack")).length;
    const after = await packed(world);
    const bytes = after.bytes - before.bytes;
    const objects = after.objects - before.objects;
    return { ms: took, peer: await peer(world, objects, Math.ceil(bytes / objects)), objects, pushes, bytes };
  } finally {
    await world.close();
  }
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
