import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "../../ports/git.ts";
import { configArguments } from "./environment.ts";
import { run } from "./run.ts";
import type { GitProgram } from "./run.ts";

/** Packs from which on a store is packed anew: one comes with each fetch, and every look-up goes through all of them. */
const MANY_PACKS = 30;
/** Younger objects may belong to a capture or a fetch that is under way. */
const EXPIRY = "1.hour.ago";

/**
 * Keeps a bare store of hx small: drops what no ref names any more, and joins many packs. A failure is no matter: the next
 * time does it.
 */
export async function tidyStore(program: GitProgram, store: Store): Promise<void> {
  const where = `--git-dir=${store.directory}`;
  await run(program, [where, "prune", `--expire=${EXPIRY}`]);
  const packs = (await readdir(join(store.directory, "objects", "pack")).catch(() => [])).filter((name) => name.endsWith(".pack"));
  if (packs.length < MANY_PACKS) return;
  // What a filter left out is missing on purpose; and ciphertext has no deltas to look for.
  const partial = configArguments([["remote.hx-fetch.promisor", "true"], ["remote.hx-fetch.url", "."]]);
  await run(program, [...partial, where, "repack", "-a", "-d", "-q", "--window=0"]);
}
