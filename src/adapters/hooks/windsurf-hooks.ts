import type { HookPlace } from "../../ports/hooks.ts";
import { settingsPlace } from "./settings-place.ts";
import { agentHookCommand } from "./shell.ts";

export interface WindsurfHooksOptions {
  /** Absolute: `~/.codeium/windsurf/hooks.json`, or `.windsurf/hooks.json` of a project. */
  readonly hooksPath: string;
  /** The project's hooks: `.windsurf` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** Each turn's end. Without a hook for this event Windsurf writes no transcript at all. */
export const windsurfEvents = ["post_cascade_response_with_transcript"] as const;

/** Hooks of Windsurf. It knows no time limit for them. */
export function windsurfHooks(options: WindsurfHooksOptions): HookPlace {
  const command = agentHookCommand("windsurf", options.hxCommand);
  return settingsPlace({
    name: "windsurf",
    path: options.hooksPath,
    hooks: windsurfEvents.map((event) => ({ event, command, timeout: 0, flat: { show_output: false } })),
    makeDirectory: options.project,
    judge: async () => ({ state: "installed" }),
  });
}
