import type { Checkout, RemoteUrl } from "../../ports/git.ts";
import { runOrFail, text } from "./run.ts";
import type { GitProgram } from "./run.ts";

/** The remotes of a repository, with the URLs that git uses. @throws HxError `git-failed` */
export async function readRemotes(program: GitProgram, { top, gitDirectory }: Checkout): Promise<readonly RemoteUrl[]> {
  return parseRemotes(text(await runOrFail(program, [`--git-dir=${gitDirectory}`, "remote", "--verbose"], { cwd: top ?? gitDirectory })));
}

/** Lines `name TAB url (fetch|push)`: URLs as git uses them, after every rewriting. */
function parseRemotes(listing: string): readonly RemoteUrl[] {
  const remotes = new Map<string, { fetch: string; push: string[] }>();
  for (const line of listing.split("\n")) {
    const [, name, url, direction] = /^([^\t]+)\t(.*) \((fetch|push)\)(?: \[[^\]]*\])?$/.exec(line) ?? [];
    if (name === undefined || url === undefined) continue;
    const remote = remotes.get(name) ?? { fetch: url, push: [] };
    if (direction === "push") remote.push.push(url);
    remotes.set(name, remote);
  }
  return [...remotes].map(([name, { fetch, push }]) => ({ name, fetch, push }));
}
