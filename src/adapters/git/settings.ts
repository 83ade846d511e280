import type { ConfigPair } from "./environment.ts";
import { runOrFail, text } from "./run.ts";
import type { GitProgram } from "./run.ts";

// How the user reaches hosts: credentials, headers, proxies, URL rewriting, ssh.
const REACH = /^(http|credential|url|ssh|protocol)\.|^core\.(sshcommand|gitproxy|askpass)$/i;
// Lists: a value adds to those before, an empty one starts anew.
const LIST = /^(http\..*?\.?extraheader|credential\.(.*\.)?helper)$/i;

/** Settings with which the user's repository reaches its remotes. */
export interface Reach {
  /** To be added to the environment of a command in another git directory. */
  readonly pairs: readonly ConfigPair[];
  /** True when the user configured an ssh command of their own. */
  readonly ownSsh: boolean;
}

/**
 * Reads what a command in the user's repository would use, conditional includes and worktree settings too.
 * A command in another git directory sees the global files by itself, so lists are started anew first: else
 * a header would be sent twice.
 */
export async function readReach(program: GitProgram, gitDirectory: string | null, cwd: string | undefined): Promise<Reach> {
  const where = gitDirectory === null ? [] : [`--git-dir=${gitDirectory}`];
  const ran = await runOrFail(program, [...where, "config", "--list", "--show-scope", "--null", "--includes"], cwd === undefined ? {} : { cwd });
  const fields = text(ran).split("\0");
  const resets = new Map<string, ConfigPair>();
  const pairs: ConfigPair[] = [];
  let ownSsh = false;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [scope = "", entry = ""] = [fields[i], fields[i + 1]];
    const line = entry.indexOf("\n");
    const key = line < 0 ? entry : entry.slice(0, line);
    if (!REACH.test(key)) continue;
    if (key === "core.sshcommand") ownSsh = true;
    // `git -c` options reach every command through the environment already.
    if (scope === "command") continue;
    if (LIST.test(key)) resets.set(key, [key, ""]);
    pairs.push([key, line < 0 ? "true" : entry.slice(line + 1)]);
  }
  return { pairs: [...resets.values(), ...pairs], ownSsh };
}
