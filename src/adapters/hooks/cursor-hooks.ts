import type { HookPlace } from "../../ports/hooks.ts";
import { settingsPlace } from "./settings-place.ts";
import { agentHookCommand } from "./shell.ts";

export interface CursorHooksOptions {
  /** Absolute: `~/.cursor/hooks.json`, or `.cursor/hooks.json` of a project. */
  readonly hooksPath: string;
  /** The project's hooks: `.cursor` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** None of them can hold up a tool. */
export const cursorEvents = ["sessionStart", "stop", "subagentStop", "preCompact", "sessionEnd"] as const;

/** Seconds. Far more than the hook takes: it returns as soon as it has read its payload. */
const timeout = 10;

/** Hooks of Cursor, of the editor and of the CLI. */
export function cursorHooks(options: CursorHooksOptions): HookPlace {
  const command = agentHookCommand("cursor", options.hxCommand);
  return settingsPlace({
    name: "cursor",
    path: options.hooksPath,
    head: { version: 1 },
    hooks: cursorEvents.map((event) => ({ event, command, timeout, flat: { timeout } })),
    makeDirectory: options.project,
    judge: async () => ({ state: "installed", ...(options.project ? { note: "cursor runs a project's hooks in workspaces that are trusted" } : {}) }),
  });
}
