import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHttpRemote, type HttpRemote } from "../test/support/http-remote.ts";
import type { Sandbox } from "../test/support/sandbox.ts";
import { peakMemory, timed, type Call } from "./process.ts";

/** What bench/run.mjs has built. */
export interface Built {
  readonly program: string;
  readonly metafile: { readonly outputs: Readonly<Record<string, { readonly bytes: number; readonly imports: readonly { readonly path: string; readonly kind: string }[] }>> };
  readonly preload: string;
}

/** One person's machine with one connected repository, and its remote behind HTTP. All below a temporary directory. */
export interface World {
  readonly root: string;
  readonly work: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly remote: HttpRemote;
  /** Where the agent keeps the transcripts of this repository. */
  readonly store: string;
  readonly bin: string;
  git(...args: string[]): Promise<string>;
  hx(...args: string[]): Call;
  run(...args: string[]): Promise<{ readonly ms: number; readonly out: string }>;
  peak(...args: string[]): Promise<number>;
  /** Another checkout of the same repository, with the same identity. */
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Connect the repository; true when absent. */
  readonly connect?: boolean;
  /** Directory for everything; the system's temporary one when absent. */
  readonly below?: string;
}

export async function makeWorld(built: Built, options: WorldOptions = {}): Promise<World> {
  const root = await realpath(await mkdtemp(join(options.below ?? tmpdir(), "hx-bench-")));
  const home = join(root, "home");
  const work = join(root, "work");
  const bin = join(root, "bin");
  await mkdir(home);
  await mkdir(bin);
  const entry = join(built.program, "bin", "hx.js");
  await writeFile(join(bin, "hx"), `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`, { mode: 0o755 });
  const env = environment(root, home, bin);
  const git = async (...args: string[]): Promise<string> => (await timed({ command: "git", args, cwd: work, env })).out.trimEnd();
  const remote = await startHttpRemote(serverSandbox(root, env));
  await timed({ command: "git", args: ["init", "-q", "-b", "main", work], cwd: root, env });
  await git("remote", "add", "origin", remote.url);
  await writeFile(join(work, "a.txt"), "hello\n");
  await git("add", ".");
  await git("commit", "-q", "-m", "one");
  await git("push", "-q", "origin", "HEAD:main");
  const hx = (...args: string[]): Call => ({ command: process.execPath, args: [entry, ...args], cwd: work, env });
  const world: World = {
    root,
    work,
    home,
    env,
    remote,
    bin,
    store: join(home, ".claude", "projects", work.replaceAll(/[^A-Za-z0-9]/g, "-")),
    git,
    hx,
    run: (...args) => timed(hx(...args)),
    peak: (...args) => peakMemory(hx(...args), built.preload, root),
    async close() {
      await remote.close();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await mkdir(world.store, { recursive: true });
  if (options.connect !== false) await connect(world);
  return world;
}

async function connect(world: World): Promise<void> {
  await world.run("identity", "new", "--no-passphrase", "--phrase-file", join(world.root, "phrase"), "--no-phrase-check", "--yes");
  await world.run("init", "--yes", "--throwaway-ok");
  await world.git("add", ".hx");
  await world.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "connect hx");
  await world.git("-c", "core.hooksPath=/dev/null", "push", "-q", "origin", "HEAD:main");
}

function environment(root: string, home: string, bin: string): Record<string, string> {
  return {
    PATH: `${bin}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
    HOME: home,
    HX_CONFIG_DIR: join(root, "config"),
    HX_STATE_DIR: join(root, "state"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.com",
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Ada",
    GIT_CONFIG_KEY_1: "user.email",
    GIT_CONFIG_VALUE_1: "ada@example.com",
    LC_ALL: "C",
    TZ: "UTC",
  };
}

/** What the HTTP remote of the tests needs of their sandbox. */
function serverSandbox(root: string, env: Readonly<Record<string, string>>): Sandbox {
  const git = async (cwd: string, ...args: string[]): Promise<string> => (await timed({ command: "git", args, cwd, env })).out.trimEnd();
  const refuse = (): never => {
    throw new Error("the bench has no such need");
  };
  return {
    root,
    env,
    path: (...parts) => join(root, ...parts),
    git,
    tryGit: refuse,
    gitWithInput: refuse,
    async makeRepo(options) {
      const directory = join(root, options?.name ?? "remote.git");
      await git(root, "init", "-q", "--bare", "-b", "main", directory);
      await git(directory, "config", "uploadpack.allowAnySHA1InWant", "true");
      return directory;
    },
    remove: async () => undefined,
  };
}
