import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { windsurf } from "../../src/adapters/agents/windsurf/adapter.ts";
import { placesOf } from "../../src/adapters/agents/windsurf/place.ts";
import { windsurfView } from "../../src/adapters/agents/windsurf/view.ts";
import { readPayload } from "../../src/hooks/payload.ts";
import type { SessionSource } from "../../src/ports/agent.ts";
import { windsurfStep } from "./windsurf.fixture.ts";

const WORK = "/home/dev/work/acme-web";
const command = (cwd: string, more: object = {}): string => windsurfStep("run_command", { command: "ls", cwd, exit_code: 0, ...more });
const bytesOf = (steps: readonly string[]): Buffer => Buffer.from(steps.map((step) => `${step}\n`).join(""));

let home = "";
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-windsurf-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));
async function put(id: string, steps: readonly string[]): Promise<string> {
  const folder = path.join(home, ".windsurf", "transcripts");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${id}.jsonl`), bytesOf(steps));
  return path.join(folder, `${id}.jsonl`);
}
async function discovered(): Promise<readonly SessionSource[]> {
  const found: SessionSource[] = [];
  for await (const source of windsurf({ home }).discover([WORK])) found.push(source);
  return found;
}

describe("windsurf: where a session ran", () => {
  it("is where all its commands ran, or above; said of no text", () => {
    expect(placesOf(bytesOf([command(`${WORK}/src`), command(WORK)])).directory).toBe(WORK);
    expect(placesOf(bytesOf([command(WORK), command("/elsewhere")])).directory).toBeUndefined();
    expect(placesOf(bytesOf([windsurfStep("user_input", { user_response: command("/evil") }), windsurfStep("planner_response", { response: "x", cwd: "/evil" }), command("relative")]))).toEqual({ touched: [] });
    expect(placesOf(bytesOf([windsurfStep("view_file", { path: `file://${WORK}/a%20b.ts` }), windsurfStep("grep_search", { search_path: "https://evil" })])).touched).toEqual([`${WORK}/a b.ts`]);
    expect(placesOf(Buffer.from("{broken\n\n[]\n7"))).toEqual({ touched: [] });
  });
  it("leaves a session to the hook when nothing tells", async () => {
    await put("talk", [windsurfStep("user_input", { user_response: "hi" })]);
    await put("near", [windsurfStep("view_file", { path: `file://${WORK}/a.ts` })]);
    await put("away", [command("/elsewhere"), windsurfStep("view_file", { path: `file://${WORK}/a.ts` })]);
    await put("here", [command(WORK)]);
    expect((await discovered()).map(({ id, files }) => [id, files[0]?.directory])).toEqual([["here", WORK], ["near", undefined]]);
    expect((await windsurf({ home }).find("talk"))?.files[0]?.directory).toBeUndefined();
  });
});

describe("windsurf: what a hook says", () => {
  it("leads to the transcript, also with line feeds in its strings as they are", async () => {
    const transcript = await put("5d0e", [command(WORK)]);
    const text = `{"agent_action_name":"post_cascade_response_with_transcript","model_name":"one\ntwo\t\u0001 \\" }","trajectory_id":"5d0e","tool_info":{"transcript_path":${JSON.stringify(transcript)},"answer":"a\r\nb"}}`;
    const payload = await readPayload(Buffer.from(text));
    expect(payload).toMatchObject({ model_name: 'one\ntwo\t\u0001 " }', trajectory_id: "5d0e", tool_info: { answer: "a\r\nb" } });
    expect((await windsurf({ home }).fromHook(payload ?? {}))?.id).toBe("5d0e");
    expect(await windsurf({ home }).fromHook({ trajectory_id: "5d0e", tool_info: { transcript_path: "/etc/passwd" } })).toBeNull();
    // Cut off, it still has what stood before.
    expect(await readPayload(Buffer.from(text.slice(0, text.indexOf("tool_info"))))).toMatchObject({ trajectory_id: "5d0e" });
  });
});

describe("windsurf: its view", () => {
  it("has commands with exit codes, edits with both sides, refusals and failures", async () => {
    const steps = [
      windsurfStep("user_input", { user_response: "fix it" }),
      windsurfStep("planner_response", { response: "I look." }),
      windsurfStep("view_file", { path: `file://${WORK}/a.ts`, content: "a", start_line: 0 }),
      command(WORK, { exit_code: 1, output: "bad" }),
      command(WORK, { exit_code: undefined, user_rejected: true }),
      windsurfStep("code_action", { path: `file://${WORK}/a.ts`, original_content: "a", new_content: "b", acknowledgement_type: "ACKNOWLEDGEMENT_TYPE_ACCEPT" }),
      windsurfStep("code_action", { path: `file://${WORK}/a.ts`, original_content: "b", new_content: "c", acknowledgement_type: "ACKNOWLEDGEMENT_TYPE_REJECT" }),
      windsurfStep("list_resources", { server_name: "memory" }, "error"),
      windsurfStep("teleport", { to: "moon" }),
    ];
    const view = await windsurfView([{ path: "5d0e.jsonl", role: "transcript", bytes: () => Promise.resolve(bytesOf(steps)) }]);
    expect(view).toMatchObject({ agent: "windsurf", id: "5d0e", title: "fix it", directory: WORK, models: [], unknown: { teleport: 1 }, damaged: 0 });
    expect([view.first, view.last, view.tokens, view.version]).toEqual([undefined, undefined, undefined, undefined]);
    expect(view.turns[0]?.entries).toEqual([
      { kind: "message", text: "I look." },
      { kind: "tool-call", call: "step-3", tool: "view_file", input: { path: `file://${WORK}/a.ts`, start_line: 0 } },
      { kind: "tool-result", call: "step-3", text: "a" },
      { kind: "tool-call", call: "step-4", tool: "run_command", input: { command: "ls", cwd: WORK } },
      { kind: "tool-result", call: "step-4", text: "bad", exitCode: 1 },
      { kind: "tool-call", call: "step-5", tool: "run_command", input: { command: "ls", cwd: WORK } },
      { kind: "rejection" },
      { kind: "tool-call", call: "step-6", tool: "code_action", input: { path: `file://${WORK}/a.ts` } },
      { kind: "edit", call: "step-6", path: `${WORK}/a.ts`, before: "a", after: "b" },
      { kind: "tool-call", call: "step-7", tool: "code_action", input: { path: `file://${WORK}/a.ts` } },
      { kind: "rejection" },
      { kind: "tool-call", call: "step-8", tool: "list_resources", input: { server_name: "memory" } },
      { kind: "tool-result", call: "step-8", text: "", failed: true },
      { kind: "tool-call", call: "step-9", tool: "teleport", input: { to: "moon" } },
    ]);
  });
});
