import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { timed } from "../process.ts";
import { settle, turn, uuid } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";
import { pipeline } from "./capture.ts";

interface Series {
  readonly name: string;
  readonly bytes: Buffer;
  /** Lengths at which it was seen, in order; the last is the whole. */
  readonly cuts: readonly number[];
}

/** What the remote stores after a transcript grew push by push, as it was seen to grow. */
export function growth(bench: Bench): Promise<readonly Figure[]> {
  return grown(bench, realOf(bench), (series) => series.cuts, "its own cuts");
}

/** The same in so many equal steps. */
export function growthIn(pushes: number): (bench: Bench) => Promise<readonly Figure[]> {
  return (bench) => grown(bench, realOf(bench), ({ bytes }) => evenly(bytes, pushes), `${pushes} pushes`);
}

function realOf({ samples }: Bench): string | null {
  return samples === undefined ? null : join(samples, "growing");
}

async function grown(bench: Bench, real: string | null, cutsOf: (series: Series) => readonly number[], how: string): Promise<Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    const series = real === null ? [synthetic(world)] : await growing(real, world);
    const before = await stored(world);
    const steps = Math.max(...series.map((one) => cutsOf(one).length));
    let pushes = 0;
    for (let step = 0; step < steps; step++) {
      let grew = false;
      for (const one of series) {
        const cut = cutsOf(one)[step];
        if (cut === undefined) continue;
        const path = join(world.store, one.name);
        await writeFile(path, one.bytes.subarray(0, cut));
        await settle(path);
        grew = true;
      }
      if (!grew) continue;
      await world.run("capture");
      await world.run("sync");
      pushes += 1;
    }
    const after = await stored(world);
    const peer = await pipeline(bench, world, "-19");
    await timed(peer.call);
    let theirs = 0;
    for (const name of await readdir(peer.out)) theirs += (await stat(join(peer.out, name))).size;
    const total = series.reduce((sum, one) => sum + one.bytes.length, 0);
    const sample = `${real === null ? "a synthetic transcript" : `${series.length} files of samples/growing`}, ${size(total)}, ${pushes} pushes, n=1`;
    const packed = after.packed - before.packed;
    const blobs = after.blobs - before.blobs;
    return [
      { row: "growth", what: `${how}: pack of the remote after gc, all that is hx's`, value: size(packed), peer: `${peer.name}: ${size(theirs)}`, ratio: packed / theirs, budget: "≤ 1.4x", holds: packed <= 1.4 * theirs, sample },
      { row: "growth", what: `${how}: blobs of lane and keys alone`, value: size(blobs), peer: `${peer.name}: ${size(theirs)}`, ratio: blobs / theirs, sample },
    ];
  } finally {
    await world.close();
  }
}

/** Bytes of blobs below refs/sessions, and of the packs after a gc, on the remote. */
async function stored(world: World): Promise<{ readonly blobs: number; readonly packed: number }> {
  const { directory } = world.remote;
  const sh = async (script: string): Promise<string> => (await timed({ command: "sh", args: ["-c", script], cwd: directory, env: world.env })).out;
  const lines = await sh("git rev-list --objects --no-object-names --glob='refs/sessions/*' | git cat-file --batch-check='%(objecttype) %(objectsize)'");
  let blobs = 0;
  for (const line of lines.split("\n")) {
    const [type, bytes] = line.split(" ");
    if (type === "blob") blobs += Number(bytes);
  }
  await sh("git -c gc.auto=1 gc -q --prune=now");
  const packed = Number((await sh("git count-objects -v | sed -n 's/^size-pack: //p'")).trim()) * 1024;
  return { blobs, packed };
}

/** The samples as if they had run here: the directory that they record is replaced, consistently, before capture. */
async function growing(directory: string, world: World): Promise<Series[]> {
  const list = JSON.parse(await readFile(join(directory, "growing.json"), "utf8")) as { series: { file: string; cuts: number[] }[] };
  const found: Series[] = [];
  for (const { file, cuts } of list.series) {
    const raw = await readFile(join(directory, file), "latin1");
    const [, recorded = ""] = /"cwd":"((?:[^"\\]|\\.)*)"/.exec(raw) ?? [];
    const here = (text: string): Buffer => Buffer.from(text.replaceAll(recorded, world.work), "latin1");
    found.push({ name: file, bytes: here(raw), cuts: cuts.map((cut) => here(raw.slice(0, cut)).length) });
  }
  return found;
}

function synthetic(world: World): Series {
  const session = { id: uuid("growth"), cwd: world.work };
  const turns = Array.from({ length: 100 }, (_, i) => Buffer.from(turn(session, i, 30_000)));
  const bytes = Buffer.concat(turns);
  return { name: `${session.id}.jsonl`, bytes, cuts: evenly(bytes, 9) };
}

/** Cuts behind a line feed, nearest to equal pieces. */
function evenly(bytes: Buffer, pieces: number): number[] {
  const cuts = new Set<number>();
  for (let i = 1; i < pieces; i++) cuts.add(bytes.indexOf(10, Math.floor((bytes.length * i) / pieces)) + 1);
  return [...[...cuts].filter((cut) => cut > 0 && cut < bytes.length), bytes.length];
}
