import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Checkout, Repositories } from "../../ports/git.ts";
import { bareStore } from "./bare-store.ts";
import { localEnvironment, serverEnvironment } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { gitRepository } from "./repository.ts";
import { gitFailed, run, text, withoutCredentials } from "./run.ts";
import type { GitProgram } from "./run.ts";
import { tidyStore } from "./tidy.ts";

export interface GitOptions {
  /** The git program; `git` of the PATH when absent. */
  readonly git?: string;
  /** The environment that hx was started with. */
  readonly env?: Environment;
}

export interface RepositoriesOptions extends GitOptions {
  /** A hook of the server asks: what is being pushed is seen, and git has checked already whose the repository is. */
  readonly server?: boolean;
}

const QUESTIONS = [
  "--is-bare-repository",
  "--show-object-format",
  "--path-format=absolute",
  "--git-dir",
  "--git-common-dir",
  // Last: git ends here where there is no working tree, and has answered the others.
  "--show-toplevel",
];

/** Repositories of the git program. Needs git 2.31 or newer. */
export function gitRepositories(options: RepositoriesOptions = {}): Repositories {
  const server = options.server === true;
  const program: GitProgram = { git: options.git ?? "git", env: (server ? serverEnvironment : localEnvironment)(options.env ?? {}) };
  return {
    async find(directory) {
      const checkout = await findCheckout(program, resolve(directory), server);
      return checkout === null ? null : gitRepository(program, checkout);
    },
    bareStore: (directory, objectFormat) => bareStore(program, resolve(directory), objectFormat),
    tidy: (store) => tidyStore(program, store),
  };
}

/** @throws HxError `git-failed` where git refuses to look: another owner, a bare repository not permitted */
async function findCheckout(program: GitProgram, directory: string, server: boolean): Promise<Checkout | null> {
  const args = [...(server ? [`--git-dir=${directory}`] : ["-C", directory]), "rev-parse", ...QUESTIONS];
  const ran = await run(program, args);
  const [bare, format, gitDirectory, commonDirectory, top] = text(ran).split("\n");
  if (gitDirectory === undefined || commonDirectory === undefined || commonDirectory === "") {
    if (/not a git repository|cannot change to/.test(ran.stderr)) return null;
    throw refusal(ran.stderr, directory) ?? gitFailed(args, ran);
  }
  if (format !== "sha1" && format !== "sha256") throw new HxError("git-failed", `unknown object format '${format}'`);
  return {
    top: bare === "true" || top === undefined || top === "" ? null : await realpath(top),
    gitDirectory: await realpath(gitDirectory),
    commonDirectory: await realpath(commonDirectory),
    objectFormat: format,
  };
}

function refusal(stderr: string, directory: string): HxError | null {
  const owner = /detected dubious ownership in repository at '(.*)'/.exec(stderr) ?? /unsafe repository \('(.*)' is owned/.exec(stderr);
  if (owner !== null) {
    const at = owner[1] ?? directory;
    return new HxError("git-failed", `git does not trust '${at}', which belongs to another user`, {
      hints: [`git config --global --add safe.directory '${at.replaceAll("'", "'\\''")}'`],
    });
  }
  if (/cannot use bare repository/.test(stderr)) {
    return new HxError("git-failed", `git may not use the bare repository '${withoutCredentials(directory)}' (safe.bareRepository)`, {
      hints: ["git config --show-origin safe.bareRepository"],
    });
  }
  return null;
}
