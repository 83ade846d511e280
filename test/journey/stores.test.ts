import { readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slug, writeQuiet } from "./claude.ts";
import { restoreAll } from "./in-process.ts";
import { filesBelow, replaceDirectories, SAMPLES } from "./samples.ts";
import { connectedCheckout, makeWorld, newIdentity, recover, type JourneyWorld, type Machine } from "./world.ts";

/** Stores that both agents left behind, each later one with the earlier sessions grown. */
const STAGES = [["claude/01-first", "codex/01-first"], ["claude/02-continue", "codex/02-resume-last"], ["claude/08-subagent", "codex/08-subagent"], ["claude/16-bg-subagent"]] as const;
const RECORDED = "/home/dev";

interface Kept {
  /** Where it lies in the home after a restore into a clone. */
  readonly at: (clone: string) => string;
  readonly bytes: Buffer;
}

describe.runIf(SAMPLES !== null)("whole stores of both agents, as they grew", () => {
  let world: JourneyWorld;
  let ada: Machine;
  let checkout = "";
  beforeAll(async () => {
    world = await makeWorld();
    ada = await world.machine("ada");
    await newIdentity(ada, world.path("phrase"));
    checkout = await connectedCheckout(ada, await world.remote("file"), world.path("dev", "work", "acme-web"));
    await ada.git(checkout, "worktree", "add", "-q", "-b", "title", `${checkout}-title`);
    await mkdir(path.join(checkout, "packages", "ui"), { recursive: true });
    await mkdir(world.path("dev", "notes"), { recursive: true });
  });
  afterAll(() => world.close());

  const moved = (directory: string): string => (directory.startsWith(RECORDED) ? world.path("dev") + directory.slice(RECORDED.length) : directory);

  /** Puts a stage into the home of the machine. @returns the files that must come back */
  async function lay(stage: string): Promise<readonly Kept[]> {
    const root = path.join(SAMPLES ?? "", "made-here", stage);
    const kept: Kept[] = [];
    for (const name of filesBelow(root).filter((below) => /^\.(claude|codex)\//.test(below))) {
      const original = readFileSync(path.join(root, name));
      const bytes = name.endsWith(".jsonl") ? replaceDirectories(original, moved) : original;
      const [top, projects, folder = "", ...rest] = name.split("/");
      const directory = top === ".claude" ? directoryOfSlug(folder) : undefined;
      const place = directory === undefined ? name : path.join(top ?? "", projects ?? "", slug(moved(directory)), ...rest);
      await writeQuiet(path.join(ada.home, place), bytes);
      const ranIn = directory ?? /"cwd":"([^"]*)"/.exec(original.toString("latin1"))?.[1] ?? "";
      if (ranIn.startsWith(`${RECORDED}/notes`)) continue;
      const below = ranIn.endsWith("/packages/ui") ? "packages/ui" : ".";
      kept.push({ bytes, at: (clone) => (directory === undefined ? name : path.join(top ?? "", projects ?? "", slug(path.join(clone, below)), ...rest)) });
    }
    return kept;
  }

  it.each(STAGES.map((stages, i) => [i + 1, stages] as const))("stage %i comes back with all its files", async (number, stages) => {
    const kept = (await Promise.all(stages.map(lay))).flat();
    expect(kept.length).toBeGreaterThan(0);
    await ada.hx(checkout, "capture");
    await ada.hx(checkout, "sync");
    const fresh = await world.machine(`fresh-${number}`);
    const clone = world.path(`clone-${number}`);
    await recover(fresh, world.path("remote-1.git"), clone, world.path("phrase"));
    const back = await restoreAll(fresh, clone);
    for (const { at, bytes } of kept) {
      const restored = await readFile(path.join(fresh.home, at(clone))).catch(() => Buffer.from("absent"));
      expect([at(clone), restored.equals(bytes)]).toEqual([at(clone), true]);
    }
    // What ran in the notes folder, which is no repository, is not there.
    const restored = back.flatMap(({ files }) => files);
    expect(restored.length).toBeGreaterThanOrEqual(kept.length);
    for (const file of restored) expect(readFileSync(file).includes(`"cwd":"${world.path("dev", "notes")}"`)).toBe(false);
  }, 200_000);
});

function directoryOfSlug(folder: string): string {
  const found = ["work/acme-web", "work/acme-web-title", "work/acme-web/packages/ui", "notes"].map((below) => `${RECORDED}/${below}`).find((directory) => slug(directory) === folder);
  if (found === undefined) throw new Error(`no directory has the folder '${folder}'`);
  return found;
}
