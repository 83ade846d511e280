import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { builtProgram } from "../support-build/build.ts";
import { startHttpRemote, type Faults } from "../support/http-remote.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { freely, runActions, type Action, type Run } from "./actions.ts";
import type { Order } from "./child.ts";

const exec = promisify(execFile);
/** What a snapshot holds. */
const PLACES = ["home", "config", "state", "work", "other", "remote.git"] as const;

/** Built once, however many worlds are made at a time. */
let built: Promise<string> | undefined;

export interface Ended {
  readonly killed: boolean;
  /** Names of the steps that began. */
  readonly steps: readonly string[];
  readonly said: string;
}

/** A connected clone with a bare remote, an identity without passphrase, and an agent's store, all below one directory. */
export interface CrashWorld {
  readonly box: Sandbox;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly work: string;
  /** Directory of the remote. */
  readonly remote: string;
  readonly faults: Faults;
  /** Runs in this process, to the end. */
  run(actions: readonly Action[], more?: Partial<Run>): Promise<void>;
  /** Runs in a process of its own; `killAfterMs` counts from its first sign of life. */
  spawn(order: Omit<Order, "directory"> & { readonly directory?: string }, killAfterMs?: number, env?: Readonly<Record<string, string>>): Promise<Ended>;
  hx(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  save(name: string): Promise<void>;
  /** Waits for what the killed ones left running, then puts everything back. */
  restore(name: string): Promise<void>;
  quiet(): Promise<void>;
  remove(): Promise<void>;
}

export interface CrashWorldOptions {
  /** The remote is reached over HTTP. */
  readonly http?: boolean;
}

export async function makeCrashWorld(options: CrashWorldOptions = {}): Promise<CrashWorld> {
  const box = await makeSandbox();
  const http = options.http === true ? await startHttpRemote(box) : null;
  const env = { ...box.env, HX_CONFIG_DIR: box.path("config"), HX_STATE_DIR: box.path("state") };
  const [home, work, child] = [box.path("home"), box.path("work"), box.path("child.mjs")];
  const remote = http?.directory ?? (await box.makeRepo({ name: "remote.git", bare: true }));
  await box.git(remote, "config", "uploadpack.allowFilter", "true");
  await box.git(remote, "config", "uploadpack.allowAnySHA1InWant", "true");
  await box.git(remote, "config", "receive.fsckObjects", "true");
  await box.git(remote, "config", "gc.auto", "0");
  await box.makeRepo({ name: "work" });
  await box.git(work, "config", "gc.auto", "0");
  await box.git(work, "remote", "add", "origin", http?.url ?? remote);
  await box.git(work, "commit", "-q", "--allow-empty", "-m", "first");
  await box.git(work, "push", "-q", "-u", "origin", "main");
  const program = await (built ??= builtProgram());
  const hx: CrashWorld["hx"] = (...args) =>
    new Promise((resolve) => {
      const started = execFile(process.execPath, [program, ...args], { cwd: work, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
      });
      started.stdin?.end();
    });
  for (const args of [
    ["identity", "new", "--no-passphrase", "--phrase-file", box.path("phrase"), "--no-phrase-check", "--yes"],
    ["init", "--yes", "--throwaway-ok", "--no-hooks", "--name", "Ann", "--email", "ann@example.com"],
  ]) {
    const { code, stderr } = await hx(...args);
    if (code !== 0) throw new Error(`hx ${args.join(" ")} ended with ${code}: ${stderr}`);
  }
  await box.git(work, "add", ".hx");
  await box.git(work, "commit", "-q", "-m", "connect");
  await box.git(work, "push", "-q", "origin", "main");
  await bundle(child);

  const quiet = (): Promise<void> => nobodyIn(box.root);
  return {
    box,
    env,
    home,
    work,
    remote,
    faults: http?.faults ?? {},
    hx,
    quiet,
    run: (actions, more = {}) => runActions({ directory: work, env, actions, ...more }, freely),
    spawn: (order, killAfterMs, more = {}) => spawnChild(child, { directory: work, ...order }, { ...env, ...more }, killAfterMs),
    async remove() {
      await http?.close();
      await quiet();
      await box.remove();
    },
    async save(name) {
      await quiet();
      await mkdir(box.path("saved"), { recursive: true });
      await rm(box.path("saved", name), { recursive: true, force: true });
      await mkdir(box.path("saved", name));
      const present = (await Promise.all(PLACES.map(async (place) => ((await stat(box.path(place)).catch(() => null)) === null ? [] : [box.path(place)])))).flat();
      await exec("cp", ["-a", ...present, box.path("saved", name)]);
    },
    async restore(name) {
      await quiet();
      await exec("rm", ["-rf", ...PLACES.map((place) => box.path(place))]);
      const from = box.path("saved", name);
      await exec("cp", ["-a", ...(await readdir(from)).map((place) => join(from, place)), box.root]);
    },
  };
}

async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("child.ts", import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    mainFields: ["module", "main"],
    external: ["@napi-rs/keyring"],
    banner: { js: 'import { createRequire as hxCreateRequire } from "node:module"; const require = hxCreateRequire(import.meta.url);' },
    logLevel: "error",
  });
}

function spawnChild(child: string, order: Order, env: Readonly<Record<string, string>>, killAfterMs: number | undefined): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const started = spawn(process.execPath, [child, JSON.stringify(order)], { env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let said = "";
    let timer: NodeJS.Timeout | undefined;
    started.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (killAfterMs !== undefined) timer ??= setTimeout(() => started.kill("SIGKILL"), killAfterMs);
    });
    started.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    started.on("error", reject);
    started.on("exit", (code, signal) => {
      clearTimeout(timer);
      const steps = out.split("\n").flatMap((line) => (line.startsWith("step ") ? [line.slice(5)] : []));
      if (signal === "SIGKILL") return resolve({ killed: true, steps, said });
      if (code === 0 && out.endsWith("done\n")) return resolve({ killed: false, steps, said });
      reject(new Error(`the child ended with ${code ?? signal}: ${said}`));
    });
  });
}

/** Git processes of a killed child go on for a while: they are known by their home. */
async function nobodyIn(root: string): Promise<void> {
  const theirs = Buffer.from(`HOME=${join(root, "home")}`);
  for (let round = 0; round < 1000; round++) {
    if (!processes().some((pid) => environmentOf(pid)?.includes(theirs) === true)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`something still runs in '${root}'`);
}

function processes(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  } catch {
    return [];
  }
}

/** Null where the process has ended, or is somebody else's. */
function environmentOf(pid: string): Buffer | null {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return null;
  }
}
