import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { door } from "../../src/adapters/agents/door/adapter.ts";
import type { AgentFixture } from "./contract.ts";

const TOOL = "goose";

/** Sessions that a tool hands over, as docs/spec/door.md asks for them. */
export function doorFixture(home: string): AgentFixture {
  const folder = (id: string): string => path.join(home, ".local", "share", "hx", "sessions", TOOL, id);
  let clock = Date.parse("2026-03-01T10:00:00.000Z");
  const record = (fields: object): string => JSON.stringify({ ...fields, at: (clock += 1000) });
  return {
    agent: door({ home, platform: "linux" }),
    keptAs: `door:${TOOL}`,
    directory: "beside",
    isListed: true,
    isDeep: true,
    isFramed: true,
    id: (number) => `20260301_${String(number).padStart(4, "0")}`,
    transcript: (id) => path.join(folder(id), "session.jsonl"),
    async beside(id, directory) {
      await mkdir(folder(id), { recursive: true });
      await writeFile(path.join(folder(id), "session.json"), JSON.stringify({ format: "hx-session/1", agent: TOOL, id, directory, files: [{ path: "session.jsonl" }] }, null, 2));
    },
    begin: () => [JSON.stringify({ type: "session", format: "hx-session-lines/1" })],
    turn: (_id, _directory, prompt, answer) => [
      record({ type: "prompt", text: prompt }),
      record({ type: "tool-call", tool: "shell", call: "c", input: { command: "ls", directory: "/evil" } }),
      record({ type: "tool-result", call: "c", text: "a", exitCode: 0 }),
      record({ type: "message", text: answer, model: "model-test" }),
      record({ type: "usage", input: 3, output: 2 }),
    ],
    strange: JSON.stringify({ type: "never-seen", text: "x" }),
    payload: (id, transcript) => ({ agent: TOOL, session_id: id, transcript_path: transcript, cwd: "/home/dev" }),
  };
}
