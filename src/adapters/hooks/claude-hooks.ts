import type { HookPlace } from "../../ports/hooks.ts";
import { settingsPlace } from "./settings-place.ts";
import { agentHookCommand } from "./shell.ts";

export interface ClaudeHooksOptions {
  /** Absolute: `~/.claude/settings.json`, or `.claude/settings.json` of a project. */
  readonly settingsPath: string;
  /** The project's settings: `.claude` is made there. A person's `~/.claude` is not: without it Claude Code is not here. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** `WorktreeCreate` is never among them: a hook for it replaces git's own making of the worktree. */
export const claudeEvents = ["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd"] as const;

/** Seconds. Far more than the hook takes: it returns as soon as it has read its payload. */
const timeout = 10;

function switchedOff(text: string): boolean {
  return /"disableAllHooks"\s*:\s*true/.test(text);
}

/** Hooks of Claude Code. */
export function claudeHooks(options: ClaudeHooksOptions): HookPlace {
  const command = agentHookCommand("claude-code", options.hxCommand);
  return settingsPlace({
    name: "claude-code",
    path: options.settingsPath,
    hooks: claudeEvents.map((event) => ({ event, command, timeout })),
    makeDirectory: options.project,
    judge: async (_hook, text) => (switchedOff(text) ? { state: "unknown", note: "disableAllHooks is set" } : { state: "installed" }),
  });
}
