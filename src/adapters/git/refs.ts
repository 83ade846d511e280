import { HxError } from "../../domain/errors.ts";
import { isOid, isRefName, refName } from "../../domain/ids.ts";
import type { Oid, RefName } from "../../domain/ids.ts";
import type { Refs, RefUpdate } from "../../ports/git.ts";
import { configArguments } from "./environment.ts";
import type { ConfigPair } from "./environment.ts";
import { refFiles } from "./ref-files.ts";
import { gitFailed, run, runOrFail, text } from "./run.ts";
import type { GitProgram } from "./run.ts";

/** No hook of the user, and no reflog: it would keep hours and superseded wraps. */
const QUIET: readonly ConfigPair[] = [["core.hooksPath", "/dev/null"], ["core.logAllRefUpdates", "false"]];

// What git says when the old value did not hold, or somebody else holds the lock.
const LOST =
  /but expected|reference already exists|unable to resolve reference|reference is missing|unable to create '[^']*\.lock': file exists|incorrect old value|multiple updates for ref/i;

export function gitRefs(program: GitProgram, directory: string): Refs {
  const files = refFiles(directory);
  const gitDir = `--git-dir=${directory}`;
  return {
    async read(ref) {
      const there = (await files.usable()) ? await files.read(ref) : undefined;
      if (there !== undefined) return there;
      const ran = await run(program, [gitDir, "rev-parse", "--verify", "--quiet", "--end-of-options", ref]);
      const value = text(ran).trim();
      return ran.code === 0 && isOid(value) ? value : null;
    },
    async list(prefix) {
      const there = (await files.usable()) ? await files.list(prefix) : undefined;
      return there ?? (await listByGit(program, gitDir, prefix));
    },
    async update(updates) {
      if (updates.length === 0) return true;
      const input = `start\n${updates.map(command).join("")}prepare\ncommit\n`;
      const ran = await run(program, [...configArguments(QUIET), gitDir, "update-ref", "--no-deref", "--stdin"], { input });
      if (ran.code === 0) return true;
      if (LOST.test(ran.stderr)) return false;
      throw gitFailed(["update-ref"], ran);
    },
  };
}

async function listByGit(program: GitProgram, gitDir: string, prefix: string): Promise<ReadonlyMap<RefName, Oid>> {
  const below = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const ran = await runOrFail(program, [gitDir, "for-each-ref", "--format=%(objectname) %(refname)", below]);
  return parseRefs(text(ran), " ", prefix);
}

/** Lines of object id, separator and ref name; only refs that begin with the prefix. */
export function parseRefs(lines: string, separator: string, prefix: string): ReadonlyMap<RefName, Oid> {
  const refs = new Map<RefName, Oid>();
  for (const line of lines.split("\n")) {
    const at = line.indexOf(separator);
    const oid = line.slice(0, at);
    const name = line.slice(at + separator.length);
    if (at > 0 && isOid(oid) && name.startsWith(prefix) && isRefName(name)) refs.set(refName(name), oid);
  }
  return refs;
}

function command({ ref, from, to }: RefUpdate): string {
  if (!isRefName(ref)) throw new HxError("internal", `not a ref name: '${ref}'`);
  if (from === null && to === null) return `verify ${ref}\n`;
  if (from === null) return `create ${ref} ${to}\n`;
  if (to === null) return `delete ${ref} ${from}\n`;
  return `update ${ref} ${to} ${from}\n`;
}
