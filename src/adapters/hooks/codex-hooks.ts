import { realpath } from "node:fs/promises";
import type { HookEntry, HookPlace } from "../../ports/hooks.ts";
import { hooksSwitchedOff, reviewedHooks, snakeCase, trustHash } from "./codex-trust.ts";
import { settingsPlace } from "./settings-place.ts";
import type { SettingsHook } from "./settings-text.ts";
import { hookPosition } from "./settings-text.ts";
import { agentHookCommand } from "./shell.ts";
import { readTextFile } from "./text-file.ts";

export interface CodexHooksOptions {
  /** Absolute: `$CODEX_HOME/hooks.json`, or `.codex/hooks.json` of a project. */
  readonly hooksPath: string;
  /** Absolute: `$CODEX_HOME/config.toml`, where Codex notes which hooks the person trusts. Only read. */
  readonly configPath: string;
  /** The project's hooks: `.codex` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

export const codexEvents = ["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd"] as const;

/** Seconds. Codex allows `SessionEnd` no more; part of what the person trusts, so never changed. */
const timeout = 3;

const review = "codex runs no hook that was not reviewed: start codex, enter /hooks, and trust the hooks of hx";

/** Hooks of Codex. They run only after the person has trusted them in Codex; hx never writes that trust itself. */
export function codexHooks(options: CodexHooksOptions): HookPlace {
  const command = agentHookCommand("codex", options.hxCommand);

  async function judge(hook: SettingsHook, text: string): Promise<Pick<HookEntry, "state" | "note">> {
    const toml = (await readTextFile(options.configPath, 0o600)).text ?? "";
    if (hooksSwitchedOff(toml)) return { state: "unknown", note: "hooks are switched off in config.toml, [features]" };
    const position = hookPosition(text, hook);
    if (position === null) return { state: "absent" };
    const reviewed = reviewedHooks(toml);
    const paths = [options.hooksPath, await realpath(options.hooksPath).catch(() => options.hooksPath)];
    const keys = paths.map((path) => `${path}:${snakeCase(hook.event)}:${position.group}:${position.handler}`);
    const trust = keys.map((key) => reviewed.get(key)).find((found) => found !== undefined);
    if (trust === undefined || trust.hash === null) return { state: "untrusted", note: review };
    if (!trust.enabled) return { state: "untrusted", note: "switched off in codex: start codex, enter /hooks, and enable the hooks of hx" };
    return trust.hash === trustHash(hook) ? { state: "installed" } : { state: "untrusted", note: review };
  }

  return settingsPlace({
    name: "codex",
    path: options.hooksPath,
    hooks: codexEvents.map((event) => ({ event, command, timeout })),
    makeDirectory: options.project,
    judge,
  });
}
