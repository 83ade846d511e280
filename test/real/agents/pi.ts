import type { RealAgent } from "../agent.ts";

const how = ["--mode", "json", "--provider", "local", "--model", "local"];

export const pi: RealAgent = {
  name: "pi",
  title: "Pi",
  package: "@mariozechner/pi-coding-agent",
  version: "0.73.1",
  program: ".bin/pi",
  settings: ({ url }) => ({
    ".pi/agent/models.json": `${JSON.stringify({ providers: { local: { baseUrl: `${url}/v1`, api: "openai-completions", apiKey: "none", models: [{ id: "local" }] } } }, null, 2)}\n`,
  }),
  env: () => ({ PI_OFFLINE: "1", PI_SKIP_VERSION_CHECK: "1" }),
  write: (path, text) => ({ tool: "write", input: { path, content: text } }),
  run: (command) => ({ tool: "bash", input: { command } }),
  start: (prompt) => [...how, "-p", prompt],
  resume: (id, prompt) => [...how, "--session", id, "-p", prompt],
  handoff: { program: "pi", how: [...how.slice(2)] },
  kept: /^\.pi\/agent\/sessions\/.*\.jsonl$/,
  hooks: ["session_start", "agent_end", "session_shutdown"],
};
