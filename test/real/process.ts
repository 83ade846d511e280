import { spawn } from "node:child_process";

export interface Task {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing of this process is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
  /** ms, after which its whole process group is killed; three minutes when not given. */
  readonly limit?: number;
}

export interface Ended {
  /** -1 when it was killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export function start(task: Task): Promise<Ended> {
  return new Promise((done, failed) => {
    const started = performance.now();
    const child = spawn(task.command, task.args, { cwd: task.cwd, env: task.env, stdio: ["pipe", "pipe", "pipe"], detached: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => child.pid !== undefined && killGroup(child.pid), task.limit ?? 180_000);
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.on("error", failed);
    // Not `close`: what an agent leaves behind may hold its output open.
    child.on("exit", (code) => {
      clearTimeout(timer);
      const ms = performance.now() - started;
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        done({ code: code ?? -1, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(err).toString("utf8"), ms });
      }, 50);
    });
    child.stdin.end(task.input ?? "");
  });
}

/** As {@link start}, but what fails is thrown. @returns standard output */
export async function must(task: Task): Promise<string> {
  const ended = await start(task);
  if (ended.code !== 0) throw new Error(failure(task, ended));
  return ended.stdout;
}

/** The command and the end of what it said, for people. */
export function failure({ command, args }: Pick<Task, "command" | "args">, { code, stdout, stderr }: Ended): string {
  const line = [command.split("/").at(-1), ...args].join(" ");
  return `${line.slice(0, 400)}\nended with ${code}\n${stderr.trim().slice(-1500)}\n${stdout.trim().slice(-1500)}`.trim();
}

/** A process with all that it started, as far as it stayed together. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}
