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
  resumeAtTerminal: (id) => ["-i", "--id", id],
  kept: /^\.cline\/data\/sessions\/.*\.messages\.json$/,
  // `TaskComplete`, by the name in its payload; a session that goes on has no start of its own.
  hooks: ["agent_end"],
};
