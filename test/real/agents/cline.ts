import type { RealAgent } from "../agent.ts";

export const cline: RealAgent = {
  name: "cline",
  title: "Cline",
  package: "cline",
  version: "3.0.65",
  program: ".bin/cline",
  settings: () => ({}),
  prepare: ({ url }) => ["auth", "-p", "openai-compatible", "-k", "none", "-m", "local", "-b", `${url}/v1`],
  env: () => ({}),
  write: (path, text) => ({ tool: "editor", input: { path, new_text: text } }),
  run: (command) => ({ tool: "run_commands", input: { commands: [command] } }),
  start: (prompt) => ["--json", prompt],
  resumeAtTerminal: (id) => ["--id", id],
  handoff: { program: "cline", how: [] },
  kept: /^\.cline\/data\/sessions\/.*\.messages\.json$/,
  // `TaskStart` and `TaskComplete`, by the names in their payloads.
  hooks: ["agent_start", "agent_end"],
};
