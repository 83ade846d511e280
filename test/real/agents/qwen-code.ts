import type { RealAgent } from "../agent.ts";

const how = ["--yolo", "-o", "stream-json"];

export const qwenCode: RealAgent = {
  name: "qwen-code",
  title: "Qwen Code",
  package: "@qwen-code/qwen-code",
  version: "0.24.4",
  program: ".bin/qwen",
  settings: () => ({ ".qwen/settings.json": `${JSON.stringify({ security: { auth: { selectedType: "openai" } }, privacy: { usageStatisticsEnabled: false }, general: { disableAutoUpdate: true } }, null, 2)}\n` }),
  env: ({ url }) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: "none", OPENAI_MODEL: "local" }),
  write: (path, text) => ({ tool: "write_file", input: { file_path: path, content: text } }),
  run: (command) => ({ tool: "run_shell_command", input: { command, description: "Run it", is_background: false } }),
  start: (prompt) => [...how, "-p", prompt],
  resume: (id, prompt) => [...how, "--resume", id, "-p", prompt],
  handoff: { program: "qwen", how: ["--yolo"] },
  kept: /^\.qwen\/projects\/[^/]+\/chats\/.*\.jsonl$/,
  // Without a terminal it fires no SessionEnd.
  hooks: ["SessionStart", "Stop"],
};
