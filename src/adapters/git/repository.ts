import { realpath } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import { isOid } from "../../domain/ids.ts";
import type { Checkout, Repository } from "../../ports/git.ts";
import { readRemotes } from "./remotes.ts";
import { gitFailed, plain, run, runOrFail, text } from "./run.ts";
import type { GitProgram } from "./run.ts";
import { gitStore } from "./store.ts";
import { wantedToFetch } from "./lazy-fetch.ts";

const BRANCHES = "refs/heads/";
/** `git config` when there is no such key. */
const ABSENT = 5;

export function gitRepository(program: GitProgram, checkout: Checkout): Repository {
  const here = { cwd: checkout.top ?? checkout.gitDirectory };
  const gitDir = `--git-dir=${checkout.gitDirectory}`;
  const symbolicRef = async (ref: string): Promise<string | null> => {
    const ran = await run(program, [gitDir, "symbolic-ref", "--quiet", ref]);
    return ran.code === 0 ? text(ran).trimEnd() : null;
  };
  const config = async (key: string): Promise<string | null> => {
    const ran = await run(program, [gitDir, "config", "--null", "--get", key], here);
    return ran.code === 0 ? text(ran).replace(/\0$/, "") : null;
  };
  return {
    checkout,
    store: gitStore(program, checkout.commonDirectory, checkout.objectFormat),
    worktrees: () => worktrees(program, checkout, config),
    remotes: () => readRemotes(program, checkout),
    config,
    async setConfig(key, value) {
      const local = [`--git-dir=${checkout.commonDirectory}`, "config", "--local"];
      if (value !== null) {
        await runOrFail(program, [...local, "--replace-all", key, value]);
        return;
      }
      const ran = await run(program, [...local, "--unset-all", key]);
      if (ran.code !== 0 && ran.code !== ABSENT) throw gitFailed(["config"], ran);
    },
    fileAt: (revision, path) => fileAt(program, gitDir, revision, path),
    async resolve(revision) {
      const ran = await run(program, [gitDir, "rev-parse", "--verify", "--quiet", "--end-of-options", revision]);
      const value = text(ran).trim();
      return ran.code === 0 && isOid(value) ? value : null;
    },
    symbolicRef,
    async hooksDirectory() {
      // Asked without --git-dir, from the top: a relative `core.hooksPath` counts from there.
      const ran = await runOrFail(program, ["rev-parse", "--path-format=absolute", "--git-path", "hooks"], here);
      return text(ran).trimEnd();
    },
    async version() {
      const [, major, minor] = /(\d+)\.(\d+)/.exec(text(await runOrFail(program, ["--version"]))) ?? [];
      return [Number(major ?? 0), Number(minor ?? 0)];
    },
    async currentBranch() {
      const head = await symbolicRef("HEAD");
      return head?.startsWith(BRANCHES) === true ? head.slice(BRANCHES.length) : null;
    },
  };
}

async function worktrees(
  program: GitProgram,
  checkout: Checkout,
  config: (key: string) => Promise<string | null>,
): Promise<readonly string[]> {
  const list = [`--git-dir=${checkout.gitDirectory}`, "worktree", "list", "--porcelain"];
  const zeros = await run(program, [...list, "-z"]);
  // Git before 2.36 has no -z.
  const ran = zeros.code === 129 ? await runOrFail(program, list) : zeros;
  const blocks = text(ran).split(zeros.code === 129 ? "\n\n" : "\0\0");
  const found = new Set<string>(checkout.top === null ? [] : [checkout.top]);
  for (const block of blocks) {
    const lines = block.split(zeros.code === 129 ? "\n" : "\0");
    const path = lines.find((line) => line.startsWith("worktree "))?.slice("worktree ".length);
    if (path === undefined || lines.includes("bare")) continue;
    const real = await realOr(path);
    // A git directory kept apart (a submodule, --separate-git-dir) is listed in the place of its working tree.
    if (real !== checkout.commonDirectory) found.add(real);
    else {
      const top = await config("core.worktree");
      if (top !== null) found.add(await realOr(isAbsolute(top) ? top : resolve(checkout.commonDirectory, top)));
    }
  }
  return [...found];
}

async function realOr(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** As it lies in git: no filter, no line ends changed, nothing fetched. */
async function fileAt(program: GitProgram, gitDir: string, revision: string, path: string): Promise<Uint8Array | null> {
  if (/[\n\0]/.test(revision + path)) return null;
  const args = [gitDir, "cat-file", "--batch"];
  const ran = await run(program, args, { input: `${revision}:${path}\n` });
  if (wantedToFetch(ran.stderr)) {
    throw new HxError("missing-object", `'${path}' of '${revision}' is not present in this partial clone`, {
      hints: [`git show '${revision}:${path}'`],
    });
  }
  const end = ran.stdout.indexOf(10);
  const [, type, size] = Buffer.from(ran.stdout.subarray(0, Math.max(0, end))).toString("utf8").split(" ").slice(-3);
  if (ran.code !== 0 || type !== "blob") return null;
  return plain(ran.stdout.subarray(end + 1, end + 1 + Number(size)));
}
