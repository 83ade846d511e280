import type { RealAgent } from "../agent.ts";

const how = ["--allow-all-tools", "--allow-all-paths"];

export const copilotCli: RealAgent = {
  name: "copilot-cli",
  title: "GitHub Copilot CLI",
  package: "@github/copilot",
  version: "1.0.102",
  program: ".bin/copilot",
  settings: ({ checkout }) => ({ ".copilot/config.json": `${JSON.stringify({ trusted_folders: [checkout], trustedFolders: [checkout] })}\n` }),
  env: ({ url }) => ({
    COPILOT_OFFLINE: "true",
    COPILOT_PROVIDER_TYPE: "anthropic",
    COPILOT_PROVIDER_BASE_URL: url,
    COPILOT_PROVIDER_API_KEY: "none",
    COPILOT_MODEL: "claude-sonnet-4.5",
  }),
  write: (path, text) => ({ tool: "create", input: { path, file_text: text } }),
  run: (command) => ({ tool: "bash", input: { command, description: "Run it" } }),
  start: (prompt) => [...how, "-p", prompt],
  resume: (id, prompt) => [...how, `--resume=${id}`, "-p", prompt],
  handoff: { program: "copilot", how: [...how] },
  kept: /^\.copilot\/session-state\/[^/]+\/events\.jsonl$/,
  // Its payloads name no event.
  hooks: [],
};
