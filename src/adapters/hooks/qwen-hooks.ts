import { parse } from "jsonc-parser";
import type { HookPlace } from "../../ports/hooks.ts";
import { settingsPlace } from "./settings-place.ts";
import { agentHookCommand } from "./shell.ts";

export interface QwenHooksOptions {
  /** Absolute: `~/.qwen/settings.json`, or `.qwen/settings.json` of a project. */
  readonly settingsPath: string;
  /** The project's settings: `.qwen` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

export const qwenEvents = ["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd"] as const;

/** Milliseconds. Far more than the hook takes: it returns as soon as it has read its payload. */
const timeout = 10_000;

/** Hooks of Qwen Code. */
export function qwenHooks(options: QwenHooksOptions): HookPlace {
  const command = agentHookCommand("qwen-code", options.hxCommand);
  return settingsPlace({
    name: "qwen-code",
    path: options.settingsPath,
    hooks: qwenEvents.map((event) => ({ event, command, timeout })),
    makeDirectory: options.project,
    judge: async (_hook, text) => {
      const settings = parse(text) as { readonly disableAllHooks?: unknown } | undefined;
      return settings?.disableAllHooks === true ? { state: "unknown", note: "disableAllHooks is set" } : { state: "installed" };
    },
  });
}
