import { join } from "node:path";
import { copilotRoots } from "../adapters/agents/copilot-cli/roots.ts";
import { droidRoots } from "../adapters/agents/factory-droid/roots.ts";
import { placesOf } from "../adapters/agents/pi/roots.ts";
import { qwenDirectory } from "../adapters/agents/qwen-code/roots.ts";
import { ampHooks } from "../adapters/hooks/amp-hooks.ts";
import { claudeHooks } from "../adapters/hooks/claude-hooks.ts";
import { clineHooks } from "../adapters/hooks/cline-hooks.ts";
import { codexHooks } from "../adapters/hooks/codex-hooks.ts";
import { copilotHooks } from "../adapters/hooks/copilot-hooks.ts";
import { cursorHooks } from "../adapters/hooks/cursor-hooks.ts";
import { droidHooks } from "../adapters/hooks/droid-hooks.ts";
import { geminiHooks } from "../adapters/hooks/gemini-hooks.ts";
import { piHooks } from "../adapters/hooks/pi-hooks.ts";
import { qwenHooks } from "../adapters/hooks/qwen-hooks.ts";
import { kiroHooks } from "../adapters/hooks/kiro-hooks.ts";
import { windsurfHooks } from "../adapters/hooks/windsurf-hooks.ts";
import { pluginHooks } from "../adapters/hooks/plugin-hooks.ts";
import type { HookPlace } from "../ports/hooks.ts";
import type { Settings } from "./settings.ts";
import { given } from "./wired-agent.ts";

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
  ({ home, env, hxCommand }, project) => copilotHooks({ directory: project === null ? copilotRoots({ home, ...given("copilotHome", env["COPILOT_HOME"]) })[0] : join(project, ".github"), project: project !== null, hxCommand }),
  ({ home, env, hxCommand }, project) => piHooks({ directory: project === null ? placesOf({ home, ...given("agentDir", env["PI_CODING_AGENT_DIR"]) }).agent : join(project, ".pi"), project: project !== null, hxCommand }),
  ({ home, env, hxCommand }, project) =>
    droidHooks({ settingsPath: join(project === null ? droidRoots({ home, ...given("homeOverride", env["FACTORY_HOME_OVERRIDE"]) })[0] : join(project, ".factory"), "settings.json"), project: project !== null, hxCommand }),
  (settings, project) =>
    geminiHooks({ settingsPath: join(project ?? (settings.env["GEMINI_CLI_HOME"] || settings.home), ".gemini", "settings.json"), project: project !== null, hxCommand: settings.hxCommand }),
  (settings, project) =>
    qwenHooks({
      settingsPath: join(project === null ? qwenDirectory({ home: settings.home, qwenHome: settings.env["QWEN_HOME"] }) : join(project, ".qwen"), "settings.json"),
      project: project !== null,
      hxCommand: settings.hxCommand,
    }),
  (settings, project) =>
    kiroHooks({
      agentsPath: join(project === null ? settings.env["KIRO_HOME"] || join(settings.home, ".kiro") : join(project, ".kiro"), "agents"),
      project: project !== null,
      hxCommand: settings.hxCommand,
    }),
  (settings, project) =>
    windsurfHooks({
      hooksPath: join(project === null ? join(settings.home, ".codeium", "windsurf") : join(project, ".windsurf"), "hooks.json"),
      project: project !== null,
      hxCommand: settings.hxCommand,
    }),
  ({ home, hxCommand }, project) => cursorHooks({ hooksPath: join(project ?? home, ".cursor", "hooks.json"), project: project !== null, hxCommand }),
  ({ home, env, hxCommand }, project) => clineHooks({ folder: project === null ? env["CLINE_DIR"] || join(home, ".cline") : join(project, ".clinerules"), project: project !== null, hxCommand }),
  ({ home, env, platform, hxCommand }, project) => ampHooks({ folder: project === null ? join(settingsFolder(home, env, platform), "amp") : join(project, ".amp"), project: project !== null, hxCommand }),
  (settings, project) => pluginHooks({ agent: "opencode", folder: project === null ? join(configHome(settings), "opencode") : join(project, ".opencode"), project: project !== null, hxCommand: settings.hxCommand }),
  (settings, project) => pluginHooks({ agent: "kilo-code", folder: project === null ? join(configHome(settings), "kilo") : join(project, ".kilo"), project: project !== null, hxCommand: settings.hxCommand }),
];

/** Where Amp keeps a person's settings. */
function settingsFolder(home: string, env: Settings["env"], platform: Settings["platform"]): string {
  if (platform === "win32") return env["APPDATA"] || join(home, "AppData", "Roaming");
  return configHome({ home, env });
}

function configHome({ env, home }: Pick<Settings, "env" | "home">): string {
  return env["XDG_CONFIG_HOME"] || join(home, ".config");
}

/** @param project top of a checkout for the project's settings, null for the person's */
export function agentHooksOf(settings: Settings, project: string | null): readonly HookPlace[] {
  return PLACES.map((place) => place(settings, project));
}
