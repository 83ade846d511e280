import type { Agent, RecordReader, SessionFacts, SessionSource, SourceFile } from "../../src/ports/agent.ts";
import type { Boundary } from "../../src/app/capture/boundary.ts";
import { utf8 } from "../../src/domain/bytes.ts";

/** An agent whose one session lies in memory: lines that grow. */
export interface MemoryAgent {
  readonly agent: Agent;
  readonly source: SessionSource;
  append(...lines: readonly string[]): void;
  facts: SessionFacts;
}

export function memoryAgent(id: string, directory = "/here"): MemoryAgent {
  const file: SourceFile = { path: `${id}.jsonl`, absolute: `/agent/${id}.jsonl`, role: "transcript", growth: "append" };
  const source: SessionSource = { agent: "claude-code", id, files: [file] };
  let bytes = new Uint8Array();
  let modifiedMs = 1;
  const reader = (): RecordReader => ({ take: () => directory, facts: () => memory.facts, state: () => null, keep: () => undefined, forget: () => undefined });
  const memory: MemoryAgent = {
    source,
    facts: {},
    append(...lines) {
      bytes = Uint8Array.from([...bytes, ...utf8(lines.map((line) => `${line}\n`).join(""))]);
      modifiedMs += 1000;
    },
    agent: {
      name: "claude-code",
      title: "Memory",
      verifiedWith: [],
      roots: async () => ["/agent"],
      discover: async function* () {
        yield source;
      },
      find: async () => source,
      fromHook: async () => source,
      open: async () => {
        const now = bytes;
        return { size: now.length, modifiedMs, identity: "1", read: async (offset, length) => now.slice(offset, offset + length), close: async () => undefined };
      },
      records: reader,
      view: async () => {
        throw new Error("no view");
      },
      turnsOf: async () => new Map(),
      placeOf: async (path) => path,
    },
  };
  return memory;
}

export const everywhere: Boundary = { side: async () => "inside", relative: async () => "." };
