import { restoredName } from "../adapters/agents/aider/names.ts";
import { ampRoots } from "../adapters/agents/amp/roots.ts";
import { claudeRoots } from "../adapters/agents/claude-code/roots.ts";
import { clineRoots } from "../adapters/agents/cline/roots.ts";
import { codexRoots } from "../adapters/agents/codex/roots.ts";
import { continueRoots } from "../adapters/agents/continue/roots.ts";
import { copilotRoots } from "../adapters/agents/copilot-cli/roots.ts";
import { droidRoots } from "../adapters/agents/factory-droid/roots.ts";
import { geminiRoots } from "../adapters/agents/gemini-cli/roots.ts";
import { piRoots } from "../adapters/agents/pi/roots.ts";
import { qwenRoots } from "../adapters/agents/qwen-code/roots.ts";
import { cursorRoots, editorRoots as cursorEditorRoots } from "../adapters/agents/cursor/roots.ts";
import { doorFolder, type DoorOptions } from "../adapters/agents/door/folder.ts";
import { kiroRoots } from "../adapters/agents/kiro/roots.ts";
import { windsurfRoots } from "../adapters/agents/windsurf/roots.ts";
import { adapterOf } from "../domain/agent-name.ts";
import { copilotRoots as editorRoots } from "../adapters/agents/vscode-copilot/roots.ts";
import { kiloCodeRoots } from "../adapters/agents/kilo-code/roots.ts";
import { openCodeRoots } from "../adapters/agents/opencode/roots.ts";
import type { Agent } from "../ports/agent.ts";
import type { Environment, Settings } from "./settings.ts";
import { given, wired, type WiredAgent } from "./wired-agent.ts";

/** One block an agent. Adapters are imported when they are needed, since a hook needs one or few. Where an agent's hooks live is in agent-hooks.ts. */
export const AGENTS: readonly WiredAgent[] = [
  wired({
    name: "claude-code",
    title: "Claude Code",
    program: "claude",
    resume: (id) => `claude --resume ${id}`,
    keepsDays: 30,
    options: ({ home, env }) => ({
      home,
      ...given("configDir", env["CLAUDE_CONFIG_DIR"]),
      ...given("projectDirName", env["CLAUDE_CODE_PROJECT_DIR_NAME"]),
      ...given("xdgConfigHome", env["XDG_CONFIG_HOME"]),
    }),
    roots: claudeRoots,
    adapter: async () => (await import("../adapters/agents/claude-code/adapter.ts")).claudeCode,
  }),
  wired({
    name: "codex",
    title: "Codex",
    resume: (id) => `codex resume ${id}`,
    options: ({ home, env }) => ({ home, ...given("codexHome", env["CODEX_HOME"]) }),
    roots: codexRoots,
    adapter: async () => (await import("../adapters/agents/codex/adapter.ts")).codex,
  }),
  wired({
    name: "copilot-cli",
    title: "GitHub Copilot CLI",
    program: "copilot",
    resume: (id) => `copilot --resume=${id}`,
    options: ({ home, env }) => ({ home, ...given("copilotHome", env["COPILOT_HOME"]) }),
    roots: copilotRoots,
    adapter: async () => (await import("../adapters/agents/copilot-cli/adapter.ts")).copilotCli,
  }),
  wired({
    name: "pi",
    title: "Pi",
    resume: (id) => `pi --session ${id}`,
    options: ({ home, env }) => ({ home, ...given("agentDir", env["PI_CODING_AGENT_DIR"]), ...given("sessionDir", env["PI_CODING_AGENT_SESSION_DIR"]) }),
    roots: piRoots,
    adapter: async () => (await import("../adapters/agents/pi/adapter.ts")).pi,
  }),
  wired({
    name: "factory-droid",
    title: "Factory Droid",
    program: "droid",
    resume: (id) => `droid --resume ${id}`,
    options: ({ home, env }) => ({ home, ...given("homeOverride", env["FACTORY_HOME_OVERRIDE"]) }),
    roots: droidRoots,
    adapter: async () => (await import("../adapters/agents/factory-droid/adapter.ts")).factoryDroid,
  }),
  wired({
    name: "opencode",
    title: "OpenCode",
    resume: (id) => `opencode --session ${id}`,
    options: ({ home, env }) => ({ home, ...given("xdgDataHome", env["XDG_DATA_HOME"]), ...given("database", env["OPENCODE_DB"]) }),
    roots: openCodeRoots,
    adapter: async () => (await import("../adapters/agents/opencode/adapter.ts")).openCode,
  }),
  wired({
    name: "kilo-code",
    title: "Kilo Code",
    program: "kilo",
    resume: (id) => `kilo --session ${id}`,
    options: ({ home, env }) => ({ home, ...given("xdgDataHome", env["XDG_DATA_HOME"]), ...given("database", env["KILO_DB"]) }),
    roots: kiloCodeRoots,
    adapter: async () => (await import("../adapters/agents/kilo-code/adapter.ts")).kiloCode,
  }),
  wired({
    name: "gemini-cli",
    title: "Gemini CLI",
    program: "gemini",
    resume: (id) => `gemini --resume ${id}`,
    keepsDays: 30,
    options: ({ home, env }) => ({ home, platform: process.platform, ...given("geminiHome", env["GEMINI_CLI_HOME"]) }),
    roots: geminiRoots,
    adapter: async () => (await import("../adapters/agents/gemini-cli/adapter.ts")).geminiCli,
  }),
  wired({
    name: "qwen-code",
    title: "Qwen Code",
    program: "qwen",
    resume: (id) => `qwen --resume ${id}`,
    options: ({ home, env }) => ({ home, platform: process.platform, ...given("qwenHome", env["QWEN_HOME"]), ...given("runtimeDir", env["QWEN_RUNTIME_DIR"]) }),
    roots: qwenRoots,
    adapter: async () => (await import("../adapters/agents/qwen-code/adapter.ts")).qwenCode,
  }),
  wired({
    name: "cline",
    title: "Cline",
    resume: (id) => `cline --id ${id}`,
    options: ({ home, platform, env }) => ({
      home,
      platform,
      ...editorOptions(env),
      ...given("clineDir", env["CLINE_DIR"]),
      ...given("dataDir", env["CLINE_DATA_DIR"]),
      ...given("sessionDir", env["CLINE_SESSION_DATA_DIR"]),
    }),
    roots: (options) => clineRoots(options),
    adapter: async () => (await import("../adapters/agents/cline/adapter.ts")).cline,
  }),
  wired({
    name: "cursor",
    title: "Cursor",
    program: "cursor-agent",
    options: ({ home, platform, env }) => ({
      home,
      platform,
      ...given("dataDir", env["CURSOR_DATA_DIR"]),
      ...given("configDir", env["CURSOR_CONFIG_DIR"]),
      ...given("appData", env["APPDATA"]),
      ...given("xdgConfigHome", env["XDG_CONFIG_HOME"]),
    }),
    roots: (options) => [...cursorRoots(options), ...cursorEditorRoots(options)],
    adapter: async () => (await import("../adapters/agents/cursor/adapter.ts")).cursor,
  }),
  wired({
    name: "vscode-copilot",
    title: "Copilot Chat in VS Code",
    program: "code",
    options: ({ home, platform, env }) => ({ home, platform, ...editorOptions(env) }),
    roots: (options) => editorRoots(options),
    adapter: async () => (await import("../adapters/agents/vscode-copilot/adapter.ts")).vscodeCopilot,
  }),
  wired({
    name: "amp",
    title: "Amp",
    resume: (id) => `amp threads continue ${id}`,
    options: ({ home, platform, env }) => ({ home, platform, ...given("xdgDataHome", env["XDG_DATA_HOME"]), ...given("localAppData", env["LOCALAPPDATA"]) }),
    roots: (options) => ampRoots(options),
    adapter: async () => (await import("../adapters/agents/amp/adapter.ts")).amp,
  }),
  wired({
    name: "continue",
    title: "Continue",
    program: "cn",
    options: ({ home, env }) => ({ home, ...given("globalDir", env["CONTINUE_GLOBAL_DIR"]) }),
    roots: (options) => continueRoots(options),
    adapter: async () => (await import("../adapters/agents/continue/adapter.ts")).continueAgent,
  }),
  wired({
    name: "aider",
    title: "Aider",
    resume: (id) => `aider --chat-history-file ${restoredName(id)} --restore-chat-history`,
    options: ({ home, env }) => ({ home, ...given("chatHistoryFile", env["AIDER_CHAT_HISTORY_FILE"]) }),
    adapter: async () => (await import("../adapters/agents/aider/adapter.ts")).aider,
  }),
  wired({
    name: "kiro",
    title: "Kiro CLI",
    program: "kiro-cli",
    options: ({ home, platform, env }) => ({ home, platform, ...given("kiroHome", env["KIRO_HOME"]), ...given("xdgDataHome", env["XDG_DATA_HOME"]), ...given("localAppData", env["LOCALAPPDATA"]) }),
    roots: kiroRoots,
    adapter: async () => (await import("../adapters/agents/kiro/adapter.ts")).kiro,
  }),
  wired({
    name: "windsurf",
    title: "Windsurf",
    options: ({ home }) => ({ home }),
    roots: windsurfRoots,
    adapter: async () => (await import("../adapters/agents/windsurf/adapter.ts")).windsurf,
  }),
  wired({
    name: "door",
    title: "Open door",
    options: doorOptions,
    roots: (options) => [doorFolder(options)],
    adapter: async () => (await import("../adapters/agents/door/adapter.ts")).door,
  }),
];

/** Where tools hand sessions over. */
export function doorOptions({ home, env, platform }: Settings): DoorOptions {
  return { home, platform, ...given("sessionsDir", env["HX_SESSIONS_DIR"]), ...given("xdgDataHome", env["XDG_DATA_HOME"]), ...given("localAppData", env["LOCALAPPDATA"]) };
}

/** Where editors of VS Code's kind keep what is theirs. */
function editorOptions(env: Environment): { readonly appData?: string; readonly xdgConfigHome?: string; readonly portable?: string } {
  return { ...given("appData", env["APPDATA"]), ...given("xdgConfigHome", env["XDG_CONFIG_HOME"]), ...given("portable", env["VSCODE_PORTABLE"]) };
}

/** Every agent that hx knows: loads all adapters. */
export function agentsOf(settings: Settings): Promise<readonly Agent[]> {
  return Promise.all(AGENTS.map((agent) => agent.load(settings)));
}

/** The agents of which this machine may have sessions: loads theirs alone. */
export async function presentAgents(settings: Settings): Promise<readonly Agent[]> {
  const loaded = await Promise.all(AGENTS.map(async (agent) => ((await agent.present(settings)) ? [await agent.load(settings)] : [])));
  return loaded.flat();
}

/** Whether an agent is seen here: its store, or, of one that has none, a session in one of these checkouts. */
export async function isSeenHere(settings: Settings, wanted: WiredAgent, checkouts: readonly string[]): Promise<boolean> {
  if (!(await wanted.present(settings))) return false;
  if (wanted.places(settings).length > 0) return true;
  for await (const _ of (await wanted.load(settings)).discover(checkouts)) return true;
  return false;
}

/** The agent of that name, loaded alone; null where hx knows none. */
export async function agentNamed(settings: Settings, name: string): Promise<Agent | null> {
  return (await wiredAgent(name)?.load(settings)) ?? null;
}

/** What is known of an agent without its adapter, `door:goose` as `door`; undefined where hx knows none of that name. */
export function wiredAgent(name: string): WiredAgent | undefined {
  return AGENTS.find((agent) => agent.name === adapterOf(name));
}

/** What a person types to start an agent. */
export function programOf(name: string): string {
  return wiredAgent(name)?.program ?? name;
}
