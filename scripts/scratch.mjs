// Where the tests put their repositories: in memory where that is possible.
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** What all tests that run at a time may need, in bytes: of the place, and of memory beside what the tests themselves take. */
const ROOM = 4 * 2 ** 30;
const FREE = 8 * 2 ** 30;

/**
 * A directory for temporary files, new and empty. In memory, where tests do not wait for a disk at every fsync,
 * unless `TMPDIR` says another place, or there is no room, or nothing may be executed there.
 * @returns {Promise<{ path: string, remove: () => Promise<void> }>}
 */
export async function scratch() {
  const named = process.env.TMPDIR !== undefined && process.env.TMPDIR !== "";
  const path = (named ? null : await inMemory()) ?? (await mkdtemp(join(tmpdir(), "hx-suite-")));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** @returns {Promise<string | null>} */
async function inMemory() {
  if (freemem() < FREE) return null;
  const path = await statfs(MEMORY).then(({ bavail, bsize }) => (bavail * bsize < ROOM ? null : mkdtemp(join(MEMORY, "hx-suite-"))), () => null).catch(() => null);
  if (path === null) return null;
  try {
    const script = join(path, "script");
    await writeFile(script, "#!/bin/sh\n");
    await chmod(script, 0o700);
    execFileSync(script);
    await rm(script);
    return path;
  } catch {
    await rm(path, { recursive: true, force: true });
    return null;
  }
}
