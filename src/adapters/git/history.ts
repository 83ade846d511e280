import { realpath } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { HxError } from "../../domain/errors.ts";
import { isOid, oid as oidOf, type Oid } from "../../domain/ids.ts";
import type { Checkout } from "../../ports/git.ts";
import type { BlamedLine, CommitFacts, History } from "../../ports/history.ts";
import { addedByPath, unquoted } from "./diff.ts";
import { localEnvironment } from "./environment.ts";
import type { GitOptions } from "./repositories.ts";
import { reason, run, runOrFail, text } from "./run.ts";
import type { GitProgram } from "./run.ts";

/** Programs that verify a signature may wait for something. In ms. */
const TIMEOUT = 20_000;
const MOST_FILES = 200;
const MOST_ADDED = 20_000;
const FACTS = ["%H", "%aN", "%aE", "%at", "%ct", "%G?", "%GS"].join("%x00");

export function gitHistory(options: GitOptions, checkout: Checkout): History {
  const program: GitProgram = { git: options.git ?? "git", env: localEnvironment(options.env ?? {}) };
  const cwd = checkout.top ?? checkout.gitDirectory;
  const here = { cwd, timeoutMs: TIMEOUT };
  const git = (...args: string[]): string[] => [`--git-dir=${checkout.gitDirectory}`, "-c", "core.quotePath=false", "--literal-pathspecs", ...args];
  const tryGit = (...args: string[]): ReturnType<typeof run> => run(program, git(...args), here);
  const ask = async (...args: string[]): Promise<string> => text(await runOrFail(program, git(...args), here));

  return {
    async resolve(revision) {
      if (revision.startsWith("-") || /[\n\0]/.test(revision)) return null;
      const ran = await tryGit("rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
      const found = text(ran).trimEnd();
      return ran.code === 0 && isOid(found) ? found : null;
    },
    async commit(oid) {
      return factsOf(await ask("log", "-1", "--no-show-signature", "--no-color", `--format=${FACTS}`, oid));
    },
    async blame(directory, path, line) {
      const place = await inCheckout(cwd, directory, path);
      const blame = (...revision: string[]): ReturnType<typeof run> => tryGit("blame", "--porcelain", "-L", `${line},${line}`, ...revision, "--", place);
      const now = checkout.top === null ? await blame("HEAD") : await blame();
      const ran = now.code !== 0 && /cannot (stat|lstat) path|no such path/i.test(now.stderr) ? await blame("HEAD") : now;
      if (ran.code !== 0) throw new HxError("not-found", `no line ${line} of '${place}': ${reason(ran)}`, { hints: ["git ls-files"] });
      return blamed(text(ran));
    },
    async addedLines(oid) {
      const against = ["-m", "--first-parent", "--root", "--no-renames", "--no-ext-diff", "--no-textconv", "--format=", "--no-show-signature", "--no-color"];
      const paths = smallest(await ask("log", "-1", ...against, "--numstat", "-z", oid));
      if (paths.length === 0) return new Map();
      return addedByPath(await ask("log", "-1", ...against, "--patch", "--unified=0", "--src-prefix=a/", "--dst-prefix=b/", oid, "--", ...paths));
    },
    async branches(oid) {
      const ran = await tryGit("for-each-ref", `--contains=${oid}`, "--count=500", "--format=%(refname)", "refs/heads", "refs/remotes");
      const names = text(ran).split("\n").filter((name) => name !== "");
      return new Set(names.map((name) => name.replace(/^refs\/(heads|remotes\/[^/]+)\//, "")));
    },
  };
}

function factsOf(line: string): CommitFacts {
  const [oid = "", name = "", email = "", authored = "", committed = "", verdict = "", signer = ""] = line.replace(/\n$/, "").split("\0");
  const kind = verdict === "G" ? "good" : verdict === "N" ? "none" : "doubtful";
  return { oid: oidOf(oid), author: { name, email }, authored: Number(authored) * 1000, committed: Number(committed) * 1000, signature: { kind, signer } };
}

/** @throws HxError `not-found` for a path outside */
async function inCheckout(top: string, directory: string, path: string): Promise<string> {
  const place = relative(top, resolve(await realpath(directory).catch(() => directory), path));
  const absolute = place.startsWith("..") || place === "" ? relative(top, await realpath(resolve(directory, path)).catch(() => top)) : place;
  if (absolute.startsWith("..") || absolute === "") throw new HxError("not-found", `'${path}' is no file of this repository`, { hints: ["git ls-files"] });
  return absolute.split(sep).join("/");
}

function blamed(porcelain: string): BlamedLine | null {
  const lines = porcelain.split("\n");
  const [commit = "", line = ""] = (lines[0] ?? "").split(" ");
  const path = lines.find((one) => one.startsWith("filename "))?.slice("filename ".length);
  if (!isOid(commit) || path === undefined) throw new HxError("git-failed", "'git blame' said something that is not understood");
  return /^0+$/.test(commit) ? null : { commit: commit satisfies Oid, path: unquoted(path), line: Number(line) };
}

/** Paths of the text files that a commit adds lines to, until there is too much to look at. */
function smallest(numstat: string): readonly string[] {
  const paths: string[] = [];
  let sum = 0;
  for (const entry of numstat.split("\0")) {
    const [, added, path] = /^\n?(\d+)\t(?:\d+)\t([\s\S]+)$/.exec(entry) ?? [];
    if (added === undefined || path === undefined || added === "0" || Number(added) > MOST_ADDED - sum) continue;
    sum += Number(added);
    paths.push(path);
    if (paths.length === MOST_FILES) break;
  }
  return paths;
}
