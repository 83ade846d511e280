import { claudeCode } from "../adapters/agents/claude-code/adapter.ts";
import { codex } from "../adapters/agents/codex/adapter.ts";
import type { Agent } from "../ports/agent.ts";
import type { Settings } from "./settings.ts";

/** One line an agent. Where its hooks live is in agent-hooks.ts. */
const WIRED: readonly ((settings: Settings) => Agent)[] = [
  ({ home, env }) =>
    claudeCode({ home, ...given("configDir", env["CLAUDE_CONFIG_DIR"]), ...given("projectDirName", env["CLAUDE_CODE_PROJECT_DIR_NAME"]), ...given("xdgConfigHome", env["XDG_CONFIG_HOME"]) }),
  ({ home, env }) => codex({ home, ...given("codexHome", env["CODEX_HOME"]) }),
];

export function agentsOf(settings: Settings): readonly Agent[] {
  return WIRED.map((wired) => wired(settings));
}

function given<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
