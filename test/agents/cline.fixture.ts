import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { cline } from "../../src/adapters/agents/cline/adapter.ts";
import type { DocumentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Sessions of Cline's CLI, made up in the form of version 3.0. */
export function clineFixture(home: string): DocumentFixture {
  const transcript = (id: string): string => path.join(home, ".cline", "data", "sessions", id, `${id}.messages.json`);
  return {
    storage: "document",
    directory: "beside",
    agent: cline({ home, platform: "linux" }),
    id: (number) => `1795214638${String(number).padStart(3, "0")}_abcde`,
    transcript,
    async write(id, directory, turns) {
      const messages = turns.flatMap(({ prompt, answer }, turn) => [
        { id: `u${turn}`, role: "user", content: [{ type: "text", text: `<user_input mode="act">${prompt}</user_input>` }], ts: (clock += 1000) },
        {
          id: `a${turn}`,
          role: "assistant",
          content: [{ type: "thinking", thinking: "Let me see." }, { type: "tool_use", id: `t${turn}`, name: "run_commands", input: { commands: ["ls"], cwd: "/evil" } }],
          ts: (clock += 1000),
          modelInfo: { id: "mock-coder", provider: "openai-compatible" },
          metrics: { inputTokens: 10, outputTokens: 2, cacheReadTokens: 4, cacheWriteTokens: 0 },
        },
        { id: `r${turn}`, role: "user", content: [{ type: "tool_result", tool_use_id: `t${turn}`, name: "run_commands", content: [{ query: "ls", result: "src", success: true }] }], ts: (clock += 1000) },
        { id: `b${turn}`, role: "assistant", content: [{ type: "text", text: answer }], ts: (clock += 1000), modelInfo: { id: "mock-coder" }, metrics: { inputTokens: 12, outputTokens: 3 } },
      ]);
      await mkdir(path.dirname(transcript(id)), { recursive: true });
      const manifest = { version: 1, session_id: id, source: "cli", pid: 1, cwd: directory, workspace_root: directory, metadata: {}, messages_path: transcript(id) };
      await writeFile(path.join(path.dirname(transcript(id)), `${id}.json`), JSON.stringify(manifest, null, 2));
      await writeFile(transcript(id), JSON.stringify({ version: 1, agent: "lead", sessionId: id, origin: { source: "cli", mode: "user", sessionId: id, version: "3.0.65" }, messages }, null, 2));
    },
    spoiled(content) {
      const session = JSON.parse(Buffer.from(content).toString()) as { messages: unknown[] };
      return Buffer.from(JSON.stringify({ ...session, messages: [{ role: "oracle" }, ...session.messages, 7, [], "x", { role: "oracle" }] }));
    },
    payload: (id) => ({ clineVersion: "", taskId: "conv_1_x", sessionContext: { rootSessionId: id }, workspaceRoots: ["/home/dev"], hookName: "agent_end" }),
  };
}
