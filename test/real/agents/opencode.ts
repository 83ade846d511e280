import type { RealAgent, Setting } from "../agent.ts";

const how = ["run", "--format", "json", "--auto", "--model", "anthropic/local"];

const settings = ({ url }: Setting): string =>
  `${JSON.stringify({ autoupdate: false, share: "disabled", permission: "allow", provider: { anthropic: { options: { baseURL: `${url}/v1`, apiKey: "none" }, models: { local: { name: "local" } } } } }, null, 2)}\n`;

/**
 * What its first start with a network leaves. Where there is a plugin, whatever it imports, a start waits until the agent's own package
 * for them is there, or cannot be had: 70 s without a network.
 */
const packageAtHand = (folder: string, name: string, version: string): Readonly<Record<string, string>> => ({
  [`${folder}/package-lock.json`]: `${JSON.stringify({ lockfileVersion: 3, packages: { "": { dependencies: { [name]: version } } } })}\n`,
  [`${folder}/node_modules/${name}/package.json`]: `${JSON.stringify({ name, version })}\n`,
});

export const openCode: RealAgent = {
  name: "opencode",
  title: "OpenCode",
  package: "opencode-ai",
  version: "1.18.33",
  program: ".bin/opencode",
  settings: (setting) => ({ ".config/opencode/opencode.json": settings(setting), ...packageAtHand(".config/opencode", "@opencode-ai/plugin", "1.18.33") }),
  env: () => ({ OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1", OPENCODE_DISABLE_LSP_DOWNLOAD: "1" }),
  write: (path, text) => ({ tool: "write", input: { filePath: path, content: text } }),
  run: (command) => ({ tool: "bash", input: { command, description: "Run it" } }),
  start: (prompt) => [...how, prompt],
  resume: (id, prompt) => [...how, "--session", id, prompt],
  // A database: compared by what the agent itself prints of the session.
  kept: /^$/,
  hooks: ["session.idle"],
  sqlite: true,
  handoff: { program: "opencode", how: ["--auto", "--model", "anthropic/local"] },
  makeStore: ["session", "list"],
  dump: (id) => ["export", id],
};

export const kiloCode: RealAgent = {
  ...openCode,
  name: "kilo-code",
  title: "Kilo Code",
  // The wrapper asks for a package that npm does not have.
  package: "@kilocode/cli-linux-x64",
  version: "7.7.9",
  program: "@kilocode/cli-linux-x64/bin/kilo",
  settings: (setting) => ({ ".config/kilo/kilo.json": settings(setting), ...packageAtHand(".config/kilo", "@kilocode/plugin", "7.7.9") }),
  env: () => ({ KILO_DISABLE_AUTOUPDATE: "1", KILO_DISABLE_MODELS_FETCH: "1" }),
  handoff: { program: "kilo", how: ["--auto", "--model", "anthropic/local"] },
};
