import { processHost } from "../../src/cli/io/process-host.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { World } from "../../src/cli/world.ts";
import { sampleWorld, shown } from "./samples.ts";

/** Bytes of the prompt that `show big` prints. */
const BIG = 1 << 20;

/** The program as a process of its own, over the world of the samples. */
const world = {
  ...sampleWorld(),
  gitConfig: async () => null,
  close: async () => undefined,
  sessions: {
    show: async () => ({ ...shown, view: { ...shown.view, turns: [{ index: 0, prompt: "x".repeat(BIG), entries: [] }] } }),
    list: () => new Promise(() => setInterval(() => undefined, 1000)),
    verify: async () => ({ lanes: 0, headers: 0, sessions: 0, segments: 0, opened: 0, notOpened: 0, shared: { sessions: 0, opened: 0 }, findings: [] }),
  },
} as unknown as World;

process.exitCode = await runProgram(
  process.argv.slice(2),
  processHost({
    version: "1.2.3",
    environment: process.env,
    openWorld: async ({ progress }) => {
      progress.phase("opening");
      return world;
    },
  }),
);
