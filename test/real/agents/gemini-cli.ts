import type { RealAgent } from "../agent.ts";

const how = ["--yolo", "-m", "gemini-2.5-pro", "-o", "stream-json"];

export const geminiCli: RealAgent = {
  name: "gemini-cli",
  title: "Gemini CLI",
  package: "@google/gemini-cli",
  version: "0.61.0",
  program: ".bin/gemini",
  settings: () => ({
    ".gemini/settings.json": `${JSON.stringify({ security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } }, general: { disableAutoUpdate: true }, privacy: { usageStatisticsEnabled: false }, telemetry: { enabled: false } }, null, 2)}\n`,
  }),
  env: ({ url }) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: "none", GEMINI_CLI_TRUST_WORKSPACE: "true" }),
  write: (path, text) => ({ tool: "write_file", input: { file_path: path, content: text } }),
  run: (command) => ({ tool: "run_shell_command", input: { command, description: "Run it" } }),
  start: (prompt) => [...how, "-p", prompt],
  resume: (id, prompt) => [...how, "--resume", id, "-p", prompt],
  handoff: { program: "gemini", how: [...how.slice(0, 3)] },
  kept: /^\.gemini\/tmp\/[^/]+\/chats\/.*\.jsonl$/,
  hooks: ["SessionStart", "AfterAgent", "SessionEnd"],
};
