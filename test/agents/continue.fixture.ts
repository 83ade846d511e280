import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { continueAgent } from "../../src/adapters/agents/continue/adapter.ts";
import type { DocumentFixture } from "./contract.ts";

/** Sessions of Continue, made up in the form of the real one. */
export function continueFixture(home: string): DocumentFixture {
  const transcript = (id: string): string => path.join(home, ".continue", "sessions", `${id}.json`);
  return {
    storage: "document",
    directory: "header",
    agent: continueAgent({ home }),
    id: (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript,
    async write(id, directory, turns) {
      const history = turns.flatMap(({ prompt, answer }, turn) => {
        const call = { id: `t${turn}`, type: "function", function: { name: "Bash", arguments: '{"workspaceDirectory":"/evil"}' } };
        return [
          { message: { role: "user", content: prompt }, contextItems: [], editorState: prompt },
          {
            message: { role: "assistant", content: answer, toolCalls: [call] },
            contextItems: [],
            toolCallStates: [{ toolCallId: call.id, toolCall: call, status: "done", parsedArgs: { workspaceDirectory: "/evil" }, output: [{ content: "ok", name: "Tool Result" }] }],
          },
        ];
      });
      await mkdir(path.dirname(transcript(id)), { recursive: true });
      await writeFile(transcript(id), JSON.stringify({ sessionId: id, title: "Untitled Session", workspaceDirectory: directory, history, usage: { promptTokens: 1, completionTokens: 2 } }, null, 2));
      await writeFile(path.join(path.dirname(transcript(id)), "sessions.json"), "[]");
    },
    spoiled(content) {
      const session = JSON.parse(Buffer.from(content).toString()) as { history: unknown[] };
      const strange = { message: { role: "oracle", content: "x" } };
      return Buffer.from(JSON.stringify({ ...session, history: [strange, ...session.history, 7, [], {}, strange] }));
    },
    payload: (id) => ({ session_id: id, cwd: "/home/dev" }),
  };
}
