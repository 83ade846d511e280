import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandEnvironment } from "../adapters/git/environment.ts";
import { blockLines } from "../adapters/hooks/hook-file.ts";
import { gitHookCommand, gitHookLines, shellWord, type GitEvent } from "../adapters/hooks/shell.ts";
import type { Repository } from "../ports/git.ts";
import type { Settings } from "./settings.ts";

/** How long lines that start hx in the background may take to do so, ms. */
const PATIENCE = 5000;

/** Lines of hx as they stand in a hook of this repository, or null where they cannot be told from the rest. */
export async function installedLines(repository: Repository, where: string): Promise<readonly string[] | null> {
  const command = where.startsWith("hook.") ? await repository.config(`${where}.command`) : null;
  if (command !== null) return [`${command} "$@"`];
  const text = await readFile(where, "utf8").catch(() => null);
  return text === null ? null : blockLines(text);
}

/**
 * Fires lines of a hook by a commit (or push) in a throwaway repository, with a stand-in for hx in front of the PATH.
 * The user's own hooks are not in it, because a probe must not do what they do; nor is any configuration of the user or the machine.
 * @returns whether the stand-in was called, as hx would have been
 */
export async function linesFire(settings: Settings, event: GitEvent, lines: readonly string[]): Promise<boolean> {
  const root = await mkdtemp(join(tmpdir(), "hx-doctor-"));
  try {
    const { program, fired, work } = await prepare(root);
    const asWritten = shellWord(settings.hxCommand);
    // An absolute command would go past the stand-in; `hx` is found on the PATH, as a hook finds it.
    const text = settings.hxCommand.includes("/") ? lines.join("\n").replaceAll(asWritten, shellWord(program)) : lines.join("\n");
    const name = settings.hxCommand.includes("/") ? "hx" : settings.hxCommand;
    if (name !== "hx") await writeFile(join(root, "bin", name), await readFile(program), { mode: 0o755 });
    await writeFile(join(work, ".git", "hooks", event), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    await chmod(join(work, ".git", "hooks", event), 0o755);
    const env = probeEnvironment(settings, root);
    await git(env, work, "commit", "--quiet", "--allow-empty", "--message=probe");
    if (event === "pre-push") await git(env, work, "push", "--quiet", join(root, "remote.git"), "HEAD:refs/heads/probe");
    return await appears(fired, `hook git ${event}`);
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async function prepare(directory: string): Promise<{ program: string; fired: string; work: string }> {
    const [bin, work, fired] = [join(directory, "bin"), join(directory, "work"), join(directory, "fired")];
    const program = join(bin, "hx");
    await mkdir(bin);
    await mkdir(join(directory, "home"));
    await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$*" > ${shellWord(`${fired}.new`)} && mv ${shellWord(`${fired}.new`)} ${shellWord(fired)}\n`, { mode: 0o755 });
    await chmod(program, 0o755);
    const env = probeEnvironment(settings, directory);
    await git(env, directory, "init", "--quiet", "--template=", work);
    await git(env, directory, "init", "--quiet", "--template=", "--bare", join(directory, "remote.git"));
    await mkdir(join(work, ".git", "hooks"), { recursive: true });
    return { program, fired, work };
  }
}

/** The lines that hx would write, where those in place cannot be told apart. */
export function expectedLines(settings: Settings, event: GitEvent, byConfig: boolean): readonly string[] {
  return byConfig ? [`${gitHookCommand(event, settings.hxCommand)} "$@"`] : gitHookLines(event, settings.hxCommand);
}

/** What `sh -n` says against a hook, or null. */
export async function shellComplaint(settings: Settings, path: string): Promise<string | null> {
  const ran = await started("sh", ["-n", path], commandEnvironment(settings.env), tmpdir());
  return ran.code === 0 ? null : (ran.stderr.trim().split("\n")[0] ?? "it does not parse");
}

function probeEnvironment(settings: Settings, root: string): Record<string, string> {
  const env = commandEnvironment(settings.env);
  for (const name of Object.keys(env)) if (/^(GIT_CONFIG|GIT_AUTHOR|GIT_COMMITTER|GIT_TRACE|HX_)/.test(name)) delete env[name];
  const author = { NAME: "hx doctor", EMAIL: "hx@invalid" };
  return {
    ...env,
    PATH: `${join(root, "bin")}:${env["PATH"] ?? "/usr/bin:/bin"}`,
    HOME: join(root, "home"),
    XDG_CONFIG_HOME: join(root, "home"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: author.NAME,
    GIT_AUTHOR_EMAIL: author.EMAIL,
    GIT_COMMITTER_NAME: author.NAME,
    GIT_COMMITTER_EMAIL: author.EMAIL,
  };
}

async function git(env: Record<string, string>, cwd: string, ...args: readonly string[]): Promise<void> {
  const ran = await started("git", args, env, cwd);
  if (ran.code !== 0) throw new Error(`'git ${args[0] ?? ""}' failed in a throwaway repository: ${ran.stderr.trim().split("\n").at(-1) ?? ""}`);
}

function started(program: string, args: readonly string[], env: Record<string, string>, cwd: string): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, [...args], { env, cwd, timeout: 20_000 }, (error, _, stderr) => resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stderr }));
  });
}

async function appears(path: string, text: string): Promise<boolean> {
  for (const deadline = performance.now() + PATIENCE; ; await sleep(25)) {
    const found = await readFile(path, "utf8").catch(() => null);
    if (found !== null) return found.startsWith(text);
    if (performance.now() > deadline) return false;
  }
}
