import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { anthropic } from "./anthropic.ts";
import { chat } from "./chat.ts";
import { gemini } from "./gemini.ts";
import { record, type Json } from "./json.ts";
import type { Protocol, Sent } from "./protocol.ts";
import { responses } from "./responses.ts";
import { replyTo, type Heard, type ScriptedTurn } from "./script.ts";

const PROTOCOLS: readonly Protocol[] = [anthropic, chat, responses, gemini];

/** A model that says what a script says, on the loopback interface alone. */
export interface ModelServer {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string;
  /** Every request for a reply so far, in order. */
  heard(): readonly Heard[];
  /** What it said to them that was no call, in order. */
  answered(): readonly string[];
  /** Paths that were asked for and are no protocol's, each once: an agent that wants more than a model. */
  unknown(): readonly string[];
  close(): Promise<void>;
}

export async function startModel(script: readonly ScriptedTurn[]): Promise<ModelServer> {
  const heard: Heard[] = [];
  const answered: string[] = [];
  const unknown = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.statusCode = 400;
      response.end(JSON.stringify({ error: { message: String(error) } }));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    const [plain = ""] = path.split("?");
    const body = request.method === "POST" ? await readJson(request) : {};
    const protocol = request.method === "POST" ? PROTOCOLS.find((one) => one.takes(plain)) : undefined;
    if (protocol === undefined) return send(response, beside(plain, request.method ?? "", unknown));
    const said = protocol.hear(body);
    const id = String(heard.push(said)).padStart(16, "0");
    const reply = replyTo(script, said);
    if ("answer" in reply) answered.push(reply.answer);
    send(response, protocol.send(reply, body, path, id));
  }

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    heard: () => heard,
    answered: () => answered,
    unknown: () => [...unknown],
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** What agents ask beside replies: how long a prompt is, and which models there are. */
function beside(path: string, method: string, unknown: Set<string>): Sent {
  if (path.endsWith("/count_tokens")) return { json: { input_tokens: 1_000 } };
  if (path.endsWith(":countTokens")) return { json: { totalTokens: 1_000 } };
  if (path.endsWith("/models")) return { json: { object: "list", data: [], models: [] } };
  unknown.add(`${method} ${path}`);
  return { json: {} };
}

async function readJson(request: IncomingMessage): Promise<Json> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return record(JSON.parse(Buffer.concat(parts).toString("utf8") || "{}"));
}

function send(response: ServerResponse, sent: Sent): void {
  if ("json" in sent) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(sent.json));
    return;
  }
  response.setHeader("content-type", "text/event-stream");
  for (const { name, data } of sent.events) {
    const line = typeof data === "string" ? data : JSON.stringify(data);
    response.write(`${name === undefined ? "" : `event: ${name}\n`}data: ${line}\n\n`);
  }
  response.end();
}
