import type { RealAgent } from "../agent.ts";

const how = ["run", "--format", "json", "--auto", "--model", "anthropic/local"];

export const openCode: RealAgent = {
  name: "opencode",
  title: "OpenCode",
  package: "opencode-ai",
  version: "1.18.33",
  program: "opencode",
  settings: ({ url }) => ({
    ".config/opencode/opencode.json": `${JSON.stringify(
      { autoupdate: false, share: "disabled", permission: "allow", provider: { anthropic: { options: { baseURL: `${url}/v1`, apiKey: "none" }, models: { local: { name: "local" } } } } },
      null,
      2,
    )}\n`,
  }),
  env: () => ({ OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1", OPENCODE_DISABLE_LSP_DOWNLOAD: "1" }),
  write: (path, text) => ({ tool: "write", input: { filePath: path, content: text } }),
  run: (command) => ({ tool: "bash", input: { command, description: "Run it" } }),
  start: (prompt) => [...how, prompt],
  resume: (id, prompt) => [...how, "--session", id, prompt],
  // A database: compared by what the agent itself prints of the session.
  kept: /^$/,
  hooks: [],
  dump: (id) => ["export", id],
};
