import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { vscodeCopilot } from "../../src/adapters/agents/vscode-copilot/adapter.ts";
import type { AgentFixture, DocumentFixture } from "./contract.ts";

let clock = Date.parse("2026-03-01T10:00:00.000Z");

function common(home: string, extension: string) {
  const folder = (directory: string): string => path.join(home, ".config", "Code", "User", "workspaceStorage", Buffer.from(directory).toString("hex"));
  return {
    directory: "beside" as const,
    agent: vscodeCopilot({ home, platform: "linux" }),
    id: (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    folder,
    transcript: (id: string, directory: string): string => path.join(folder(directory), "chatSessions", `${id}.${extension}`),
    payload: (id: string) => ({ sessionId: id, cwd: "/home/dev", hookEventName: "Stop" }),
  };
}

function request(prompt: string, answer: string): object {
  const call = { name: "read_file", arguments: '{"filePath":"/evil/x","cwd":"/evil"}', id: `call-${(clock += 1000)}` };
  return {
    requestId: `request-${clock}`,
    timestamp: clock,
    modelId: "copilot/gpt-test",
    agent: { extensionVersion: "0.31.5" },
    message: { text: prompt, parts: [] },
    variableData: { variables: [] },
    response: [{ value: answer }],
    result: { metadata: { toolCallRounds: [{ response: "", toolCalls: [call] }, { response: answer, toolCalls: [] }], toolCallResults: { [call.id]: { content: [{ value: "ok" }] } }, promptTokens: 5, outputTokens: 2 } },
  };
}

const workspace = (directory: string): string => JSON.stringify({ folder: String(pathToFileURL(directory)) });

/** Documents of Copilot Chat, made up in the form of the real ones. */
export function copilotDocumentsFixture(home: string): DocumentFixture {
  const { folder, ...rest } = common(home, "json");
  return {
    ...rest,
    storage: "document",
    async write(id, directory, turns) {
      await mkdir(path.join(folder(directory), "chatSessions"), { recursive: true });
      await writeFile(path.join(folder(directory), "workspace.json"), workspace(directory));
      const requests = turns.map(({ prompt, answer }) => request(prompt, answer));
      await writeFile(rest.transcript(id, directory), JSON.stringify({ version: 3, requesterUsername: "dev", requests, sessionId: id, creationDate: clock - 60_000, lastMessageDate: clock }, null, 2));
    },
    spoiled(content) {
      const session = JSON.parse(Buffer.from(content).toString()) as { requests: { response: object[] }[] };
      const requests = session.requests.map((each) => ({ ...each, response: [...each.response, { kind: "oracle" }, { kind: "oracle" }] }));
      return Buffer.from(JSON.stringify({ ...session, requests: [7, [], ...requests, "x"] }));
    },
  };
}

/** Journals of Copilot Chat. */
export function copilotJournals(home: string): AgentFixture {
  const { folder, ...rest } = common(home, "jsonl");
  return {
    ...rest,
    begin(id, directory) {
      // The directory of a journal lies beside it.
      if (home !== "/home/dev/user") {
        mkdirSync(folder(directory), { recursive: true });
        writeFileSync(path.join(folder(directory), "workspace.json"), workspace(directory));
      }
      return [JSON.stringify({ kind: 0, v: { version: 3, sessionId: id, creationDate: clock, requests: [], inputState: { inputText: "" } } })];
    },
    turn: (_, __, prompt, answer) => [JSON.stringify({ kind: 1, k: ["inputState", "inputText"], v: "" }), JSON.stringify({ kind: 2, k: ["requests"], v: [request(prompt, answer)] })],
    strange: JSON.stringify({ kind: 77, k: ["cwd"], v: "/evil" }),
  };
}
