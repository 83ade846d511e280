import { parse } from "jsonc-parser";
import type { HookEntry, HookPlace } from "../../ports/hooks.ts";
import { settingsPlace } from "./settings-place.ts";
import type { SettingsHook } from "./settings-text.ts";
import { agentHookCommand } from "./shell.ts";

export interface GeminiHooksOptions {
  /** Absolute: `~/.gemini/settings.json`, or `.gemini/settings.json` of a project. */
  readonly settingsPath: string;
  /** The project's settings: `.gemini` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** `PreCompress` is not among them: it fires before every request to the model. */
export const geminiEvents = ["SessionStart", "AfterAgent", "SessionEnd"] as const;

/** Milliseconds. Far more than the hook takes: it returns as soon as it has read its payload. */
const timeout = 10_000;

/** Hooks of Gemini CLI. What they print is read as JSON, so they print nothing. */
export function geminiHooks(options: GeminiHooksOptions): HookPlace {
  const command = agentHookCommand("gemini-cli", options.hxCommand);
  return settingsPlace({
    name: "gemini-cli",
    path: options.settingsPath,
    hooks: geminiEvents.map((event) => ({ event, command, timeout })),
    makeDirectory: options.project,
    judge: async (hook, text) => judged(hook, text),
  });
}

function judged(hook: SettingsHook, text: string): Pick<HookEntry, "state" | "note"> {
  const settings = parse(text) as { readonly hooksConfig?: { readonly enabled?: unknown; readonly disabled?: unknown } } | undefined;
  const { enabled, disabled } = settings?.hooksConfig ?? {};
  if (enabled === false) return { state: "unknown", note: "hooksConfig.enabled is false" };
  if (Array.isArray(disabled) && disabled.includes(hook.command)) return { state: "unknown", note: "switched off in hooksConfig.disabled" };
  return { state: "installed" };
}
