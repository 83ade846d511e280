import path from "node:path";
import { codex } from "../../src/adapters/agents/codex/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Records of Codex, made up in the form of the third generation. */
export function codexFixture(home: string): AgentFixture {
  const record = (type: string, payload: object): string => JSON.stringify({ timestamp: new Date((clock += 1000)).toISOString(), ordinal: clock, type, payload });
  return {
    agent: codex({ home }),
    id: (number) => `019c0000-0000-7000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id) => path.join(home, ".codex", "sessions", "2026", "03", "01", `rollout-2026-03-01T10-00-00-${id}.jsonl`),
    begin: (id, directory) => [
      record("session_meta", { session_id: id, id, cwd: directory, originator: "codex_exec", cli_version: "0.169.0", source: "exec", git: { branch: "main" } }),
    ],
    turn: (_id, directory, prompt, answer) => [
      record("turn_context", { turn_id: "019d0000-0000-7000-8000-000000000001", cwd: directory, model: "gpt-test" }),
      record("response_item", { type: "message", role: "user", content: [{ type: "input_text", text: prompt }] }),
      record("event_msg", { type: "item_completed", item: { type: "UserMessage", content: [{ type: "text", text: prompt }] } }),
      record("response_item", { type: "function_call", name: "exec", call_id: "c", arguments: '{"cwd":"/evil"}', nested: { cwd: "/evil" } }),
      record("response_item", { type: "message", role: "assistant", content: [{ type: "output_text", text: answer }] }),
    ],
    strange: JSON.stringify({ timestamp: "2026-03-01T10:00:00.000Z", type: "never_seen", payload: { cwd: "/evil" } }),
    payload: (id, transcript) => ({ session_id: id, transcript_path: transcript, cwd: "/home/dev", hook_event_name: "Stop", turn_id: "t" }),
  };
}
