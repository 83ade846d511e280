import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { builtProgram } from "../support-build/build.ts";
import { hxInProcess } from "../support/hx-in-process.ts";
import { startHttpRemote, type HttpRemote } from "../support/http-remote.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

/** How a process ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A person's home on one computer: the agents' stores, keys, trust state. Nothing of the real user is in it. */
export interface Machine {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs hx; rejects unless it ends with 0. Standard output. */
  hx(cwd: string, ...args: string[]): Promise<string>;
  /** Runs hx and tells how it ended. */
  tryHx(cwd: string, args: readonly string[], input?: string | Uint8Array, more?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Runs an agent's hook with a payload; tells how it ended. */
  hook(cwd: string, agent: string, payload: unknown): Promise<Ran>;
  git(cwd: string, ...args: string[]): Promise<string>;
}

/** Where people play: machines, and remotes between them. */
export interface JourneyWorld {
  readonly sandbox: Sandbox;
  path(...parts: string[]): string;
  machine(name: string, env?: Readonly<Record<string, string>>): Promise<Machine>;
  /** A bare remote over file or smart HTTP; its URL. */
  remote(kind?: "file" | "http", objectFormat?: "sha1" | "sha256"): Promise<string>;
  close(): Promise<void>;
}

/**
 * @param how `spawned`: the built program, a process for each command. `in-process`: the same commands of the sources, with everything
 * else (git, keys, remotes) as it is; for tests with hundreds of steps.
 */
export async function makeWorld(how: "spawned" | "in-process" = "spawned"): Promise<JourneyWorld> {
  const sandbox = await makeSandbox();
  const program = how === "spawned" ? await builtProgram() : null;
  const servers: HttpRemote[] = [];
  let made = 0;
  return {
    sandbox,
    path: (...parts) => sandbox.path(...parts),
    machine: (name, env) => makeMachine(sandbox, program, name, env ?? {}),
    async remote(kind = "file", objectFormat = "sha1") {
      if (kind === "http") {
        const server = await startHttpRemote(sandbox, { objectFormat });
        servers.push(server);
        return server.url;
      }
      const directory = await sandbox.makeRepo({ name: `remote-${++made}.git`, bare: true, objectFormat });
      for (const key of ["uploadpack.allowFilter", "receive.fsckObjects", "transfer.fsckObjects"]) await sandbox.git(directory, "config", key, "true");
      return directory;
    },
    async close() {
      for (const server of servers) await server.close();
      await sandbox.remove();
    },
  };
}

async function makeMachine(sandbox: Sandbox, program: string | null, name: string, more: Readonly<Record<string, string>>): Promise<Machine> {
  const base = sandbox.path("machines", name);
  const home = join(base, "home");
  const run = join(base, "run");
  for (const directory of [home, run]) await mkdir(directory, { recursive: true });
  await chmod(run, 0o700);
  const env = {
    ...sandbox.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_RUNTIME_DIR: run,
    HX_CONFIG_DIR: join(base, "config"),
    HX_STATE_DIR: join(base, "state"),
    ...more,
  };
  const tryHx: Machine["tryHx"] = (cwd, args, input = "", extra = {}) =>
    program === null ? hxInProcess({ ...env, ...extra }, cwd, args, input) : runProgram(process.execPath, [program, ...args], cwd, { ...env, ...extra }, input);
  return {
    home,
    env,
    tryHx,
    async hx(cwd, ...args) {
      const { code, stdout, stderr } = await tryHx(cwd, args);
      if (code !== 0) throw new Error(`hx ${args.join(" ")} ended with ${code}: ${stderr}`);
      return stdout;
    },
    hook: (cwd, agent, payload) => tryHx(cwd, ["hook", "agent", agent], typeof payload === "string" ? payload : JSON.stringify(payload)),
    async git(cwd, ...args) {
      // A directory that a test forgot would be that of these sources.
      if (!`${cwd}/`.startsWith(`${sandbox.root}/`)) throw new Error(`git ${args.join(" ")} is not of the sandbox: '${cwd}'`);
      const { code, stdout, stderr } = await runProgram("git", args, cwd, env, "");
      if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${stderr}`);
      return stdout.replace(/\n$/, "");
    },
  };
}

function runProgram(command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>, input: string | Uint8Array): Promise<Ran> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.on("error", failed);
    child.on("close", (code) => done({ code: code ?? -1, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(err).toString("utf8") }));
    child.stdin.end(input);
  });
}

/** Flags of `hx init` where nobody answers, and where nothing but the repository is to change. */
export const INIT = ["init", "--yes", "--throwaway-ok", "--no-hooks"] as const;

/** A checkout of a new repository with one commit, pushed, and connected by its first person. */
export async function connectedCheckout(machine: Machine, remote: string, checkout: string, objectFormat: "sha1" | "sha256" = "sha1"): Promise<string> {
  await mkdir(checkout, { recursive: true });
  await machine.git(checkout, "init", "-q", "-b", "main", `--object-format=${objectFormat}`);
  await machine.git(checkout, "remote", "add", "origin", remote);
  await writeFile(join(checkout, "a.txt"), "hi\n");
  await machine.git(checkout, "add", ".");
  await machine.git(checkout, "commit", "-qm", "one");
  await machine.git(checkout, "push", "-q", "origin", "HEAD");
  await machine.hx(checkout, ...INIT);
  await machine.git(checkout, "add", ".hx");
  await machine.git(checkout, "commit", "-qm", "connect");
  await machine.git(checkout, "push", "-q", "origin", "HEAD");
  return checkout;
}

/** A new identity without a passphrase; its recovery phrase in a file. */
export async function newIdentity(machine: Machine, phraseFile: string, lock: readonly string[] = ["--no-passphrase"]): Promise<void> {
  await machine.hx(machine.home, "identity", "new", ...lock, "--phrase-file", phraseFile, "--no-phrase-check", "--yes");
}

/** A computer on which there is nothing but a fresh clone and the recovery phrase. */
export async function recover(machine: Machine, remote: string, checkout: string, phraseFile: string): Promise<void> {
  await mkdir(dirname(checkout), { recursive: true });
  await machine.git(dirname(checkout), "clone", "-q", remote, checkout);
  await machine.hx(checkout, "identity", "restore", "--phrase-file", phraseFile, "--no-passphrase", "--yes");
}

export interface ListRow {
  readonly id: string;
  readonly state: string;
  readonly agent?: string;
  readonly title?: string;
  readonly bytes?: number;
  readonly [key: string]: unknown;
}

/** What `hx list --json` lists. */
export async function list(machine: Machine, cwd: string): Promise<readonly ListRow[]> {
  const { code, stdout, stderr } = await machine.tryHx(cwd, ["list", "--json"]);
  if (code !== 0 && code !== 3) throw new Error(`hx list ended with ${code}: ${stderr}`);
  const value: unknown = JSON.parse(stdout);
  const rows = (value as { readonly sessions?: readonly ListRow[] }).sessions;
  if (rows === undefined) throw new Error("no list of sessions");
  return rows;
}

export async function write(path: string, bytes: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return path;
}

export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8");
}
