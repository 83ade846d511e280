import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { timed } from "../process.ts";
import { randomOf, settle, turn, uuid } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";

/** A transcript whose sealed bytes are about `bytes`: half a turn in it is noise. */
async function noisy(world: World, name: string, bytes: number): Promise<void> {
  const session = { id: uuid(name), cwd: world.work };
  const random = randomOf(name);
  const noise = Buffer.alloc(Math.ceil(bytes / 4) * 4);
  for (let i = 0; i < noise.length; i += 4) noise.writeUInt32LE(random(), i);
  const lines: string[] = [turn(session, 0, 2000)];
  for (let at = 0; at < noise.length; at += 30_000) {
    const content = [{ type: "text", text: noise.subarray(at, at + 30_000).toString("base64") }];
    lines.push(`${JSON.stringify({ parentUuid: null, isSidechain: false, cwd: session.cwd, sessionId: session.id, version: "2.1.37", type: "assistant", message: { role: "assistant", content }, uuid: uuid(`${name} ${at}`), timestamp: "2026-01-05T10:00:00.000Z" })}\n`);
  }
  const path = join(world.store, `${session.id}.jsonl`);
  await writeFile(path, lines.join(""));
  await settle(path);
}

/** What a second machine fetches of a lane. */
async function fetched(bench: Bench, bytes: number): Promise<{ readonly sync: number; readonly lane: number }> {
  const world = await makeWorld(bench.built);
  try {
    for (let i = 0; i < 4; i++) await noisy(world, `teammate ${i}`, bytes / 4);
    await world.run("capture");
    world.remote.reset();
    await world.run("sync");
    const lane = world.remote.traffic().received;
    const clone = join(world.root, "second");
    const env = { ...world.env, HX_CONFIG_DIR: join(world.root, "config2"), HX_STATE_DIR: join(world.root, "state2"), HOME: join(world.root, "home2") };
    await timed({ command: "git", args: ["clone", "-q", world.remote.url, clone], cwd: world.root, env });
    const hx = (...args: string[]): Promise<unknown> => timed({ ...world.hx(...args), cwd: clone, env });
    world.remote.reset();
    await hx("identity", "restore", "--phrase-file", join(world.root, "phrase"), "--no-passphrase", "--yes");
    await hx("sync");
    const { sent, received } = world.remote.traffic();
    return { sync: sent + received, lane };
  } finally {
    await world.close();
  }
}

export async function teammate(bench: Bench): Promise<readonly Figure[]> {
  const large = await fetched(bench, 20e6);
  const small = await fetched(bench, 200e3);
  return [
    {
      row: "teammate",
      what: "first sync of another machine, bytes both ways",
      value: `${size(large.sync)} (lane of ${size(large.lane)})`,
      peer: `lane of ${size(small.lane)}: ${size(small.sync)}`,
      ratio: large.sync / small.sync,
      budget: "independent of size",
      holds: large.sync <= 1.3 * small.sync,
      sample: "4 sessions each, HTTP, identity restored and synced, n=1",
    },
  ];
}

interface Bytes {
  readonly clone: number;
  readonly fetch: number;
  readonly push: number;
}

/** Bytes of an ordinary clone, fetch and push, hooks off. */
async function ordinaryBytes(world: World, name: string): Promise<Bytes> {
  const clone = join(world.root, name);
  const env = { ...world.env, HX_SKIP: "1" };
  const git = async (cwd: string, ...args: string[]): Promise<number> => {
    world.remote.reset();
    await timed({ command: "git", args, cwd, env });
    const { sent, received } = world.remote.traffic();
    return sent + received;
  };
  const cloned = await git(world.root, "clone", "-q", world.remote.url, clone);
  const fetch = await git(clone, "fetch", "-q");
  await timed({ command: "git", args: ["commit", "-q", "--allow-empty", "-m", "more"], cwd: clone, env: { ...env, GIT_AUTHOR_DATE: "2026-01-05T10:00:00Z", GIT_COMMITTER_DATE: "2026-01-05T10:00:00Z" } });
  const push = await git(clone, "push", "-q", "origin", `HEAD:refs/heads/bench`);
  await timed({ command: "git", args: ["update-ref", "-d", "refs/heads/bench"], cwd: world.remote.directory, env });
  return { clone: cloned, fetch, push };
}

export async function ordinary(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    for (let i = 0; i < 4; i++) await noisy(world, `ordinary ${i}`, 500e3);
    await world.run("capture");
    await world.run("sync");
    const refs = async (): Promise<string[]> => (await timed({ command: "git", args: ["for-each-ref", "--format=%(refname)", "refs/sessions/"], cwd: world.remote.directory, env: world.env })).out.trim().split("\n").filter(Boolean);
    const names = await refs();
    const sessions = await ordinaryBytes(world, "with");
    for (const ref of names) await timed({ command: "git", args: ["update-ref", "-d", ref], cwd: world.remote.directory, env: world.env });
    const bare = await ordinaryBytes(world, "without");
    const row = (what: string, a: number, b: number, holds: boolean, budget: string): Figure => ({ row: "ordinary", what, value: size(a), peer: `without them: ${size(b)}`, ratio: a / b, budget, holds, sample: `a lane of 2 MB (${names.length} refs of sessions), HTTP, n=1` });
    const growth = sessions.push - bare.push;
    return [
      row("clone, bytes both ways", sessions.clone, bare.clone, sessions.clone - bare.clone < 200 * names.length, "no byte of sessions"),
      row("fetch, bytes both ways", sessions.fetch, bare.fetch, sessions.fetch - bare.fetch < 200 * names.length, "no byte of sessions"),
      { ...row("push, bytes both ways", sessions.push, bare.push, growth < 200 * names.length, "grows by lanes only"), note: `${growth} B more for ${names.length} refs: the advertisement, two refs a lane and one for the workspace` },
    ];
  } finally {
    await world.close();
  }
}
