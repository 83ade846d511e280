import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { amp } from "../../src/adapters/agents/amp/adapter.ts";
import type { DocumentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

/** Threads of Amp, made up in the form of the real ones. */
export function ampFixture(home: string): DocumentFixture {
  const agent = amp({ home, platform: "linux" });
  const transcript = (id: string): string => path.join(home, ".local", "share", "amp", "threads", `${id}.json`);
  return {
    storage: "document",
    directory: "header",
    agent,
    id: (number) => `T-019c0000-0000-7000-8000-${String(number).padStart(12, "0")}`,
    transcript,
    async write(id, directory, turns) {
      const messages = turns.flatMap(({ prompt, answer }, turn) => [
        { role: "user", messageId: 2 * turn, content: [{ type: "text", text: prompt }], meta: { sentAt: (clock += 1000) } },
        {
          role: "assistant",
          messageId: 2 * turn + 1,
          content: [
            { type: "thinking", thinking: "Let me see.", signature: "c2ln" },
            { type: "tool_use", complete: true, id: `t${turn}`, name: "Bash", input: { cmd: "ls", cwd: "/evil", env: { initial: { trees: [{ uri: "file:///evil" }] } } } },
            { type: "text", text: answer },
          ],
          state: { type: "complete", stopReason: "end_turn" },
          usage: { model: "claude-test", inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3, timestamp: new Date((clock += 1000)).toISOString() },
        },
      ]);
      const trees = [{ displayName: "acme", uri: String(pathToFileURL(directory)), repository: { type: "git", ref: "refs/heads/main" } }];
      const thread = { v: 3, id, created: clock - 60_000, messages, nextMessageId: messages.length, env: { initial: { trees, platform: { os: "linux", clientVersion: "0.0.1" } } } };
      await mkdir(path.dirname(transcript(id)), { recursive: true });
      await writeFile(transcript(id), JSON.stringify(thread, null, 2));
    },
    spoiled(content) {
      const thread = JSON.parse(Buffer.from(content).toString()) as { messages: unknown[] };
      return Buffer.from(JSON.stringify({ ...thread, messages: [{ role: "oracle" }, ...thread.messages, 7, [], "x", { role: "oracle" }] }));
    },
    payload: (id) => ({ session_id: id, cwd: "/home/dev", hook_event_name: "agent.end" }),
  };
}
