import type { RealAgent } from "../agent.ts";

const how = ["exec", "-m", "custom:local-0", "--skip-permissions-unsafe", "-o", "stream-json"];

export const factoryDroid: RealAgent = {
  name: "factory-droid",
  title: "Factory Droid",
  // The wrapper asks for a version of this package that npm does not have.
  package: "@factory/cli-linux-x64",
  version: "0.225.2",
  program: "@factory/cli-linux-x64/bin/droid",
  settings: ({ url }) => ({
    ".factory/settings.json": `${JSON.stringify({ customModels: [{ model: "local", displayName: "local", baseUrl: url, apiKey: "none", provider: "anthropic", maxOutputTokens: 8000 }], sessionDefaultSettings: { model: "custom:local-0" } }, null, 2)}\n`,
  }),
  env: () => ({ FACTORY_AIRGAP_ENABLED: "1" }),
  write: (path, text) => ({ tool: "Create", input: { file_path: path, content: text } }),
  run: (command) => ({ tool: "Execute", input: { summary: "Run it", command, riskLevel: "low", riskLevelReason: "It stays in the checkout." } }),
  start: (prompt) => [...how, prompt],
  asks: /Trust this folder\?/,
  resumeAtTerminal: (id) => ["--resume", id, "--auto", "high"],
  handoff: { program: "droid", how: ["--auto", "high"] },
  kept: /^\.factory\/sessions\/.*\.jsonl$/,
  hooks: ["SessionStart", "Stop", "SessionEnd"],
};
