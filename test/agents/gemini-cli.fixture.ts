import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { geminiCli } from "../../src/adapters/agents/gemini-cli/adapter.ts";
import type { AgentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");
const next = (): string => new Date((clock += 1000)).toISOString();

/** Records of Gemini CLI, made up in the form that version 0.61 writes. */
export function geminiFixture(home: string): AgentFixture {
  const context = (directory: string): string => `<session_context>\n- **Workspace Directories:**\n  - ${directory}\n</session_context>`;
  return {
    agent: geminiCli({ home, platform: "linux" }),
    directory: "beside",
    id: (number) => `${String(number).padStart(8, "0")}-0000-4000-8000-000000000000`,
    transcript(id, directory) {
      const folder = path.join(home, ".gemini", "tmp", path.basename(directory));
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, ".project_root"), directory);
      return path.join(folder, "chats", `session-2026-03-01T10-00-${id.slice(0, 8)}.jsonl`);
    },
    begin: (id, directory) => [
      JSON.stringify({ sessionId: id, projectHash: createHash("sha256").update(directory).digest("hex"), startTime: next(), lastUpdated: next(), kind: "main" }),
      JSON.stringify({ $set: { messages: [{ id: "c".repeat(32), timestamp: next(), type: "user", content: [{ text: context(directory) }] }], lastUpdated: next() } }),
    ],
    turn(_id, _directory, prompt, answer) {
      const asked = { id: `u${next()}`, timestamp: next(), type: "user", content: [{ text: prompt }] };
      const answered = { id: `g${next()}`, timestamp: next(), type: "gemini", content: answer, thoughts: [], tokens: { input: 3, output: 2, cached: 1, thoughts: 0, tool: 0, total: 5 }, model: "gemini-test" };
      const toolCalls = [{ id: "t", name: "run_shell_command", args: { cwd: "/evil" }, result: [{ functionResponse: { id: "t", name: "run_shell_command", response: { output: "ok" } } }], status: "success", timestamp: next() }];
      return [asked, { $set: { lastUpdated: next() } }, answered, { ...answered, toolCalls }].map((record) => JSON.stringify(record));
    },
    strange: JSON.stringify({ type: "never-seen", value: { cwd: "/evil" } }),
    payload: (id, transcript) => ({ session_id: id, transcript_path: transcript, cwd: "/home/dev", hook_event_name: "AfterAgent" }),
  };
}
