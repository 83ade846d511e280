import type { RealAgent } from "../agent.ts";

const how = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--dangerously-bypass-hook-trust"];

export const codex: RealAgent = {
  name: "codex",
  title: "Codex",
  package: "@openai/codex",
  version: "0.169.0",
  program: ".bin/codex",
  settings: ({ url, checkout }) => ({
    ".codex/config.toml": `model = "gpt-5.5"
model_provider = "local"
check_for_update_on_startup = false

[model_providers.local]
name = "local"
base_url = "${url}/v1"
env_key = "LOCAL_API_KEY"
wire_api = "responses"

[analytics]
enabled = false

[projects."${checkout}"]
trust_level = "trusted"

[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
`,
  }),
  env: () => ({ LOCAL_API_KEY: "none" }),
  write: (path, text) => ({ tool: "apply_patch", text: ["*** Begin Patch", `*** Add File: ${path}`, ...text.trimEnd().split("\n").map((line) => `+${line}`), "*** End Patch"].join("\n") }),
  run: (command) => ({ tool: "exec_command", input: { cmd: command } }),
  start: (prompt) => ["exec", ...how, prompt],
  resume: (id, prompt) => ["exec", "resume", ...how, id, prompt],
  handoff: { program: "codex", how: ["--dangerously-bypass-approvals-and-sandbox"] },
  kept: /^\.codex\/sessions\/.*\.jsonl$/,
  hooks: ["SessionStart", "Stop", "SessionEnd"],
};
