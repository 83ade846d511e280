import { writeFile } from "node:fs/promises";
import path from "node:path";
import { kiro } from "../../src/adapters/agents/kiro/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z") / 1000;
let message = 0;

/** A record of Kiro CLI, made up in the form of the real ones. */
export function kiroRecord(kind: string, content: readonly object[], more: object = {}): string {
  return JSON.stringify({ version: "v1", kind, data: { message_id: `m${++message}`, content, ...more } });
}

export function kiroFixture(home: string): AgentFixture {
  const folder = path.join(home, ".kiro", "sessions", "cli");
  return {
    agent: kiro({ home }),
    directory: "beside",
    id: (number) => `7c000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id) => path.join(folder, `${id}.jsonl`),
    beside: (id, directory) => writeFile(path.join(folder, `${id}.json`), JSON.stringify({ session_id: id, cwd: directory, created_at: "2026-03-01T10:00:00Z", session_state: { version: "v1" } }, null, 2)),
    begin: () => [kiroRecord("AssistantMessage", [{ kind: "text", data: "" }])],
    turn: (_id, _directory, prompt, answer) => [
      kiroRecord("Prompt", [{ kind: "text", data: prompt }], { meta: { timestamp: ++clock } }),
      kiroRecord("AssistantMessage", [{ kind: "text", data: "" }, { kind: "toolUse", data: { toolUseId: "t1", name: "shell", input: { command: "ls", cwd: "/evil" } } }]),
      kiroRecord("ToolResults", [{ kind: "toolResult", data: { toolUseId: "t1", content: [{ kind: "text", data: "a" }], status: "success" } }], { results: {} }),
      kiroRecord("AssistantMessage", [{ kind: "text", data: answer }]),
    ],
    strange: JSON.stringify({ version: "v1", kind: "NeverSeen", data: { cwd: "/evil" } }),
    payload: (id, transcript) => ({ hook_event_name: "stop", session_id: id, cwd: "/home/dev", transcript_path: transcript }),
  };
}
