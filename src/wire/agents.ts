import { join } from "node:path";
import { claudeCode } from "../adapters/agents/claude-code/adapter.ts";
import { codex } from "../adapters/agents/codex/adapter.ts";
import { claudeHooks } from "../adapters/hooks/claude-hooks.ts";
import { codexHooks } from "../adapters/hooks/codex-hooks.ts";
import type { Agent } from "../ports/agent.ts";
import type { HookPlace } from "../ports/hooks.ts";
import type { Settings } from "./settings.ts";

/** One line an agent: its adapter, and where its hooks live. */
interface Wired {
  readonly name: string;
  agent(settings: Settings): Agent;
  hooks(settings: Settings, project: string | null): HookPlace;
}

const WIRED: readonly Wired[] = [
  {
    name: "claude-code",
    agent: ({ home, env }) =>
      claudeCode({ home, ...given("configDir", env["CLAUDE_CONFIG_DIR"]), ...given("projectDirName", env["CLAUDE_CODE_PROJECT_DIR_NAME"]), ...given("xdgConfigHome", env["XDG_CONFIG_HOME"]) }),
    hooks: (settings, project) =>
      claudeHooks({
        settingsPath: join(project === null ? settings.env["CLAUDE_CONFIG_DIR"] || join(settings.home, ".claude") : join(project, ".claude"), "settings.json"),
        project: project !== null,
        hxCommand: settings.hxCommand,
      }),
  },
  {
    name: "codex",
    agent: ({ home, env }) => codex({ home, ...given("codexHome", env["CODEX_HOME"]) }),
    hooks: (settings, project) => {
      const own = settings.env["CODEX_HOME"] || join(settings.home, ".codex");
      return codexHooks({ hooksPath: join(project === null ? own : join(project, ".codex"), "hooks.json"), configPath: join(own, "config.toml"), project: project !== null, hxCommand: settings.hxCommand });
    },
  },
];

export const agentNames: readonly string[] = WIRED.map(({ name }) => name);

export function agentsOf(settings: Settings): readonly Agent[] {
  return WIRED.map((wired) => wired.agent(settings));
}

/** @param project top of a checkout for the project's settings, null for the person's */
export function agentHooksOf(settings: Settings, project: string | null): readonly HookPlace[] {
  return WIRED.map((wired) => wired.hooks(settings, project));
}

function given<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
