import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hookLogFile } from "../hooks/log.ts";
import type { Settings } from "./settings.ts";

/** A push of sessions that failed in a hook, which says nothing there, is told by the next command: once. */
export async function tellFailedPush(settings: Settings, warn: (text: string) => void): Promise<void> {
  const log = await readFile(hookLogFile(settings.stateDirectory), "utf8").catch(() => "");
  const failed = log.split("\n").findLast((line) => line.includes(" pre-push "));
  if (failed === undefined) return;
  const mark = join(settings.stateDirectory, "hooks.told");
  if ((await readFile(mark, "utf8").catch(() => "")) === failed) return;
  const [time, , code] = failed.split(" ");
  warn(`a push left sessions behind (${time ?? ""}, ${code ?? ""}); they wait here: hx sync`);
  await mkdir(settings.stateDirectory, { recursive: true, mode: 0o700 });
  await writeFile(mark, failed, { mode: 0o600 }).catch(() => undefined);
}
