import { join } from "node:path";
import { publish } from "../../../src/app/publish/publish.ts";
import type { Oid } from "../../../src/domain/ids.ts";
import { commitDay } from "../../../src/format/commit.ts";
import { laneIdOf } from "../../../src/format/ids.ts";
import { laneRef } from "../../../src/format/paths.ts";
import type { Store } from "../../../src/ports/git.ts";
import { anItem, writeFiles } from "../lane-builder.ts";
import { memoryAgent } from "../memory-agent.ts";
import { capture, openHere, openWriter, OPTIONS, push, type Scene } from "../scene.ts";
import type { Seen } from "./attacker.ts";
import { FIRST_DAY, QUARTER, type Days, type Traces } from "./team.ts";

const DAY_MS = 86_400_000;
const LANES = "refs/sessions/v1/lane/";

/**
 * Plays the quarter of a team at the scene's host: code by git, lanes by hx. A lane with the days `whole` comes from captures and
 * publications, one on each day; the others from hx's writer of commits alone, in a fraction of the time.
 * @returns whose lane each ref is
 */
export async function play(scene: Scene, team: readonly Traces[], whole?: Days): Promise<ReadonlyMap<string, string>> {
  await commitCode(scene, team);
  scene.clock.ms = FIRST_DAY * DAY_MS;
  const truth = new Map<string, string>();
  const { ledger } = await openHere(scene, "lanes");
  for (const { author, lanes } of team) {
    for (const days of lanes) truth.set(await (days === whole ? publishLane(scene, `clone-${truth.size}`, days) : writeLane(scene, ledger.repository.store, days)), author);
  }
  await scene.box.git(join(scene.root, "lanes"), "push", "-q", "origin", `${LANES}*:${LANES}*`);
  return truth;
}

/** A lane as a device of the team would write it: a session that goes on, captured and published on each of the days. */
async function publishLane(scene: Scene, clone: string, days: Days): Promise<string> {
  const writer = await openWriter(scene, clone);
  const session = memoryAgent(clone);
  for (const day of days) {
    scene.clock.ms = atWork(day);
    session.append(`worked on day ${day}`);
    await capture(writer.ledger, session);
    await publish(writer.ledger, { state: scene.founded.state, waitMs: OPTIONS.waitMs });
  }
  await push(writer);
  return laneRef(writer.ledger.lane.id);
}

async function writeLane(scene: Scene, store: Store, days: Days): Promise<string> {
  const ref = laneRef(laneIdOf(scene.crypto.hashes, scene.crypto.random.bytes(32)));
  const tree = await writeFiles(store, new Map([anItem(scene)]));
  let tip: Oid | null = null;
  for (const day of days) tip = await store.writeCommit({ tree, parents: tip === null ? [] : [tip], day: commitDay(atWork(day)) });
  if (tip === null || !(await store.update([{ ref, from: null, to: tip }]))) throw new Error("no lane was written");
  return ref;
}

/** An hour between 7 and 18 UTC, ms since 1970. */
const atWork = (day: number): number => day * DAY_MS + (7 + (day % 11)) * 3_600_000 + 1_234_567;

/** The team's commits on `main`, in the order of their time. */
async function commitCode(scene: Scene, team: readonly Traces[]): Promise<void> {
  const all = Array.from({ length: QUARTER }, (_, n) => FIRST_DAY + n).flatMap((day) => team.filter(({ commits }) => commits.has(day)).map(({ author }) => ({ author, day })));
  const stream = all.map(({ author, day }, n) => {
    const who = `${author} <${author.toLowerCase().replace(" ", ".")}@example.com> ${Math.floor(atWork(day) / 1000)} +0200`;
    return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\ndata 4\nwork\nM 100644 inline file-${n % 7}\ndata ${String(n).length}\n${n}\n`;
  });
  const { box, root, hub } = scene;
  await box.git(root, "init", "-q", "-b", "main", `--object-format=${scene.format}`, "code");
  await box.gitWithInput(join(root, "code"), stream.join(""), "fast-import", "--quiet");
  await box.git(join(root, "code"), "push", "-q", hub, "main");
}

/** What anybody reads in a mirror clone of the host, without a key. */
export async function look(scene: Scene): Promise<Seen> {
  const { box, root, hub } = scene;
  const mirror = join(root, "mirror.git");
  await box.git(root, "clone", "-q", "--mirror", hub, mirror);
  const authors = new Map<string, Set<number>>();
  for (const line of (await box.git(mirror, "log", "--format=%at %an", "refs/heads/main")).split("\n")) {
    const [, seconds = "", author = ""] = /^(\d+) (.*)$/.exec(line) ?? [];
    authors.set(author, (authors.get(author) ?? new Set<number>()).add(dayOf(seconds)));
  }
  const lanes = new Map<string, Set<number>>();
  for (const ref of (await box.git(mirror, "for-each-ref", "--format=%(refname)", LANES)).split("\n")) {
    lanes.set(ref, new Set((await box.git(mirror, "log", "--format=%at", ref)).split("\n").map(dayOf)));
  }
  return { authors, lanes };
}

const dayOf = (seconds: string): number => Math.floor(Number(seconds) / 86_400);
