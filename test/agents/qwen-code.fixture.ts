import path from "node:path";
import { qwenCode } from "../../src/adapters/agents/qwen-code/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Records of Qwen Code, made up in the form that version 0.24 writes. */
export function qwenFixture(home: string): AgentFixture {
  const envelope = (id: string, directory: string, parent: string | null) => ({
    uuid: `u${(clock += 1000)}`,
    parentUuid: parent,
    sessionId: id,
    timestamp: new Date(clock).toISOString(),
    cwd: directory,
    version: "0.24.4",
    gitBranch: "main",
  });
  return {
    agent: qwenCode({ home, platform: "linux" }),
    id: (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id, directory) => path.join(home, ".qwen", "projects", directory.replace(/[^A-Za-z0-9]/g, "-"), "chats", `${id}.jsonl`),
    begin: (id, directory) => [JSON.stringify({ ...envelope(id, directory, null), type: "system", subtype: "attribution_snapshot", systemPayload: { snapshot: {} } })],
    turn: (id, directory, prompt, answer) => {
      const asked = envelope(id, directory, `u${clock}`);
      const answered = envelope(id, directory, asked.uuid);
      return [
        JSON.stringify({ ...asked, type: "user", provenance: "real_user", message: { role: "user", parts: [{ text: prompt }] } }),
        JSON.stringify({
          ...answered,
          type: "assistant",
          model: "qwen-test",
          message: { role: "model", parts: [{ text: answer }, { functionCall: { id: "call_of_a_test", name: "run_shell_command", args: { cwd: "/evil" } } }] },
          usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
        }),
        JSON.stringify({ ...envelope(id, directory, answered.uuid), type: "tool_result", message: { role: "user", parts: [{ functionResponse: { id: "call_of_a_test", name: "run_shell_command", response: { output: "ok" } } }] } }),
      ];
    },
    strange: JSON.stringify({ type: "never-seen", sessionId: "s", value: { cwd: "/evil" } }),
    payload: (id, transcript) => ({ session_id: id, transcript_path: transcript, cwd: "/home/dev", hook_event_name: "Stop" }),
  };
}
