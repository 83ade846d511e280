import { randomUUID } from "node:crypto";
import path from "node:path";
import { factoryDroid } from "../../src/adapters/agents/factory-droid/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Records of Droid, made up in the form of version 0.225.2. */
export function factoryDroidFixture(home: string): AgentFixture {
  const message = (fields: object): string => JSON.stringify({ type: "message", id: randomUUID(), timestamp: new Date((clock += 1000)).toISOString(), message: fields });
  return {
    agent: factoryDroid({ home }),
    id: (number) => `0b9c0000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id, directory) => path.join(home, ".factory", "sessions", directory.replaceAll("/", "-"), `${id}.jsonl`),
    directory: "header",
    begin: (id, directory) => [
      JSON.stringify({ type: "session_start", id, title: "New Session", owner: "dev", version: 2, cwd: directory, isSessionTitleManuallySet: false }),
      message({ role: "user", content: [], visibility: "user_only", hookEventName: "SessionStart" }),
      message({ role: "user", content: [{ type: "text", text: "<system-reminder>\nof the tools\n</system-reminder>" }], visibility: "llm_only" }),
    ],
    turn: (_id, _directory, prompt, answer) => [
      message({ role: "user", content: [{ type: "text", text: prompt }] }),
      message({ role: "assistant", content: [{ type: "tool_use", id: "c", name: "Execute", input: { command: "pwd", cwd: "/evil" } }], modelId: "model-test" }),
      message({ role: "user", content: [{ type: "tool_result", tool_use_id: "c", is_error: false, content: "/evil\n\n[Process exited with code 0]" }] }),
      message({ role: "assistant", content: [{ type: "text", text: answer }], modelId: "model-test" }),
      JSON.stringify({ type: "agent_turn_outcome", turnId: "t", reason: "completed", resultKind: "text" }),
    ],
    strange: JSON.stringify({ type: "never_seen", timestamp: "2026-03-01T10:00:00.000Z", cwd: "/evil" }),
    payload: (id, transcript) => ({ session_id: id, transcript_path: transcript, cwd: "/home/dev", permission_mode: "off", hook_event_name: "Stop" }),
  };
}
