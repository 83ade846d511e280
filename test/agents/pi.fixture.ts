import { randomBytes } from "node:crypto";
import path from "node:path";
import { pi } from "../../src/adapters/agents/pi/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Records of Pi, made up in the form of the third version of its format. */
export function piFixture(home: string): AgentFixture {
  let leaf: string | null = null;
  const entry = (type: string, fields: object): string => {
    const id = randomBytes(4).toString("hex");
    const line = JSON.stringify({ type, id, parentId: leaf, timestamp: new Date((clock += 1000)).toISOString(), ...fields });
    leaf = id;
    return line;
  };
  return {
    agent: pi({ home }),
    id: (number) => `019c0000-0000-7000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id, directory) => path.join(home, ".pi", "agent", "sessions", `--${directory.slice(1).replaceAll("/", "-")}--`, `2026-03-01T10-00-00-000Z_${id}.jsonl`),
    directory: "header",
    begin: (id, directory) => {
      leaf = null;
      return [JSON.stringify({ type: "session", version: 3, id, timestamp: new Date((clock += 1000)).toISOString(), cwd: directory }), entry("model_change", { provider: "test", modelId: "model-test" })];
    },
    turn: (_id, _directory, prompt, answer) => [
      entry("message", { message: { role: "user", content: [{ type: "text", text: prompt }], timestamp: clock } }),
      entry("message", { message: { role: "assistant", model: "model-test", content: [{ type: "toolCall", id: "c", name: "bash", arguments: { command: "pwd", cwd: "/evil" } }], cwd: "/evil" } }),
      entry("message", { message: { role: "toolResult", toolCallId: "c", toolName: "bash", content: [{ type: "text", text: "/evil" }], isError: false } }),
      entry("message", { message: { role: "assistant", model: "model-test", content: [{ type: "text", text: answer }], usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 } } }),
    ],
    strange: JSON.stringify({ type: "never_seen", timestamp: "2026-03-01T10:00:00.000Z", cwd: "/evil" }),
    payload: (id, transcript) => ({ session_id: id, transcript_path: transcript, cwd: "/home/dev", hook_event_name: "agent_end" }),
  };
}
