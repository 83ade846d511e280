import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { HookedRepository } from "../../src/adapters/hooks/git-hooks.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home, a PATH with a recording `hx`, and git without anybody's configuration. */
export interface Sandbox {
  readonly directory: string;
  readonly env: Record<string, string>;
  run(command: string, argv: readonly string[], options?: { cwd?: string; env?: Record<string, string>; input?: string }): Promise<Ran>;
  git(cwd: string, ...argv: string[]): Promise<string>;
  /** Calls of the recording `hx` so far: arguments, then stdin, one line each. */
  calls(): Promise<readonly string[]>;
  /** Waits until there are so many calls. */
  callsOf(count: number): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** Records its arguments and what it could read from stdin, in one write, after the time in HX_TEST_DELAY. */
const recorder = `#!/bin/sh
p=$(cat)
sleep "\${HX_TEST_DELAY:-0}"
printf '%s|%s\\n' "$*" "$p" >>"$HX_TEST_CALLS"
`;

export async function sandbox(): Promise<Sandbox> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "hx-hooks-")));
  const bin = join(directory, "path");
  await Promise.all([mkdir(bin), mkdir(join(directory, "home"))]);
  await writeFile(join(bin, "hx"), recorder, { mode: 0o755 });
  const record = join(directory, "calls");
  const env = {
    PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    HOME: join(directory, "home"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@invalid",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@invalid",
    HX_TEST_CALLS: record,
  };
  const run: Sandbox["run"] = (command, argv, options = {}) =>
    new Promise((done, failed) => {
      const child = spawn(command, argv, { cwd: options.cwd ?? directory, env: { ...env, ...options.env } });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk) => (stdout += String(chunk)));
      child.stderr.on("data", (chunk) => (stderr += String(chunk)));
      child.on("error", failed);
      child.on("close", (code) => done({ code: code ?? -1, stdout, stderr }));
      child.stdin.on("error", () => undefined);
      child.stdin.end(options.input ?? "");
    });
  const calls = async (): Promise<readonly string[]> => (await readFile(record, "utf8").catch(() => "")).split("\n").slice(0, -1);
  return {
    directory,
    env,
    run,
    calls,
    callsOf: async (count) => {
      for (let waited = 0; waited < 10_000; waited += 20) {
        if ((await calls()).length >= count) break;
        await new Promise((done) => setTimeout(done, 20));
      }
      return calls();
    },
    git: async (cwd, ...argv) => {
      const ran = await run("git", argv, { cwd });
      if (ran.code !== 0) throw new Error(`git ${argv.join(" ")}: ${ran.stderr}`);
      return ran.stdout.trim();
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A repository with one commit and a bare remote `origin`. */
export async function repositoryIn(box: Sandbox, name = "work", init: readonly string[] = []): Promise<string> {
  const directory = join(box.directory, name);
  await box.git(box.directory, "init", "-q", "--bare", `${name}.git`);
  await box.git(box.directory, "init", "-q", "-b", "main", ...init, name);
  await box.git(directory, "remote", "add", "origin", join(box.directory, `${name}.git`));
  await box.git(directory, "commit", "-q", "--allow-empty", "-m", "one");
  return directory;
}

export async function script(path: string, text: string, mode = 0o755): Promise<void> {
  await writeFile(path, text);
  await chmod(path, mode);
}

/** The real git, asked as the port says; the version can be another one. */
export async function hooked(box: Sandbox, cwd: string, version: readonly [number, number] = [2, 39]): Promise<HookedRepository> {
  const ask = (...argv: string[]): Promise<string> => box.git(cwd, ...argv);
  const bare = (await ask("rev-parse", "--is-bare-repository")) === "true";
  const path = async (...argv: string[]): Promise<string> => ask("rev-parse", "--path-format=absolute", ...argv);
  return {
    checkout: {
      top: bare ? null : await ask("rev-parse", "--show-toplevel"),
      gitDirectory: await path("--git-dir"),
      commonDirectory: await path("--git-common-dir"),
      objectFormat: "sha1",
    },
    version: async () => version,
    hooksDirectory: () => path("--git-path", "hooks"),
    config: async (key) => {
      const ran = await box.run("git", ["config", "--get", key], { cwd });
      return ran.code === 0 ? ran.stdout.replace(/\n$/, "") : null;
    },
    setConfig: async (key, value) => {
      await (value === null ? ask("config", "--local", "--unset-all", key) : ask("config", "--local", key, value));
    },
  };
}

/** All files below a directory with mode and bytes, for before and after. */
export async function snapshot(box: Sandbox, directory: string): Promise<string> {
  return new Promise((done, failed) => {
    const list = `find . \\( -type f -o -type l -o -type d \\) -printf '%p %M %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0r sha256sum`;
    execFile("sh", ["-c", list], { cwd: directory, env: box.env }, (error, stdout) => (error === null ? done(stdout) : failed(error)));
  });
}
