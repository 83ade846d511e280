import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, readlink, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claudeHooks } from "../../src/adapters/hooks/claude-hooks.ts";
import { codexEvents, codexHooks } from "../../src/adapters/hooks/codex-hooks.ts";
import { snakeCase, trustHash } from "../../src/adapters/hooks/codex-trust.ts";
import { agentHookCommand } from "../../src/adapters/hooks/shell.ts";
import { geminiHooks } from "../../src/adapters/hooks/gemini-hooks.ts";
import { qwenHooks } from "../../src/adapters/hooks/qwen-hooks.ts";
import { readTextFile, replaceTextFile } from "../../src/adapters/hooks/text-file.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";
import type { Sandbox } from "./sandbox.ts";
import { sandbox, script, snapshot } from "./sandbox.ts";

let box: Sandbox;
let home: string;
beforeEach(async () => {
  box = await sandbox();
  home = join(box.directory, "home");
});
afterEach(() => box.remove());

const claude = (): HookPlace => claudeHooks({ settingsPath: join(home, ".claude", "settings.json"), project: false, hxCommand: "hx" });
const codex = (): HookPlace =>
  codexHooks({ hooksPath: join(home, ".codex", "hooks.json"), configPath: join(home, ".codex", "config.toml"), project: false, hxCommand: "hx" });
const gemini = (): HookPlace => geminiHooks({ settingsPath: join(home, ".gemini", "settings.json"), project: false, hxCommand: "hx" });
const qwen = (): HookPlace => qwenHooks({ settingsPath: join(home, ".qwen", "settings.json"), project: false, hxCommand: "hx" });

describe.each([
  ["claude code", ".claude", "settings.json", claude],
  ["codex", ".codex", "hooks.json", codex],
  ["gemini cli", ".gemini", "settings.json", gemini],
  ["qwen code", ".qwen", "settings.json", qwen],
] as const)("the settings file of %s", (_title, folder, name, place) => {
  const path = (): string => join(home, folder, name);

  it("is made, and deleted again", async () => {
    await mkdir(join(home, folder));
    const before = await snapshot(box, home);
    expect((await place().plan()).changes).toHaveLength(1);
    expect(await snapshot(box, home)).toBe(before);
    expect((await place().state()).every((entry) => entry.state === "absent")).toBe(true);
    expect((await place().install()).changes).toHaveLength(1);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect((await place().install()).changes).toEqual([]);
    await place().remove();
    expect(await snapshot(box, home)).toBe(before);
    expect((await place().remove()).changes).toEqual([]);
  });

  it("is not made where the agent is not here", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    expect(await readdir(home)).toEqual([]);
  });

  it("keeps its mode and its link, and comes back byte for byte", async () => {
    await mkdir(join(home, folder));
    await mkdir(join(home, "dotfiles"));
    const real = join(home, "dotfiles", name);
    await writeFile(real, '{\n    "hooks" : {"Stop":[]}  }');
    await chmod(real, 0o640);
    await symlink(join("..", "dotfiles", name), path());
    const before = await snapshot(box, home);
    await place().install();
    expect(await readlink(path())).toBe(join("..", "dotfiles", name));
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect(JSON.parse(await readFile(real, "utf8")).hooks.SessionEnd).toHaveLength(1);
    await place().remove();
    expect(await snapshot(box, home)).toBe(before);
  });

  it("is made where a link points to nothing yet", async () => {
    await mkdir(join(home, folder));
    await symlink(join("..", "dotfile"), path());
    await place().install();
    expect(await readlink(path())).toBe(join("..", "dotfile"));
    expect(JSON.parse(await readFile(join(home, "dotfile"), "utf8")).hooks.SessionStart).toHaveLength(1);
  });

  it.each([
    ["damaged", Buffer.from('{"hooks": ')],
    ["of another shape", Buffer.from('{"hooks": {"SessionEnd": "mine"}}')],
    ["empty", Buffer.from("")],
    ["not UTF-8", Buffer.from('{"a":"\xff"}', "latin1")],
  ])("that is %s is left alone", async (_what, bytes) => {
    await mkdir(join(home, folder));
    await writeFile(path(), bytes);
    const before = await snapshot(box, home);
    await expect(place().install()).rejects.toMatchObject({ name: "HxError", message: expect.stringContaining(path()) });
    await expect(place().remove()).rejects.toMatchObject({ name: "HxError" });
    expect(await snapshot(box, home)).toBe(before);
  });
});

describe("a settings file that somebody else writes at the same time", () => {
  it("is not overwritten", async () => {
    const path = join(home, "settings.json");
    await writeFile(path, "{}");
    const read = await readTextFile(path, 0o600);
    await writeFile(path, '{"model": "opus"}');
    await expect(replaceTextFile(read, '{"hooks": {}}')).rejects.toMatchObject({ code: "busy" });
    expect(await readFile(path, "utf8")).toBe('{"model": "opus"}');
    expect(await readdir(home)).toEqual(["settings.json"]);
  });
});

describe("claude code", () => {
  it("hears of no event that could block a tool or replace git's work tree", async () => {
    await mkdir(join(home, ".claude"));
    await claude().install();
    const events = Object.keys(JSON.parse(await readFile(join(home, ".claude", "settings.json"), "utf8")).hooks);
    expect(events).toEqual(["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd"]);
    expect((await claude().state()).map((entry) => entry.state)).toEqual(events.map(() => "installed"));
  });

  it("with all hooks switched off is told", async () => {
    await mkdir(join(home, ".claude"));
    await writeFile(join(home, ".claude", "settings.json"), '{"disableAllHooks": true}');
    await claude().install();
    expect((await claude().state())[0]).toMatchObject({ state: "unknown", note: expect.stringContaining("disableAllHooks") });
  });

  it("in a project: the folder is made and removed", async () => {
    const project = claudeHooks({ settingsPath: join(home, "p", ".claude", "settings.json"), project: true, hxCommand: "hx" });
    await mkdir(join(home, "p"));
    await project.install();
    expect((await project.state())[0]?.state).toBe("installed");
    await project.remove();
    expect(await readdir(join(home, "p"))).toEqual([]);
  });
});

describe("codex", () => {
  /** As Codex writes it after a review in /hooks. */
  async function trust(change: (hash: string) => string = (hash) => hash): Promise<void> {
    const path = join(home, ".codex", "hooks.json");
    const command = agentHookCommand("codex", "hx");
    const entries = codexEvents.map((event) => {
      const hash = change(trustHash({ event, command, timeout: 3 }));
      return `[hooks.state.${JSON.stringify(`${path}:${snakeCase(event)}:0:0`)}]\ntrusted_hash = "${hash}"\n`;
    });
    await writeFile(join(home, ".codex", "config.toml"), `model = "x"\n\n[hooks.state]\n\n${entries.join("\n")}\n[tui]\nenabled = false\n`);
  }

  const states = async (): Promise<string[]> => [...new Set((await codex().state()).map((entry) => entry.state))];

  it("runs a hook only when it was reviewed, and says how", async () => {
    await mkdir(join(home, ".codex"));
    await codex().install();
    expect(await states()).toEqual(["untrusted"]);
    expect((await codex().state())[0]?.note).toContain("/hooks");
    await trust();
    expect(await states()).toEqual(["installed"]);
    await trust(() => `sha256:${"0".repeat(64)}`);
    expect(await states()).toEqual(["untrusted"]);
    await trust((hash) => `${hash}"\nenabled = false # "`);
    expect(await states()).toEqual(["untrusted"]);
    await writeFile(join(home, ".codex", "config.toml"), "[features]\nhooks = false\n");
    expect(await states()).toEqual(["unknown"]);
  });

  it("counts groups as Codex does: behind the person's own", async () => {
    await mkdir(join(home, ".codex"));
    await writeFile(join(home, ".codex", "hooks.json"), '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"mine"}]}]}}');
    await codex().install();
    await trust();
    expect((await codex().state()).map((entry) => entry.state)).toEqual(["installed", "untrusted", "installed", "installed", "installed"]);
  });

  it("finds its hooks under the hash they have had from the start", () => {
    // Changes when the text, the timeout, or the form that Codex hashes changes: each of them takes trust away.
    expect(trustHash({ event: "SessionStart", command: agentHookCommand("codex", "hx"), timeout: 3 })).toBe("sha256:9285cea430b4aecf41a8d2ee6f1d5b10c1655d9ab80821b4ec206358844e84a5");
  });
});

describe("the command that an agent runs", () => {
  const payload = `{"session_id":"a","prompt":"it's \\"100%\\" $HOME \\\\n"}`;

  it("is this text, in every version: people have trusted a hash of it", () => {
    expect(agentHookCommand("codex", "hx")).toBe(
      `sh -c 'p=$(cat); s=; command -v setsid >/dev/null 2>&1 && s=setsid; if [ -z "$HX_SKIP$HX_HOOK" ] && command -v hx >/dev/null 2>&1; then (printf %s "$p" | $s hx hook agent codex >/dev/null 2>&1 &) fi; exit 0'`,
    );
  });

  it.each(["sh", "bash"])("hands the payload over whole, prints nothing, and does not wait (%s)", async (shell) => {
    const gate = join(box.directory, "gate");
    await script(join(box.directory, "path", "hx"), `#!/bin/sh\np=$(cat)\nwhile [ ! -e '${gate}' ]; do sleep 0.05; done\nprintf '%s|%s\\n' "$*" "$p" >>"$HX_TEST_CALLS"\n`);
    expect(await box.run(shell, ["-c", agentHookCommand("codex", "hx")], { input: payload })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await box.calls()).toEqual([]);
    await writeFile(gate, "");
    expect(await box.callsOf(1)).toEqual([`hook agent codex|${payload}`]);
  });

  it("takes a payload that is larger than a pipe, which the agent could not write otherwise", async () => {
    const large = JSON.stringify({ session_id: "a", last_assistant_message: "x".repeat(900_000) });
    await box.run("sh", ["-c", agentHookCommand("codex", "hx")], { input: large });
    expect(await box.callsOf(1)).toEqual([`hook agent codex|${large}`]);
  });

  it("outlives the process group of the agent", async () => {
    const command = agentHookCommand("claude-code", "hx");
    const child = spawn("sh", ["-c", command], { detached: true, env: { ...box.env, HX_TEST_DELAY: "0.3" }, stdio: ["pipe", "ignore", "ignore"] });
    child.stdin.end(payload);
    await new Promise((done) => child.on("exit", done));
    // The recorder sleeps in its own session by now, or will be killed with the group and record nothing.
    await new Promise((done) => setTimeout(done, 100));
    try {
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch (error) {
      // No process of the group is left: as it should be.
      expect(error).toMatchObject({ code: "ESRCH" });
    }
    expect(await box.callsOf(1)).toEqual([`hook agent claude-code|${payload}`]);
  });

  it.each([["HX_SKIP"], ["HX_HOOK"]])("does nothing with %s", async (variable) => {
    await box.run("sh", ["-c", agentHookCommand("codex", "hx")], { input: payload, env: { [variable]: "1" } });
    await box.run("sh", ["-c", agentHookCommand("codex", "hx")], { input: "second" });
    expect(await box.callsOf(1)).toEqual(["hook agent codex|second"]);
  });

  it("is silent where hx is not installed any more", async () => {
    expect(await box.run("sh", ["-c", agentHookCommand("codex", "hx-gone")], { input: payload })).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
