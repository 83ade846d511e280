import type { RealAgent } from "../agent.ts";

const how = ["--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"];

export const claudeCode: RealAgent = {
  name: "claude-code",
  title: "Claude Code",
  package: "@anthropic-ai/claude-code",
  version: "2.1.329",
  program: ".bin/claude",
  settings: ({ checkout }) => ({
    ".claude/settings.json": "{}\n",
    // What it asks at its first start at a terminal.
    ".claude.json": `${JSON.stringify({ hasCompletedOnboarding: true, bypassPermissionsModeAccepted: true, customApiKeyResponses: { approved: ["none"], rejected: [] }, projects: { [checkout]: { hasTrustDialogAccepted: true } } })}\n`,
  }),
  env: ({ url }) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "none",
    // In the namespace the person is root, and it refuses to skip permissions then.
    IS_SANDBOX: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
  }),
  write: (path, text) => ({ tool: "Write", input: { file_path: path, content: text } }),
  run: (command) => ({ tool: "Bash", input: { command, description: "Run it" } }),
  start: (prompt) => ["-p", prompt, ...how],
  resume: (id, prompt) => ["-p", prompt, "--resume", id, ...how],
  handoff: { program: "claude", how: ["--dangerously-skip-permissions"] },
  kept: /^\.claude\/projects\/.*\.jsonl$/,
  hooks: ["SessionStart", "Stop", "SessionEnd"],
};
