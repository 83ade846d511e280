import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Whether a directory lies in a working tree or git directory at all. A look at a few names, so that an agent's
 * hook outside of any repository ends before anything else of hx is loaded.
 */
export async function repositoryNear(directory: string): Promise<boolean> {
  for (let at = directory; ; at = dirname(at)) {
    const names = [join(at, ".git"), join(at, "HEAD")];
    const found = await Promise.all(names.map((name) => stat(name).then(() => true, () => false)));
    if (found.includes(true)) return true;
    if (dirname(at) === at) return false;
  }
}
