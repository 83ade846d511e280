import { describe, expect, it } from "vitest";
import { claudeReader } from "../../src/adapters/agents/claude-code/reader.ts";
import { codexReader } from "../../src/adapters/agents/codex/reader.ts";
import type { RecordReader } from "../../src/ports/agent.ts";

const file = { path: "p", role: "transcript" } as const;
const bytes = (record: unknown): Uint8Array => Buffer.from(JSON.stringify(record));

const at = (second: number): string => `2026-03-01T10:00:${String(second).padStart(2, "0")}.000Z`;
const meta = (cwd: string): Uint8Array => bytes({ timestamp: at(0), type: "session_meta", payload: { id: "019c0000-0000-7000-8000-000000000001", cwd, cli_version: "0.135.0", git: { branch: "main" } } });
const turn = (cwd: string, model: string, second: number): Uint8Array => bytes({ timestamp: at(second), type: "turn_context", payload: { cwd, model } });
const asked = (message: string, second: number): Uint8Array => bytes({ timestamp: at(second), type: "event_msg", payload: { type: "user_message", message } });
const named = (thread_name: string, second: number): Uint8Array => bytes({ timestamp: at(second), type: "event_msg", payload: { type: "thread_name_updated", thread_name } });

/** Takes records that ran inside (kept) or outside (forgotten), through a state that is written out between. */
function read(make: (state?: unknown) => RecordReader, records: readonly (readonly ["in" | "out", Uint8Array])[]): RecordReader {
  let reader = make();
  for (const [side, record] of records) {
    reader.take(record);
    if (side === "in") reader.keep();
    else reader.forget();
    reader = make(JSON.parse(JSON.stringify(reader.state())));
  }
  return reader;
}

describe("what a reader says of a session", () => {
  it("comes from the records of Codex that ran inside alone, and places still follow one another", () => {
    const reader = read((state) => codexReader(file, state), [
      ["in", meta("/in")],
      ["out", turn("/out", "model-out", 50)],
      ["out", asked("asked outside", 51)],
      ["out", named("named outside", 52)],
      ["in", turn("/in", "model-in", 10)],
      ["in", asked("asked inside", 11)],
    ]);
    expect(reader.facts()).toEqual({ title: "asked inside", branch: "main", version: "0.135.0", models: ["model-in"], first: Date.parse(at(0)), last: Date.parse(at(11)), turns: 1, damaged: 0 });
  });

  it("keeps the directory of the own session_meta of Codex, though it ran outside", () => {
    const reader = codexReader(file);
    expect(reader.take(meta("/out"))).toBe("/out");
    reader.forget();
    expect(reader.facts()).toEqual({ turns: 0, damaged: 0 });
    expect(reader.state()).toMatchObject({ home: "/out" });
  });

  it("comes from the records of Claude Code that ran inside alone", () => {
    const record = (cwd: string, content: string, more = {}): Uint8Array => bytes({ type: "user", cwd, gitBranch: cwd, version: cwd, timestamp: at(5), message: { role: "user", content }, ...more });
    const reader = read((state) => claudeReader(file, state), [
      ["out", record("/out", "first outside")],
      ["in", record("/in", "first inside")],
      ["out", bytes({ type: "custom-title", customTitle: "title outside" })],
      ["out", bytes({ type: "assistant", cwd: "/out", message: { model: "model-out" } })],
    ]);
    expect(reader.facts()).toMatchObject({ title: "first inside", branch: "/in", version: "/in", turns: 1 });
    expect(reader.facts().models).toBeUndefined();
  });

  it("a torn record names its directory where its beginning holds it", () => {
    const torn = (whole: Uint8Array, keep: string): Uint8Array => whole.subarray(0, Buffer.from(whole).indexOf(keep) + keep.length);
    expect(codexReader(file).take(torn(turn("/in", "m", 1), '"/in"'))).toBe("/in");
    expect(codexReader(file).take(torn(turn("/in", "m", 1), '"/in'))).toBeUndefined();
    expect(claudeReader(file).take(torn(bytes({ cwd: "/in", type: "user", message: {} }), '"type'))).toBe("/in");
    expect(claudeReader(file).take(Buffer.from('{"message":{"cwd":"/in"'))).toBeUndefined();
  });
});
