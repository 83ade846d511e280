import { writeFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { median, ms, size, type Figure } from "../figure.ts";
import type { Bench } from "../main.ts";
import { appendTurn, fileOf, settle, turn, uuid, writeTranscript } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";
import { paired, timed } from "../process.ts";
import { nothing } from "./start.ts";

/** A lane of many small sessions, made by the commands themselves. */
export async function manySessions(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    const sample = `a lane of ${bench.many} sessions of 2 kB`;
    for (let i = 0; i < bench.many; i++) {
      const session = { id: uuid(`many ${i}`), cwd: world.work };
      const path = fileOf(world.store, session);
      await writeFile(path, turn(session, i, 2000));
      await settle(path);
    }
    const captured = (await world.run("capture")).ms;
    bench.say(`         captured in ${ms(captured)}`);
    const published = (await world.run("sync")).ms;
    bench.say(`         published in ${ms(published)}`);
    const build: Figure[] = [
      { row: "many", what: "first capture of all", value: `${ms(captured)}, ${ms(captured / bench.many)} a session`, sample: `${sample}, n=1` },
      { row: "many", what: "first publication and push of all", value: `${ms(published)}, ${ms(published / bench.many)} a session`, sample: `${sample}, n=1` },
    ];
    return [...build, ...(await look(bench, world, sample)), ...(await change(world, sample))];
  } finally {
    await world.close();
  }
}

async function look(bench: Bench, world: World, sample: string): Promise<Figure[]> {
  const cold = (await world.run("list")).ms;
  const { out } = await world.run("list");
  const id = /[0-9a-f]{32}/.exec(out)?.[0] ?? "";
  const repeated = async (...args: string[]): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push((await world.run(...args)).ms);
    return median(times);
  };
  const show = await repeated("show", id);
  const verify = (await world.run("verify")).ms;
  return [
    { row: "many", what: "open one session (`hx show`)", value: ms(show), budget: "≤ 300 ms", holds: show <= 300, sample: `${sample}, n=5` },
    { row: "many", what: "`hx list`, first time", value: ms(cold), sample: `${sample}, n=1` },
    { row: "many", what: "`hx list`, again", value: ms(await repeated("list")), sample: `${sample}, n=5` },
    { row: "many", what: "`hx status`", value: ms(await repeated("status")), sample: `${sample}, n=5` },
    { row: "many", what: "`hx verify`, everything, all opened", value: `${ms(verify)}, ${ms(verify / bench.many)} a session`, sample: `${sample}, n=1` },
    { row: "many", what: "`hx verify`, peak memory", value: size(await world.peak("verify")), sample: `${sample}, n=1` },
  ];
}

async function change(world: World, sample: string): Promise<Figure[]> {
  await world.run("hook", "git", "post-commit");
  const hook = world.hx("hook", "git", "post-commit");
  const idle = await paired(5, async () => (await timed(hook)).ms, async () => (await timed(nothing(world))).ms);
  const session = { id: uuid("one more"), cwd: world.work };
  await writeTranscript(world.store, session, 20_000);
  const one = (await timed(hook)).ms;
  world.remote.reset();
  const push = (await world.run("sync")).ms;
  const sent = world.remote.traffic().received;
  await appendTurn(world.store, session, 9, 10_000);
  await rm(join(world.root, "loaded"), { force: true });
  return [
    { row: "many", what: "post-commit with nothing to do, the detached process", value: ms(idle.a), peer: `node -e 0: ${ms(idle.b)}`, ratio: idle.a / idle.b, sample: `${sample}, n=5` },
    { row: "many", what: "post-commit with one new session, detached", value: ms(one), sample: `${sample}, n=1` },
    { row: "many", what: "publication and push of one session", value: `${ms(push)}, ${size(sent)} sent`, budget: "≤ 5 s", holds: push <= 5000, sample: `${sample}, n=1` },
  ];
}
