import { loadavg } from "node:os";
import type { RealAgent } from "./agent.ts";
import type { Machine } from "./machine.ts";
import { must } from "./process.ts";
import { prompts } from "./story.ts";

/** Wall time of whole runs of the agent with one prompt, ms: medians. */
export interface Timing {
  readonly without: number;
  readonly with: number;
  readonly runs: number;
  /** Processes that wanted a processor in the minute before. */
  readonly load: number;
}

/** Runs the agent in turn without and with hx's hooks, after one of each that does not count. */
export async function timeHooks(machine: Machine, agent: RealAgent, runs: number): Promise<Timing> {
  await machine.trace.stop();
  const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  const one = async (how: "install" | "remove"): Promise<number> => {
    await machine.hx("hooks", how, "--place", agent.name);
    const started = performance.now();
    await must(machine.agentTask(agent.start(prompts.short)));
    return performance.now() - started;
  };
  const [without, withHooks]: [number[], number[]] = [[], []];
  for (let at = 0; at <= runs; at++) {
    const [a, b] = [await one("remove"), await one("install")];
    if (at > 0) without.push(a), withHooks.push(b);
  }
  return { without: median(without), with: median(withHooks), runs, load };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
