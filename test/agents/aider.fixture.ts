import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { aider } from "../../src/adapters/agents/aider/adapter.ts";
import type { AgentFixture } from "./contract.ts";
import { bytesOf } from "./contract/fixture.ts";

const HISTORY = ".aider.chat.history.md";

/** As Aider writes it: local time, without a zone. A run of a lower number ended when the next began. */
function headerOf(number: number): string {
  const at = new Date(number * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `# aider chat started at ${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** As docs/agents/aider.md has it. */
function idOf(number: number): string {
  const header = headerOf(number);
  const time = header.replaceAll(/\D/g, "");
  return `${time.slice(0, 8)}-${time.slice(8)}-${createHash("sha256").update(`${HISTORY}\0${header}\0${0}`).digest("hex").slice(0, 8)}`;
}

/** Runs of Aider, made up in the form that version 0.86 writes: all of a checkout in one file. */
export function aiderFixture(home: string): AgentFixture {
  const histories = new Map<string, Map<string, readonly string[]>>();
  const numbers = new Map(Array.from({ length: 64 }, (_, number) => [idOf(number), number]));
  const place = (directory: string): string => path.join(directory, HISTORY);
  return {
    agent: aider({ home }),
    directory: "beside",
    inCheckout: true,
    isProse: true,
    id: idOf,
    transcript: (_id, directory) => place(directory),
    restored: (id, directory) => path.join(directory, `.aider.chat.history.${id}.md`),
    async share(id, directory, lines) {
      const runs = histories.get(directory) ?? new Map<string, readonly string[]>();
      histories.set(directory, runs.set(id, lines));
      await mkdir(directory, { recursive: true });
      await writeFile(place(directory), bytesOf([...runs].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, run]) => run)));
    },
    begin: (id) => [headerOf(numbers.get(id) ?? 0), ""],
    turn: (_id, _directory, prompt, answer) => [`#### ${prompt}  `, "", answer, "", "> Tokens: 2.1k sent, 180 received. Cost: $0.01 message, $0.02 session.  ", ""],
    strange: "> Never seen  ",
    payload: (id) => ({ session_id: id, cwd: "/home/dev" }),
  };
}
