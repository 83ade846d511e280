import path from "node:path";
import { claudeCode } from "../../src/adapters/agents/claude-code/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Records of Claude Code, made up in the form that version 2.1 writes. */
export function claudeFixture(home: string): AgentFixture {
  const envelope = (id: string, directory: string) => ({ sessionId: id, cwd: directory, gitBranch: "main", version: "2.1.329", timestamp: new Date((clock += 1000)).toISOString(), isSidechain: false });
  return {
    agent: claudeCode({ home }),
    id: (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id, directory) => path.join(home, ".claude", "projects", directory.replace(/[^A-Za-z0-9]/g, "-"), `${id}.jsonl`),
    begin: (id) => [JSON.stringify({ type: "mode", mode: "normal", sessionId: id })],
    turn: (id, directory, prompt, answer) => [
      JSON.stringify({ ...envelope(id, directory), type: "user", uuid: `u${clock}`, parentUuid: null, message: { role: "user", content: prompt } }),
      JSON.stringify({
        ...envelope(id, directory),
        type: "assistant",
        uuid: `a${clock}`,
        parentUuid: `u${clock - 1000}`,
        requestId: `r${clock}`,
        message: { id: `m${clock}`, role: "assistant", model: "claude-test", content: [{ type: "text", text: answer }, { type: "tool_use", id: "t", name: "Bash", input: { cwd: "/evil" } }], usage: { input_tokens: 1, output_tokens: 2 } },
      }),
    ],
    strange: JSON.stringify({ type: "never-seen", sessionId: "s", value: { cwd: "/evil" } }),
    payload: (id, transcript) => ({ session_id: id, transcript_path: transcript, cwd: "/home/dev", hook_event_name: "Stop" }),
  };
}
