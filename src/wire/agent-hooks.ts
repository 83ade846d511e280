import { join } from "node:path";
import { claudeHooks } from "../adapters/hooks/claude-hooks.ts";
import { codexHooks } from "../adapters/hooks/codex-hooks.ts";
import type { HookPlace } from "../ports/hooks.ts";
import type { Settings } from "./settings.ts";

/** One line an agent: where its hooks live. Apart from the adapters, since a hook that runs needs those alone. */
const PLACES: readonly ((settings: Settings, project: string | null) => HookPlace)[] = [
  (settings, project) =>
    claudeHooks({
      settingsPath: join(project === null ? settings.env["CLAUDE_CONFIG_DIR"] || join(settings.home, ".claude") : join(project, ".claude"), "settings.json"),
      project: project !== null,
      hxCommand: settings.hxCommand,
    }),
  (settings, project) => {
    const own = settings.env["CODEX_HOME"] || join(settings.home, ".codex");
    return codexHooks({ hooksPath: join(project === null ? own : join(project, ".codex"), "hooks.json"), configPath: join(own, "config.toml"), project: project !== null, hxCommand: settings.hxCommand });
  },
];

/** @param project top of a checkout for the project's settings, null for the person's */
export function agentHooksOf(settings: Settings, project: string | null): readonly HookPlace[] {
  return PLACES.map((place) => place(settings, project));
}
