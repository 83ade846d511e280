import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cursorEvents, cursorHooks } from "../../src/adapters/hooks/cursor-hooks.ts";
import { kiroHooks } from "../../src/adapters/hooks/kiro-hooks.ts";
import { agentHookCommand } from "../../src/adapters/hooks/shell.ts";
import { windsurfHooks } from "../../src/adapters/hooks/windsurf-hooks.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";
import type { Sandbox } from "./sandbox.ts";
import { sandbox, snapshot } from "./sandbox.ts";

let box: Sandbox;
let home: string;
beforeEach(async () => {
  box = await sandbox();
  home = join(box.directory, "home");
});
afterEach(() => box.remove());
const read = async (...parts: string[]): Promise<Record<string, Record<string, unknown[]>>> => JSON.parse(await readFile(join(home, ...parts), "utf8")) as Record<string, Record<string, unknown[]>>;

describe("windsurf", () => {
  const place = (project = false): HookPlace => windsurfHooks({ hooksPath: project ? join(home, "p", ".windsurf", "hooks.json") : join(home, ".codeium", "windsurf", "hooks.json"), project, hxCommand: "hx" });
  const event = "post_cascade_response_with_transcript";
  const entry = { command: agentHookCommand("windsurf", "hx"), show_output: false };

  it("gets a file of its own form, which goes again without a trace", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    await mkdir(join(home, ".codeium", "windsurf"), { recursive: true });
    const before = await snapshot(box, home);
    await place().install();
    expect(await read(".codeium", "windsurf", "hooks.json")).toEqual({ hooks: { [event]: [entry] } });
    expect((await place().install()).changes).toEqual([]);
    expect(await place().state()).toMatchObject([{ event, state: "installed" }]);
    await place().remove();
    expect(await snapshot(box, home)).toBe(before);
    await mkdir(join(home, "p"));
    const empty = await snapshot(box, home);
    await place(true).install();
    expect(await place(true).state()).toMatchObject([{ event, state: "installed" }]);
    await place(true).remove();
    expect(await snapshot(box, home)).toBe(empty);
  });

  it.each([
    ["laid out", `{\n\t// mine\n\t"hooks": {\n\t\t"pre_run_command": [{ "command": "guard" }],\n\t\t"${event}": [\n\t\t\t{ "command": "log", "powershell": "log" }, // keep\n\t\t]\n\t}\n}\n`],
    ["on one line", `{"hooks":{"${event}":[{"command":"log"}]}}`],
    ["empty", "{}"],
    ["with an empty event", `{ "hooks": { "${event}": [] } }\r\n`],
    ["without the event", '{"hooks" : {  }, "other": [1]}'],
  ])("keeps the person's entries, in a file that is %s", async (_what, text) => {
    await mkdir(join(home, ".codeium", "windsurf"), { recursive: true });
    const file = join(home, ".codeium", "windsurf", "hooks.json");
    await writeFile(file, text);
    await place().install();
    const installed = await readFile(file, "utf8");
    expect((await place().state())[0]?.state).toBe("installed");
    for (const word of ["guard", "log", "// mine", "// keep"]) expect(installed.includes(word)).toBe(text.includes(word));
    expect((await place().install()).changes).toEqual([]);
    await place().remove();
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("renews an entry of an older hx, and leaves one of another shape alone", async () => {
    await mkdir(join(home, ".codeium", "windsurf"), { recursive: true });
    const file = join(home, ".codeium", "windsurf", "hooks.json");
    await writeFile(file, `{"hooks":{"${event}":[{"command":"old hx hook agent windsurf"},{"command":"mine"}]}}`);
    expect((await place().state())[0]?.state).toBe("changed");
    await place().install();
    expect(await read(".codeium", "windsurf", "hooks.json")).toEqual({ hooks: { [event]: [{ command: "mine" }, entry] } });
    await writeFile(file, `{"hooks":{"${event}":"mine"}}`);
    await expect(place().install()).rejects.toMatchObject({ code: "refused" });
    expect(await readFile(file, "utf8")).toBe(`{"hooks":{"${event}":"mine"}}`);
  });
});

describe("kiro", () => {
  const place = (project = false): HookPlace => kiroHooks({ agentsPath: join(home, project ? "p" : ".", ".kiro", "agents"), project, hxCommand: "hx" });
  const entry = { command: agentHookCommand("kiro", "hx"), timeout_ms: 10_000 };

  it("gets flat entries in each agent that the person configured, and loses them again", async () => {
    await mkdir(join(home, ".kiro", "agents"), { recursive: true });
    await writeFile(join(home, ".kiro", "agents", "default.json"), '{\n  "name": "default",\n  "hooks": {\n    "stop": [{ "command": "mine" }]\n  }\n}\n');
    await writeFile(join(home, ".kiro", "agents", "review.json"), '{"name":"review"}');
    await writeFile(join(home, ".kiro", "agents", "agent_config.json.example"), "{");
    const before = await snapshot(box, home);
    expect((await place().plan()).changes).toHaveLength(2);
    expect(await snapshot(box, home)).toBe(before);
    expect(await place().install()).toMatchObject({ byHand: [] });
    expect(await read(".kiro", "agents", "default.json")).toEqual({ name: "default", hooks: { stop: [{ command: "mine" }, entry], agentSpawn: [entry] } });
    expect(await read(".kiro", "agents", "review.json")).toEqual({ name: "review", hooks: { agentSpawn: [entry], stop: [entry] } });
    expect(await place().state()).toHaveLength(4);
    expect((await place().state()).every(({ state, note }) => state === "installed" && note?.includes("selected agent") === true)).toBe(true);
    expect((await place().install()).changes).toEqual([]);
    await place().remove();
    expect(await snapshot(box, home)).toBe(before);
  });

  it("says what to do by hand where there is no agent of the person's, and makes none", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    await mkdir(join(home, ".kiro"));
    const before = await snapshot(box, home);
    const { changes, byHand } = await place().install();
    expect(changes).toEqual([]);
    expect(byHand.map(({ where }) => where)).toEqual([join(home, ".kiro", "agents", "<agent>.json")]);
    expect(JSON.parse(byHand[0]?.lines.join("\n") ?? "")).toEqual({ hooks: { agentSpawn: [entry], stop: [entry] } });
    expect(await place().state()).toMatchObject([{ event: "agentSpawn", state: "absent" }, { event: "stop", state: "absent" }]);
    expect(await place(true).install()).toEqual({ changes: [], byHand: [] });
    expect(await snapshot(box, home)).toBe(before);
  });
});

describe("cursor", () => {
  const place = (project = false): HookPlace => cursorHooks({ hooksPath: join(home, ...(project ? ["p"] : []), ".cursor", "hooks.json"), project, hxCommand: "hx" });
  const entry = { command: agentHookCommand("cursor", "hx"), timeout: 10 };
  const all = Object.fromEntries(cursorEvents.map((event) => [event, [entry]]));

  it("gets a file with its version, which goes again without a trace", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    await mkdir(join(home, ".cursor"), { recursive: true });
    await mkdir(join(home, "p"));
    const before = await snapshot(box, home);
    for (const project of [false, true]) {
      await place(project).install();
      expect(await read(...(project ? ["p"] : []), ".cursor", "hooks.json")).toEqual({ version: 1, hooks: all });
      expect((await place(project).install()).changes).toEqual([]);
      expect((await place(project).state()).map(({ event, state }) => [event, state])).toEqual(cursorEvents.map((event) => [event, "installed"]));
      await place(project).remove();
    }
    expect(await snapshot(box, home)).toBe(before);
  });

  it("stands beside the person's entries, in a file of any layout, and none of it is before a tool", async () => {
    await mkdir(join(home, ".cursor"), { recursive: true });
    const file = join(home, ".cursor", "hooks.json");
    for (const text of ['{"version":1,"hooks":{"stop":[{"command":"mine"}],"preToolUse":[{"command":"guard"}]}}', '{\r\n\t"version": 1, // mine\r\n\t"hooks": {\r\n\t\t"sessionStart": []\r\n\t}\r\n}\r\n']) {
      await writeFile(file, text);
      await place().install();
      expect((await place().state()).every(({ state }) => state === "installed")).toBe(true);
      expect((await readFile(file, "utf8")).includes("// mine")).toBe(text.includes("// mine"));
      expect((await place().install()).changes).toEqual([]);
      await place().remove();
      expect(await readFile(file, "utf8")).toBe(text);
    }
    expect(cursorEvents.filter((event) => /^(?:pre|before)(?!Compact)/.test(event))).toEqual([]);
  });
});
