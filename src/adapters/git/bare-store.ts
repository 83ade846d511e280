import { appendFile, chmod, mkdir, mkdtemp, readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Store } from "../../ports/git.ts";
import type { ObjectFormat } from "./encode.ts";
import { runOrFail } from "./run.ts";
import type { GitProgram } from "./run.ts";
import { gitStore } from "./store.ts";

/** Nothing runs by itself in a store of hx, and it keeps no history of its refs, nor a graph of commits that come and go. */
const CONFIG = `[gc]
	auto = 0
	writeCommitGraph = false
[maintenance]
	auto = false
[core]
	logAllRefUpdates = false
	commitGraph = false
`;

/** @throws HxError `git-failed` when the directory holds a store of another object format */
export async function bareStore(program: GitProgram, directory: string, objectFormat: ObjectFormat): Promise<Store> {
  const there = (await formatOf(directory)) ?? (await make(program, directory, objectFormat));
  if (there !== objectFormat) throw new HxError("git-failed", `the store '${directory}' is ${there}, not ${objectFormat}`);
  return gitStore(program, await realpath(directory), objectFormat);
}

/** Null where there is no store. Read from the file: this happens in every command. */
async function formatOf(directory: string): Promise<ObjectFormat | null> {
  const config = await readFile(join(directory, "config"), "utf8").catch(() => null);
  if (config === null) return null;
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? "sha256" : "sha1";
}

/** Made beside its place and renamed, so that a store is there whole or not at all, and two makers do no harm. */
async function make(program: GitProgram, directory: string, objectFormat: ObjectFormat): Promise<ObjectFormat> {
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  const temporary = await mkdtemp(`${directory}.`);
  try {
    await chmod(temporary, 0o700);
    await runOrFail(program, ["init", "--quiet", "--bare", "--template=", `--object-format=${objectFormat}`, temporary]);
    await appendFile(join(temporary, "config"), CONFIG);
    await rename(temporary, directory);
    return objectFormat;
  } catch (error) {
    const other = await formatOf(directory);
    if (other === null) throw error;
    return other;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
