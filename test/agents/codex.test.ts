import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codex } from "../../src/adapters/agents/codex/adapter.ts";
import { rolloutName, timeOfId } from "../../src/adapters/agents/codex/rollout-name.ts";
import { codexView } from "../../src/adapters/agents/codex/view.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { Entry, SessionView } from "../../src/domain/view.ts";
import type { CapturedFile, SessionFacts, SessionSource } from "../../src/ports/agent.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents/codex/0.169.0");
const store = (scenario: string): string => path.join(FIXTURES, scenario, "store");
const WORK = "/home/dev/work/acme-web";
const FIRST = "01a1fb1b-3d2b-72d0-b97e-e6423cd44330";
const FORK = "01a1fb1b-4d70-7ef2-b84b-b8575e3b6601";
const ROOT = "01a1fb1b-6047-71a0-9083-49c0718fd332";
const CHILD = "01a1fb1b-60d6-7730-8988-ce06fbae46e6";

const captured = (source: SessionSource): readonly CapturedFile[] => source.files.map((file) => ({ path: file.path, role: file.role, bytes: () => readFile(file.absolute) }));
const entriesOf = (view: SessionView): readonly Entry[] => view.turns.flatMap(({ entries }) => entries);
const asBytes = (records: readonly object[]): Uint8Array => Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
const viewOf = (records: readonly object[]): Promise<SessionView> => codexView([{ path: "x.jsonl", role: "transcript", bytes: () => Promise.resolve(asBytes(records)) }]);
const record = (type: string, payload: object, more: object = {}): object => ({ timestamp: "2026-03-01T10:00:00.000Z", type, payload, ...more });
const event = (payload: object): object => record("event_msg", payload);
const item = (payload: object): object => record("response_item", payload);

function read(records: readonly object[]): { readonly facts: SessionFacts; readonly directories: readonly (string | undefined)[] } {
  const reader = codex({ home: "/x" }).records({ path: "p", role: "transcript" });
  const directories = records.map((each) => reader.take(Buffer.from(JSON.stringify(each))));
  return { facts: reader.facts(), directories };
}
async function found(scenario: string, id: string): Promise<SessionSource> {
  const source = await codex({ home: "/nonexistent", codexHome: store(scenario) }).find(id);
  if (source === null) throw new Error("not found");
  return source;
}

describe("codex: what version 0.169.0 wrote", () => {
  it("views the first session: turns, exit codes, edits, tokens counted once", async () => {
    const view = await codexView(captured(await found("01-first", FIRST)));
    expect(view).toMatchObject({ id: FIRST, directory: WORK, branch: "main", version: "0.169.0", models: ["gpt-5.5"], damaged: 0, unknown: {} });
    expect(view.tokens).toEqual({ input: 63034 - 44120, output: 1373, reasoning: 69, cacheRead: 44120, cacheWrite: 0 });
    expect(view.turns).toHaveLength(1);
    const entries = entriesOf(view);
    expect(entries.filter((entry) => entry.kind === "tool-result").map((entry) => entry.exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
    const edits = entries.filter((entry) => entry.kind === "edit");
    expect(edits.map((edit) => edit.path)).toEqual([`${WORK}/src/slugify.js`, `${WORK}/src/slugify.js`]);
    expect(edits[1]?.after).toContain(".replace(/^-+|-+$/g, '');");
    expect(edits[1]?.before).not.toContain("^-+");
    expect(entries.filter(({ kind }) => kind === "reasoning")).toHaveLength(3);
  });
  it("counts the prompts of a resumed session", async () => {
    expect((await codexView(captured(await found("02-resume-last", FIRST)))).turns.map((turn) => turn.prompt !== undefined)).toEqual([true, true]);
  });
  it("names the session that a fork or a sub-agent goes on from, and leaves out what was copied from it", async () => {
    expect([(await found("08-subagent", FORK)).parent, (await found("08-subagent", CHILD)).parent, (await found("08-subagent", ROOT)).parent]).toEqual([FIRST, ROOT, undefined]);
    const fork = await codexView(captured(await found("08-subagent", FORK)));
    expect(entriesOf(fork)[0]).toEqual({ kind: "note", text: `goes on from session '${FIRST}': what came before are the first 101 records of that session's file, and no part of this one` });
    expect(fork.turns.filter((turn) => turn.prompt !== undefined)).toHaveLength(1);
    const child = await codexView(captured(await found("08-subagent", CHILD)));
    expect(child.turns.every((turn) => turn.prompt === undefined)).toBe(true);
    expect(entriesOf(child)[0]).toMatchObject({ kind: "note", text: expect.stringContaining(`'${ROOT}'`) as string });
    expect(entriesOf(child).filter(({ kind }) => kind === "tool-call")).toHaveLength(1);
  });
  it("leads every hook payload to the session whose transcript it names", async () => {
    for (const scenario of await readdir(FIXTURES)) {
      for (const name of await readdir(path.join(FIXTURES, scenario, "hooks"))) {
        const payload = JSON.parse((await readFile(path.join(FIXTURES, scenario, "hooks", name), "utf8")).replaceAll("/home/dev/.codex", store(scenario))) as Record<string, string>;
        expect((await codex({ home: "/nonexistent", codexHome: store(scenario) }).fromHook(payload))?.id, name).toBe(payload["session_id"]);
      }
    }
  });
  it("leads a notification to its thread", async () => {
    expect((await codex({ home: "/nonexistent", codexHome: store("01-first") }).fromHook({ type: "agent-turn-complete", "thread-id": FIRST, cwd: WORK }))?.id).toBe(FIRST);
  });
});

describe("codex: rollouts of a store", () => {
  let home = "";
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-codex-")));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const NAME = `rollout-2026-01-02T03-04-05-${FIRST}.jsonl`;
  const put = async (file: string, content: Uint8Array | string): Promise<string> => {
    const absolute = path.join(home, ".codex", file);
    await mkdir(path.dirname(absolute), { recursive: true });
    await writeFile(absolute, content);
    return absolute;
  };
  const meta = asBytes([record("session_meta", { id: FIRST, cwd: WORK })]);

  it("keep their path when they are archived, and the live one counts", async () => {
    await put(`archived_sessions/${NAME}`, meta);
    const agent = codex({ home });
    expect((await agent.find(FIRST))?.files).toMatchObject([{ path: `sessions/2026/01/02/${NAME}`, absolute: path.join(home, ".codex/archived_sessions", NAME) }]);
    const live = await put(`sessions/2026/01/02/${NAME}`, meta);
    expect((await agent.find(FIRST))?.files.map((file) => file.absolute)).toEqual([live]);
  });
  it("of a reverted thread belong together, the latest first", async () => {
    const reverted = `rollout-2026-01-03T00-00-00-${FIRST}_${FORK}.jsonl`;
    await put(`sessions/2026/01/02/${NAME}`, meta);
    await put(`sessions/2026/01/03/${reverted}`, meta);
    await put("sessions/2026/01/03/notes.jsonl", meta);
    await put(`sessions/not-a-year/01/03/rollout-2026-01-03T00-00-00-${FORK}.jsonl`, meta);
    expect((await codex({ home }).find(FIRST))?.files.map((file) => path.basename(file.path))).toEqual([reverted, NAME]);
    expect(await codex({ home }).find(FORK)).toBeNull();
  });
  it("are kept when their first line says no directory", async () => {
    await put(`sessions/2026/01/02/${NAME}`, '{"timestamp":"x","type":"session_meta","payload":{"id":"');
    const ids: string[] = [];
    for await (const { id } of codex({ home }).discover([WORK])) ids.push(id);
    expect(ids).toEqual([FIRST]);
  });
  it("are opened decompressed, or refused in words, and the plain one wins", async () => {
    const content = Buffer.concat([meta, Buffer.alloc(300_000, "x"), Buffer.from("\n")]);
    await put(`sessions/2026/01/02/${NAME}.zst`, rawZstd(content));
    const agent = codex({ home });
    const file = (await agent.find(FIRST))?.files[0];
    if (file === undefined) throw new Error("not found");
    expect(file.path).toBe(`sessions/2026/01/02/${NAME}`);
    if (await canDecompress()) {
      const open = await agent.open(file);
      expect(open.size).toBe(content.length);
      expect(Buffer.from(await open.read(10, content.length)).equals(content.subarray(10))).toBe(true);
      await open.close();
    } else {
      await expect(agent.open(file)).rejects.toSatisfy((error) => isHxError(error) && error.code === "io-failed");
    }
    await put(`sessions/2026/01/02/${NAME}`, meta);
    const plain = await agent.open(file);
    expect(plain.size).toBe(meta.length);
    await plain.close();
  });
  it("take an empty CODEX_HOME for none", async () => {
    await put(`sessions/2026/01/02/${NAME}`, meta);
    expect(await codex({ home, codexHome: "" }).find(FIRST)).not.toBeNull();
    expect(await codex({ home, codexHome: path.join(home, "other") }).find(FIRST)).toBeNull();
  });
  it("have names that say thread and day", () => {
    expect(rolloutName(`${NAME}.zst`)).toEqual({ id: FIRST, name: NAME, compressed: true, path: `sessions/2026/01/02/${NAME}` });
    for (const other of [`x${NAME}`, `${NAME}.tmp`, NAME.replace("01a1", "01a"), "rollout-..-x.jsonl"]) expect(rolloutName(other)).toBeUndefined();
    expect(timeOfId(FIRST)).toBe(1795214228779);
    expect(timeOfId("031d3ab5-1e7f-4e55-8e54-10ebd73d1a8d")).toBeUndefined();
  });
});

describe("codex: generations of the format", () => {
  const bare = [
    { id: "031d3ab5-1e7f-4e55-8e54-10ebd73d1a8d", timestamp: "2025-04-06T18:46:22.298Z", instructions: "x", git: { branch: "dev" } },
    { record_type: "state" },
    { type: "message", role: "user", content: [{ type: "input_text", text: `<environment_context>\nCurrent working directory: ${WORK}\nApproval policy: never\n</environment_context>` }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "do it" }] },
    { type: "function_call", name: "shell", call_id: "c", arguments: '{"command":["ls"]}' },
    { type: "function_call_output", call_id: "c", output: '{"output":"a\\nb","metadata":{"exit_code":3}}' },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "done" }] },
  ];
  it("reads the first, which has no envelope", async () => {
    expect(read(bare)).toMatchObject({ facts: { turns: 1, title: "do it", branch: "dev" }, directories: [undefined, undefined, WORK, undefined, undefined, undefined, undefined] });
    const view = await viewOf(bare);
    expect(view).toMatchObject({ directory: WORK, branch: "dev", damaged: 0, unknown: {} });
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(["tool-call", "tool-result", "message"]);
    expect(entriesOf(view)[1]).toMatchObject({ text: "a\nb", exitCode: 3, failed: true });
  });
  it("does not count twice what events and items both say", async () => {
    const both = [
      record("session_meta", { id: FIRST, cwd: WORK }),
      item({ type: "message", role: "user", content: [{ type: "input_text", text: "# AGENTS.md instructions for x" }] }),
      item({ type: "message", role: "user", content: [{ type: "input_text", text: "ask" }] }),
      event({ type: "user_message", message: "ask" }),
      event({ type: "agent_reasoning", text: "hm" }),
      item({ type: "reasoning", summary: [], encrypted_content: "x" }),
      event({ type: "agent_message", message: "said" }),
      item({ type: "message", role: "assistant", content: [{ type: "output_text", text: "said" }] }),
    ];
    expect(read(both).facts).toMatchObject({ turns: 1, title: "ask" });
    const view = await viewOf(both);
    expect(view.turns).toHaveLength(1);
    expect(entriesOf(view).map(({ kind, ...rest }) => [kind, "text" in rest ? rest.text : ""])).toEqual([["reasoning", ""], ["message", "said"]]);
  });
});

describe("codex: lines of one turn", () => {
  const said = (text: string): object => item({ type: "message", role: "user", content: [{ type: "input_text", text }] });
  const asked = (message: string): object => event({ type: "user_message", message });
  const turnsIn = async (records: readonly object[]): Promise<ReadonlyMap<number | "frame", string>> => {
    const bytes = Buffer.from(asBytes(records));
    const ranges = (await codex({ home: "/x" }).turnsOf([{ path: "x.jsonl", role: "transcript", bytes: async () => bytes }])).get("x.jsonl") ?? [];
    const texts = new Map<number | "frame", string>();
    for (const { from, to, turn } of ranges) texts.set(turn, `${texts.get(turn) ?? ""}${bytes.subarray(from, to).toString()}`);
    return texts;
  };
  const meta = record("session_meta", { id: FIRST, cwd: WORK });
  const context = record("turn_context", { cwd: WORK, model: "m" });

  it("hold no prompt of another, wherever the message with it stands", async () => {
    const texts = await turnsIn([
      meta,
      ...[context, said("apple"), asked("apple"), item({ type: "message", role: "assistant", content: [{ type: "output_text", text: "of apple" }] })],
      // A prompt that was withdrawn, and what is told again after a compaction.
      ...[said("withdrawn"), said("apple"), context, said("banana"), asked("banana"), said("apple"), said("withdrawn")],
      item({ type: "message", role: "assistant", content: [{ type: "output_text", text: "of banana" }] }),
      ...[said("apple"), said("banana")],
    ]);
    expect([...texts.keys()].sort()).toEqual([0, 1, "frame"]);
    expect(texts.get(1)).toContain("of banana");
    expect(texts.get(1)?.match(/"banana"/g)).toHaveLength(3);
    expect(texts.get(0)?.match(/"apple"/g)).toHaveLength(2);
    for (const [turn, others] of [[0, /banana|withdrawn/], [1, /apple|withdrawn/], ["frame", /apple|banana|withdrawn/]] as const) expect(texts.get(turn)).not.toMatch(others);
  });
});

describe("codex: what was copied from a parent", () => {
  // The second of these threads is a second younger than the first, the third a second younger than that.
  const [PARENT, OWN] = ["019e0000-0000-7000-8000-000000000001", "019e0000-03e8-7000-8000-000000000001"];
  const [THEN, NOW] = ["019e0000-0001-7000-8000-000000000001", "019e0000-07d0-7000-8000-000000000001"];
  const tokens = (total: number, last: number): object => event({ type: "token_count", info: { total_token_usage: { input_tokens: total, total_tokens: total }, last_token_usage: { input_tokens: last, total_tokens: last } } });
  const fork = [
    record("session_meta", { id: OWN, forked_from_id: PARENT, cwd: WORK, cli_version: "2" }),
    record("session_meta", { id: PARENT, cwd: "/elsewhere", cli_version: "1" }),
    event({ type: "task_started", turn_id: THEN }),
    record("turn_context", { turn_id: THEN, cwd: "/elsewhere", model: "old" }),
    event({ type: "user_message", message: "of the parent" }),
    tokens(100, 100),
    event({ type: "task_started", turn_id: NOW }),
    event({ type: "user_message", message: "own" }),
    tokens(130, 30),
    tokens(130, 30),
  ];
  it("is no turn, no model and no token of the fork, and ran where the parent ran", async () => {
    const { facts, directories } = read(fork);
    expect(facts).toMatchObject({ turns: 1, title: "own", version: "2", parent: PARENT });
    expect(facts.models).toBeUndefined();
    expect(directories).toEqual([WORK, "/elsewhere", undefined, "/elsewhere", undefined, undefined, WORK, undefined, undefined, undefined]);
    const view = await viewOf(fork);
    expect(view.turns.map((turn) => turn.prompt)).toEqual([undefined, "own"]);
    expect(view.tokens).toEqual({ input: 30 });
    expect(entriesOf(view)[0]).toMatchObject({ text: expect.stringContaining("4 records") as string });
  });
});

describe("codex: view", () => {
  const start = [record("session_meta", { id: FIRST, cwd: WORK }), event({ type: "user_message", message: "ask" })];
  const patch = "*** Begin Patch\n*** Update File: src/a.ts\n@@\n one\n-two\n+three\n*** Add File: b.ts\n+new\n*** Delete File: c.ts\n*** End Patch";
  it("takes edits from a patch when no event tells of them, unless it failed", async () => {
    const calls = (output: string): readonly object[] => [...start, item({ type: "custom_tool_call", name: "apply_patch", call_id: "c", input: patch }), item({ type: "custom_tool_call_output", call_id: "c", output })];
    const edits = entriesOf(await viewOf(calls("Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess"))).filter((entry) => entry.kind === "edit");
    expect(edits).toMatchObject([
      { path: "src/a.ts", before: "one\ntwo", after: "one\nthree" },
      { path: "b.ts", after: "new" },
      { path: "c.ts", after: "" },
    ]);
    expect(entriesOf(await viewOf(calls("Exit code: 1\nOutput:\nno"))).map(({ kind }) => kind)).toEqual(["tool-call", "tool-result"]);
  });
  it("takes the exit code of a command from the event at its end, whatever else stands there", async () => {
    const end = (exit_code: unknown): object => event({ type: "exec_command_end", call_id: "c", stdout: "out", aggregated_output: '{"type":"exec_command_end","call_id":"other","exit_code":9}', exit_code });
    const call = item({ type: "function_call", name: "exec", call_id: "c", arguments: '{"cmd":"ls"}' });
    const result = item({ type: "function_call_output", call_id: "c", output: "out" });
    for (const [code, expected] of [[3, 3], [0, 0], ["x", undefined], [undefined, undefined]] as const) {
      const view = await viewOf([call, end(code), result]);
      expect(entriesOf(view).find(({ kind }) => kind === "tool-result")).toMatchObject({ call: "c", text: "out", ...(expected === undefined ? {} : { exitCode: expected }) });
      expect("exitCode" in (entriesOf(view).find(({ kind }) => kind === "tool-result") ?? {})).toBe(expected !== undefined);
      expect(view).toMatchObject({ unknown: {}, damaged: 0 });
    }
  });
  it("says what was interrupted, refused, compacted and taken back", async () => {
    const view = await viewOf([
      ...start,
      item({ type: "function_call_output", call_id: "c", output: "exec command rejected by user" }),
      event({ type: "turn_aborted", reason: "interrupted" }),
      event({ type: "user_message", message: "again" }),
      record("compacted", { message: "so far" }),
      event({ type: "context_compacted" }),
      event({ type: "thread_rolled_back", num_turns: 1 }),
      event({ type: "user_message", message: "other" }),
    ]);
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(["tool-result", "rejection", "interruption", "compaction"]);
    expect(view.turns.map(({ abandoned }) => abandoned === true)).toEqual([false, true, false]);
  });
  it("adds up tokens by the growth of the total where no share is given, and not what is repeated", async () => {
    const count = (total: number, last?: number): object =>
      event({ type: "token_count", info: { total_token_usage: { input_tokens: total, cached_input_tokens: total / 2, output_tokens: 0, total_tokens: total }, ...(last === undefined ? {} : { last_token_usage: { input_tokens: last, cached_input_tokens: 0, total_tokens: last } }) } });
    expect((await viewOf([...start, count(100), count(100), count(160), event({ type: "token_count", info: null })])).tokens).toEqual({ input: 80, output: 0, cacheRead: 80 });
    expect((await viewOf(start)).tokens).toBeUndefined();
  });
  it("finds the request behind the context of an editor", async () => {
    const text = "# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nfix it";
    expect((await viewOf([start[0] as object, event({ type: "user_message", message: text })])).turns[0]?.prompt).toBe("\nfix it");
  });
});

async function canDecompress(): Promise<boolean> {
  const name = "fzstd";
  return "createZstdDecompress" in zlib || (await import(name).then(() => true, () => false)) === true;
}

/** A zstd frame (RFC 8878, 3.1.1) of raw blocks. */
function rawZstd(content: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58)];
  for (let at = 0; at < content.length; at += 65536) {
    const block = content.subarray(at, at + 65536);
    const header = (block.length << 3) | (at + 65536 >= content.length ? 1 : 0);
    parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, (header >> 16) & 255), block);
  }
  return Buffer.concat(parts);
}
