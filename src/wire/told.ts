import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hookLogFile } from "../hooks/log.ts";
import type { Settings } from "./settings.ts";

/** What a hook could not do, as its line in the log says, and how the next command tells it. */
const TOLD = [
  { is: (line: string) => line.endsWith(" policy-unseen"), mark: "policy.told", says: (time: string) => `a hook captured nothing (${time}), as a version of the policy was not shown to you yet: hx policy show` },
  { is: (line: string) => line.includes(" pre-push "), mark: "hooks.told", says: (time: string, code: string) => `a push left sessions behind (${time}, ${code}); they wait here: hx sync` },
] as const;

/** What failed in a hook, which says nothing there, is told by the next command: once. */
export async function tellFailedHook(settings: Settings, warn: (text: string) => void): Promise<void> {
  const log = await readFile(hookLogFile(settings.stateDirectory), "utf8").catch(() => "");
  const lines = log.split("\n");
  for (const told of TOLD) {
    // Each failure is of one kind: the first that it fits.
    const failed = lines.findLast((line) => TOLD.find(({ is }) => is(line)) === told);
    if (failed === undefined) continue;
    const mark = join(settings.stateDirectory, told.mark);
    if ((await readFile(mark, "utf8").catch(() => "")) === failed) continue;
    const [time = "", , code = ""] = failed.split(" ");
    warn(told.says(time, code));
    await mkdir(settings.stateDirectory, { recursive: true, mode: 0o700 });
    await writeFile(mark, failed, { mode: 0o600 }).catch(() => undefined);
  }
}
