import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { median } from "./figure.ts";

export interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a program to its end. @returns wall time, ms, and its standard output */
export function timed(call: Call): Promise<{ readonly ms: number; readonly out: string }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(call.command, call.args, { cwd: call.cwd, env: call.env, stdio: [call.input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin?.end(call.input);
    child.on("error", reject);
    child.on("close", (code) => {
      const took = performance.now() - started;
      if (code === 0) return resolve({ ms: took, out: Buffer.concat(out).toString("utf8") });
      reject(new Error(`${call.command} ${call.args.join(" ").slice(0, 300)} ended with ${code}: ${Buffer.concat(err).toString("utf8").slice(-2000)}`));
    });
  });
}

/** Runs both in turn, A B A B, after one of each that does not count. @returns medians, ms */
export async function paired(n: number, a: () => Promise<number>, b: () => Promise<number>): Promise<{ readonly a: number; readonly b: number }> {
  const first: number[] = [];
  const second: number[] = [];
  await a();
  await b();
  for (let i = 0; i < n; i++) {
    first.push(await a());
    second.push(await b());
  }
  return { a: median(first), b: median(second) };
}

/** Peak memory of a process that runs node, bytes. It is measured in a run of its own: the preload costs time. */
export async function peakMemory(call: Call, preload: string, directory: string): Promise<number> {
  const file = join(directory, "peak");
  await rm(file, { force: true });
  await timed({ ...call, env: { ...call.env, HX_BENCH_PEAK: file, NODE_OPTIONS: `--import=${preload}` } });
  const peaks = (await readFile(file, "utf8")).trim().split("\n").map(Number);
  return Math.max(...peaks) * 1024;
}

/** Whether a program is there to be a peer. */
export async function isThere(program: string): Promise<boolean> {
  return timed({ command: "sh", args: ["-c", `command -v ${program}`], cwd: "/", env: { PATH: process.env["PATH"] ?? "" } }).then(() => true, () => false);
}
