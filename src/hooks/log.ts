import { appendFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a hook could not do. No path, no id, no message: nothing of the user. */
export interface HookFailure {
  /** `post-commit`, `pre-push`, or `agent`. */
  readonly hook: string;
  /** An ErrorCode, the `code` of a system error, or `internal`. */
  readonly code: string;
}

/** Bytes above which the older half of the log goes. */
export const logLimit = 32 * 1024;

export function hookLogFile(stateDirectory: string): string {
  return join(stateDirectory, "hooks.log");
}

/** Adds one line, `<time> <hook> <code>`, time in UTC to the second. Mode 0600. Never throws: nobody would read it. */
export async function logFailure(stateDirectory: string, failure: HookFailure, now: Date): Promise<void> {
  const file = hookLogFile(stateDirectory);
  const line = `${now.toISOString().slice(0, 19)}Z ${failure.hook} ${failure.code}\n`;
  try {
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
    const size = await stat(file).then((found) => found.size, () => 0);
    if (size + line.length > logLimit) await dropOlderHalf(file);
    await appendFile(file, line, { mode: 0o600 });
  } catch {
    // A full disk is no reason to disturb a commit.
  }
}

async function dropOlderHalf(file: string): Promise<void> {
  const lines = (await readFile(file, "latin1")).slice(-logLimit / 2).split("\n").slice(1);
  await writeFile(`${file}.new`, lines.join("\n"), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
