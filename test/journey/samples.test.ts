import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quiet, writeQuiet } from "./claude.ts";
import { everything, inProcess, restoreAll } from "./in-process.ts";
import { cutIn, movedInto, placeInHome, readSamples, SAMPLES, type Sample } from "./samples.ts";
import { connectedCheckout, list, makeWorld, newIdentity, recover, write, type JourneyWorld, type Machine } from "./world.ts";

const samples = readSamples();

interface Moved {
  readonly sample: Sample;
  readonly bytes: Buffer;
  readonly unplaced: boolean;
}

describe.runIf(SAMPLES !== null)("every transcript of the samples", () => {
  let world: JourneyWorld;
  beforeAll(async () => {
    world = await makeWorld();
  });
  afterAll(() => world.close());

  async function connect(name: string): Promise<{ machine: Machine; checkout: string; remote: string; phrase: string; moved: readonly Moved[] }> {
    const machine = await world.machine(name);
    const remote = await world.remote("http");
    const phrase = world.path(`phrase-${name}`);
    await newIdentity(machine, phrase);
    const checkout = await connectedCheckout(machine, remote, world.path(`${name}-work`));
    const moved: Moved[] = [];
    for (const sample of samples) {
      const { bytes, directories } = movedInto(sample, checkout);
      for (const directory of directories) await mkdir(directory, { recursive: true });
      moved.push({ sample, bytes, unplaced: directories.length === 0 });
    }
    return { machine, checkout, remote, phrase, moved };
  }

  /** The payload that the agent's hook gives where the records name no directory. */
  async function hooked(machine: Machine, checkout: string, moved: readonly Moved[]): Promise<void> {
    for (const { sample, unplaced } of moved) {
      if (!unplaced) continue;
      const payload = { session_id: sample.id, transcript_path: join(machine.home, placeInHome(sample, checkout)), cwd: checkout, hook_event_name: "Stop" };
      expect(await machine.hook(checkout, sample.agent, payload)).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  }

  /** From a fresh clone and the phrase: everything again, and every session readable. */
  async function comesBack(remote: string, phrase: string, name: string, moved: readonly Moved[]): Promise<void> {
    const fresh = await world.machine(`${name}-fresh`);
    const clone = world.path(`${name}-clone`);
    await recover(fresh, remote, clone, phrase);
    expect((await list(fresh, clone)).length).toBe(moved.length);
    const back = await restoreAll(fresh, clone);
    expect(back.length).toBe(moved.length);
    // No control character reaches a terminal, and there is something to read.
    expect(back.filter(({ printed }) => !/[a-z]{3}/.test(printed) || /[^\P{Cc}\n\t]/u.test(printed)).map(({ agentId }) => agentId)).toEqual([]);
    expect(back.filter(({ omitted }) => omitted > 0)).toEqual([]);
    const differing: string[] = [];
    for (const { sample, bytes } of moved) {
      const restored = await readFile(join(fresh.home, placeInHome(sample, clone))).catch(() => null);
      if (restored?.equals(bytes) !== true) differing.push(sample.name);
    }
    expect(differing).toEqual([]);
    await fresh.hx(clone, "verify");
  }

  it("finds the samples", () => {
    expect(samples.length).toBeGreaterThan(100);
    expect(samples.filter((sample) => movedInto(sample, "/x").directories.length === 0).map(({ name }) => name.split("/").at(-1)?.slice(-44))).toHaveLength(6);
  });

  it("is captured in one go, pushed, and restored by the phrase from a fresh clone", async () => {
    const { machine, checkout, remote, phrase, moved } = await connect("once");
    for (const { sample, bytes } of moved) await writeQuiet(join(machine.home, placeInHome(sample, checkout)), bytes);
    const report = JSON.parse(await machine.hx(checkout, "capture", "--json")) as { readonly sessions: readonly unknown[]; readonly skipped: readonly { readonly reason: string }[] };
    const unplaced = moved.filter((one) => one.unplaced).length;
    expect([report.sessions.length, report.skipped.length]).toEqual([moved.length - unplaced, unplaced]);
    await hooked(machine, checkout, moved);
    await machine.hx(checkout, "sync");
    await comesBack(remote, phrase, "once", moved);
  }, 300_000);

  it("is captured in many steps as it grew, with pushes between, and restored by the phrase from a fresh clone", async () => {
    const { machine, checkout, remote, phrase, moved } = await connect("grown");
    const sessions = inProcess(machine, checkout);
    const steps = Math.max(6, ...samples.map(({ cuts }) => cuts.length));
    for (let step = 0; step < steps; step++) {
      for (const [i, { sample, bytes }] of moved.entries()) {
        const path = join(machine.home, placeInHome(sample, checkout));
        await write(path, bytes.subarray(0, cutAt(sample, bytes, step, steps)));
        // Half of them look as if the agent had stopped in the middle of a line.
        if (step === steps - 1 || (i + step) % 2 === 0) await quiet(path);
      }
      await sessions.capture(everything); 
      if (step === 2 || step === steps - 1) await hooked(machine, checkout, moved);
      if (step % 3 === 1 || step === steps - 1) await sessions.sync({ full: false, dryRun: false });
    }
    await comesBack(remote, phrase, "grown", moved);
  }, 300_000);
});

/** Known cuts where there are some. */
function cutAt({ cuts }: Sample, bytes: Buffer, step: number, steps: number): number {
  return cuts.length > 0 && step < steps - 1 ? Math.min(bytes.length, cuts[step] ?? bytes.length) : cutIn(bytes, step, steps);
}
