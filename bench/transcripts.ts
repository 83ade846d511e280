import { createHash } from "node:crypto";
import { appendFile, mkdir, open, utimes } from "node:fs/promises";
import { join } from "node:path";

/** Words of a small language, so that text compresses about as text and code do. */
const WORDS = "the a of to and in is that for it with as on be at by this from or an we can if not but all one function return const value error test file line path run change build read write string number list call import module check".split(" ");

/** A deterministic stream of numbers. */
export function randomOf(seed: string): () => number {
  let counter = 0;
  let block = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at + 4 > block.length) {
      block = createHash("sha512").update(`${seed} ${counter++}`).digest();
      at = 0;
    }
    at += 4;
    return block.readUInt32LE(at - 4);
  };
}

export function uuid(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function prose(random: () => number, length: number): string {
  let text = "";
  while (text.length < length) {
    const pick = random();
    text += pick % 9 === 0 ? `${pick.toString(36)}_${(pick >>> 7).toString(16)} ` : `${WORDS[pick % WORDS.length] ?? ""}${pick % 13 === 0 ? ".\n" : " "}`;
  }
  return text;
}

export interface Transcript {
  readonly id: string;
  readonly cwd: string;
}

/** Records of real shape (Claude Code, JSON lines): a prompt, answers with tool calls, results of about `bytes` in all. */
export function turn(session: Transcript, number: number, bytes: number): string {
  const random = randomOf(`${session.id} ${number}`);
  const at = Date.UTC(2026, 0, 5) + number * 60_000;
  const lines: string[] = [];
  let parent: string | null = number === 0 ? null : uuid(`${session.id} ${number - 1} last`);
  let length = 0;
  const add = (type: "user" | "assistant", message: unknown, extra: object, last: boolean): void => {
    const id = last ? uuid(`${session.id} ${number} last`) : uuid(`${session.id} ${number} ${lines.length}`);
    const timestamp = new Date(at + lines.length * 700).toISOString();
    const line = JSON.stringify({ parentUuid: parent, isSidechain: false, userType: "external", cwd: session.cwd, sessionId: session.id, version: "2.1.37", gitBranch: "main", type, message, ...extra, uuid: id, timestamp });
    parent = id;
    lines.push(line);
    length += line.length + 1;
  };
  add("user", { role: "user", content: prose(random, 160) }, {}, false);
  const model = { model: "claude-opus-4-5", type: "message", role: "assistant", usage: { input_tokens: random() % 9000, output_tokens: random() % 900 } };
  while (length < bytes - 900) {
    const call = `toolu_${random().toString(36)}${random().toString(36)}`;
    const result = prose(random, Math.max(64, Math.min(1200 + (random() % 6000), bytes - length - 1500)));
    add("assistant", { ...model, id: `msg_${random().toString(36)}`, content: [{ type: "tool_use", id: call, name: "Bash", input: { command: prose(random, 60) } }] }, { requestId: `req_${random().toString(36)}` }, false);
    add("user", { role: "user", content: [{ tool_use_id: call, type: "tool_result", content: result }] }, { toolUseResult: { stdout: result.slice(0, 200), stderr: "" } }, false);
  }
  add("assistant", { ...model, id: `msg_${random().toString(36)}`, content: [{ type: "text", text: prose(random, 200) }] }, { requestId: `req_${random().toString(36)}` }, true);
  return `${lines.join("\n")}\n`;
}

/** Writes a transcript of about `bytes`, as if its last record was written a while ago. @returns number of turns */
export async function writeTranscript(directory: string, session: Transcript, bytes: number, perTurn = 20_000): Promise<number> {
  await mkdir(directory, { recursive: true });
  const path = fileOf(directory, session);
  const file = await open(path, "w");
  let turns = 0;
  for (let written = 0; written < bytes; turns++) {
    const text = turn(session, turns, Math.min(perTurn, Math.max(2000, bytes - written)));
    written += Buffer.byteLength(text);
    await file.writeFile(text);
  }
  await file.close();
  await settle(path);
  return turns;
}

export async function appendTurn(directory: string, session: Transcript, number: number, bytes: number): Promise<void> {
  await appendFile(fileOf(directory, session), turn(session, number, bytes));
}

export function fileOf(directory: string, { id }: Transcript): string {
  return join(directory, `${id}.jsonl`);
}

/** A file that was written to just now may have a writer in the middle of a line. */
export async function settle(path: string): Promise<void> {
  const time = new Date(Date.now() - 60_000);
  await utimes(path, time, time);
}
