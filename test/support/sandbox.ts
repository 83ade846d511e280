import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface GitOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary directory with a home and a git that knows no configuration of the user or the machine. */
export interface Sandbox {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  path(...parts: string[]): string;
  /** Runs git; rejects unless it succeeds. Standard output without the last line end. */
  git(cwd: string, ...args: string[]): Promise<string>;
  /** Runs git and tells how it ended. */
  tryGit(cwd: string, ...args: string[]): Promise<GitOutput>;
  /** Runs git with input. */
  gitWithInput(cwd: string, input: string | Uint8Array, ...args: string[]): Promise<string>;
  makeRepo(options?: RepoOptions): Promise<string>;
  remove(): Promise<void>;
}

export interface RepoOptions {
  readonly name?: string;
  readonly objectFormat?: "sha1" | "sha256";
  readonly bare?: boolean;
}

export async function makeSandbox(): Promise<Sandbox> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "hx-test-")));
  const home = join(root, "home");
  await mkdir(home);
  const env = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Ann Author",
    GIT_AUTHOR_EMAIL: "ann@example.com",
    GIT_COMMITTER_NAME: "Ann Author",
    GIT_COMMITTER_EMAIL: "ann@example.com",
    LC_ALL: "C",
    TZ: "UTC",
  };
  const tryGit = (cwd: string, args: readonly string[], input?: string | Uint8Array): Promise<GitOutput> =>
    new Promise((resolve) => {
      const child = execFile("git", args, { cwd, env, maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input ?? "");
    });
  const git = async (cwd: string, args: readonly string[], input?: string | Uint8Array): Promise<string> => {
    const { code, stdout, stderr } = await tryGit(cwd, args, input);
    if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout.replace(/\n$/, "");
  };
  let made = 0;
  return {
    root,
    env,
    path: (...parts) => join(root, ...parts),
    git: (cwd, ...args) => git(cwd, args),
    tryGit: (cwd, ...args) => tryGit(cwd, args),
    gitWithInput: (cwd, input, ...args) => git(cwd, args, input),
    async makeRepo(options = {}) {
      const directory = join(root, options.name ?? `repo-${++made}`);
      const bare = options.bare === true ? ["--bare"] : [];
      await git(root, ["init", "-q", "-b", "main", `--object-format=${options.objectFormat ?? "sha1"}`, ...bare, directory]);
      return directory;
    },
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
