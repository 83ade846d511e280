import { writeSync } from "node:fs";
import { runActions, type Run } from "./actions.ts";
import type { Step } from "./steps.ts";

/** What a child is told. */
export interface Order extends Omit<Run, "env"> {
  /** The step, from 1 on, at which it kills itself. */
  readonly killAt?: number;
  /** When it kills itself: before the write begins, or so many ms after it began. */
  readonly duringMs?: number;
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
let count = 0;

const die = (): Promise<never> => {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
};

const step: Step = async (name, work) => {
  count += 1;
  writeSync(1, `step ${name}\n`);
  if (count !== order.killAt) return work();
  if (order.duringMs === undefined) return die();
  const begun = work();
  begun.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, order.duringMs));
  return die();
};

writeSync(1, "ready\n");
await runActions({ ...order, env: process.env }, step);
writeSync(1, "done\n");
process.exit(0);
