import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { HxError } from "../../domain/errors.ts";

/** The git program and the environment in which it runs. */
export interface GitProgram {
  readonly git: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Ran {
  /** Exit code; -1 when a signal ended it. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Between asking git's process group to end (so that it removes its lock files) and killing it, in ms. */
const GRACE_MS = 2000;

/**
 * Runs git once, never through a shell, and waits. An exit code other than 0 is not an error here.
 * @throws HxError `git-failed` when git cannot be started, `interrupted` when the signal was aborted
 */
export function run(program: GitProgram, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  if (options.signal?.aborted === true) return Promise.reject(interrupted());
  return new Promise((resolve, reject) => {
    const child = spawn(program.git, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? program.env,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      // A process group of its own: helpers for https and ssh end with it. And no terminal to ask on.
      detached: true,
      windowsHide: true,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let timedOut = false;
    let aborted = false;
    let kill: NodeJS.Timeout | undefined;
    const end = (): void => {
      endGroup(child, "SIGTERM");
      kill ??= setTimeout(() => endGroup(child, "SIGKILL"), GRACE_MS);
    };
    const abort = (): void => {
      aborted = true;
      end();
    };
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, options.timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      clearTimeout(kill);
      options.signal?.removeEventListener("abort", abort);
    };
    options.signal?.addEventListener("abort", abort, { once: true });
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    // Git may end before it has read all: its exit code tells why, not the broken pipe.
    child.stdin?.on("error", () => undefined);
    child.on("error", (cause) => {
      settle();
      reject(cannotStart(program.git, cause));
    });
    child.on("close", (code) => {
      settle();
      if (aborted) return reject(interrupted());
      resolve({ code: code ?? -1, stdout: plain(Buffer.concat(out)), stderr: Buffer.concat(err).toString("utf8"), timedOut });
    });
    if (options.input !== undefined) child.stdin?.end(options.input);
  });
}

/** As `run`, and an exit code other than 0 is an HxError `git-failed`. */
export async function runOrFail(program: GitProgram, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran = await run(program, args, options);
  if (ran.code !== 0) throw gitFailed(args, ran);
  return ran;
}

export function text(ran: Ran): string {
  return Buffer.from(ran.stdout.buffer, ran.stdout.byteOffset, ran.stdout.byteLength).toString("utf8");
}

/** Names the subcommand and repeats what git said, without credentials. */
export function gitFailed(args: readonly string[], ran: Ran): HxError {
  return new HxError("git-failed", `'git ${subcommand(args)}' failed: ${reason(ran)}`, { data: { exit: ran.code } });
}

/** The line in which git says what went wrong, without credentials and without a full stop. */
export function reason(ran: Ran): string {
  if (ran.timedOut) return "it took too long";
  const lines = ran.stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const at = lines.findIndex((line) => /^(fatal|error|remote: error|ERROR):/.test(line));
  // When ssh fails, git knows only that it did; the line before is by ssh.
  const vague = at > 0 && /could not read from remote repository/i.test(lines[at] ?? "");
  const said = lines[vague ? at - 1 : at] ?? lines.at(-1) ?? `exit code ${ran.code}`;
  return printable(withoutCredentials(said.replace(/^(fatal|error): /, "").replace(/\.$/, "")));
}

/** Without control characters: a remote chooses part of what git says, and it ends on somebody's terminal. */
export function printable(said: string): string {
  return said.replace(/[\u0000-\u001f\u007f-\u009f]/g, "");
}

export function withoutCredentials(said: string): string {
  return said.replace(/(:\/\/)[^/@\s']*@/g, "$1");
}

export function cannotStart(git: string, cause: unknown): HxError {
  return new HxError("git-failed", `cannot start '${git}'`, { cause, hints: ["git --version"] });
}

/** Bytes that are a Uint8Array and nothing more, without copying. */
export function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function interrupted(): HxError {
  return new HxError("interrupted", "'git' was interrupted");
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

function subcommand(args: readonly string[]): string {
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    if (argument === "-c" || argument === "-C") i++;
    else if (!argument.startsWith("-")) return argument;
  }
  return args[0] ?? "";
}
