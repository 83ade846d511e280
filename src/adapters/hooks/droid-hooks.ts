import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HookEntry, HookPlace } from "../../ports/hooks.ts";
import { settingsPlace } from "./settings-place.ts";
import { agentHookCommand } from "./shell.ts";

export interface DroidHooksOptions {
  /** Absolute: `~/.factory/settings.json`, or `.factory/settings.json` of a project. */
  readonly settingsPath: string;
  /** The project's settings: `.factory` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

export const droidEvents = ["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd"] as const;

/** Seconds. Far more than the hook takes: it returns as soon as it has read its payload. */
const timeout = 10;

/** Hooks of Factory Droid, in its settings: a file with comments, which stay. */
export function droidHooks(options: DroidHooksOptions): HookPlace {
  const command = agentHookCommand("factory-droid", options.hxCommand);
  const directory = dirname(options.settingsPath);

  async function judge(_hook: unknown, text: string): Promise<Pick<HookEntry, "state" | "note">> {
    if (/"hooksDisabled"\s*:\s*true/.test(text)) return { state: "unknown", note: "hooksDisabled is set" };
    for (const other of [join(directory, "hooks.json"), join(directory, "hooks", "hooks.json")]) {
      const isThere = await stat(other).then((found) => found.isFile(), () => false);
      if (isThere) return { state: "unknown", note: `versions of droid that read '${other}' leave the hooks in settings.json out` };
    }
    return { state: "installed" };
  }

  return settingsPlace({
    name: "factory-droid",
    path: options.settingsPath,
    hooks: droidEvents.map((event) => ({ event, command, timeout })),
    makeDirectory: options.project,
    judge,
  });
}
