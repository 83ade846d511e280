import { randomUUID } from "node:crypto";
import path from "node:path";
import { copilotCli } from "../../src/adapters/agents/copilot-cli/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Events of Copilot CLI, made up in the form of version 1.0.102. */
export function copilotCliFixture(home: string): AgentFixture {
  const event = (type: string, data: object): string => JSON.stringify({ type, data, id: randomUUID(), timestamp: new Date((clock += 1000)).toISOString(), parentId: null });
  const context = (directory: string): object => ({ cwd: directory, gitRoot: directory, branch: "main" });
  return {
    agent: copilotCli({ home }),
    id: (number) => `0b9c0000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id) => path.join(home, ".copilot", "session-state", id, "events.jsonl"),
    begin: (id, directory) => [event("session.start", { sessionId: id, version: 1, copilotVersion: "1.0.102", selectedModel: "auto", context: context(directory) })],
    turn: (id, directory, prompt, answer) => [
      event("session.resume", { resumeTime: "2026-03-01T10:00:00.000Z", selectedModel: "auto", context: context(directory) }),
      event("hook.start", { hookType: "userPromptSubmitted", input: { sessionId: id, prompt, cwd: "/evil" } }),
      event("user.message", { content: prompt, transformedContent: prompt, attachments: [] }),
      event("assistant.message", { model: "model-test", content: "", toolRequests: [{ toolCallId: `c${clock}`, name: "bash", arguments: { command: "pwd", cwd: "/evil" } }] }),
      event("assistant.message", { model: "model-test", content: answer, toolRequests: [], outputTokens: 7 }),
    ],
    strange: JSON.stringify({ type: "never.seen", data: { cwd: "/evil", context: { cwd: "/evil" } }, timestamp: "2026-03-01T10:00:00.000Z" }),
    payload: (id, transcript) => ({ sessionId: id, timestamp: clock, cwd: "/home/dev", transcriptPath: transcript, stopReason: "end_turn", stop_hook_active: false }),
  };
}
