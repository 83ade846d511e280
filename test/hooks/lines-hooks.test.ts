import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copilotHooks } from "../../src/adapters/hooks/copilot-hooks.ts";
import { droidHooks } from "../../src/adapters/hooks/droid-hooks.ts";
import { piExtension, piHooks } from "../../src/adapters/hooks/pi-hooks.ts";
import { agentHookCommand } from "../../src/adapters/hooks/shell.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";
import { agentHooksOf } from "../../src/wire/agent-hooks.ts";
import type { Settings } from "../../src/wire/settings.ts";
import type { Sandbox } from "./sandbox.ts";
import { sandbox, snapshot } from "./sandbox.ts";

let box: Sandbox;
let home: string;
beforeEach(async () => {
  box = await sandbox();
  home = join(box.directory, "home");
});
afterEach(() => box.remove());

const copilot = (project = false): HookPlace => copilotHooks({ directory: join(home, project ? ".github" : ".copilot"), project, hxCommand: "hx" });
const pi = (project = false, hxCommand = "hx"): HookPlace => piHooks({ directory: project ? join(home, ".pi") : join(home, ".pi", "agent"), project, hxCommand });
const droid = (project = false): HookPlace => droidHooks({ settingsPath: join(home, ".factory", "settings.json"), project, hxCommand: "hx" });

describe.each([
  ["copilot-cli", ".copilot", ".copilot/hooks/hx.json", copilot, ["sessionStart", "agentStop", "subagentStop", "preCompact", "sessionEnd"]],
  ["pi", ".pi/agent", ".pi/agent/extensions/hx.ts", pi, ["session_start", "agent_end", "session_compact", "session_shutdown"]],
  ["factory-droid", ".factory", ".factory/settings.json", droid, ["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd"]],
] as const)("hooks of %s", (name, folder, file, place, events) => {
  it("are made and go without trace, beside whatever else is there", async () => {
    await mkdir(join(home, folder), { recursive: true });
    await writeFile(join(home, folder, "other.txt"), "mine");
    const before = await snapshot(box, home);
    expect(place().name).toBe(name);
    expect((await place().plan()).changes).toHaveLength(1);
    expect(await snapshot(box, home)).toBe(before);
    expect((await place().install()).changes).toHaveLength(1);
    expect((await stat(join(home, file))).isFile()).toBe(true);
    expect((await place().state()).map(({ event, state }) => [event, state])).toEqual(events.map((event) => [event, "installed"]));
    expect((await place().install()).changes).toEqual([]);
    await place().remove();
    expect(await snapshot(box, home)).toBe(before);
    expect((await place().remove()).changes).toEqual([]);
  });
  it("are not made where the agent is not here", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    expect(await readdir(home)).toEqual([]);
  });
  it("of a project make its folder, and take it away", async () => {
    await place(true).install();
    expect((await place(true).state())[0]?.state).toBe("installed");
    await place(true).remove();
    expect(await readdir(home)).toEqual([]);
  });
});

describe("files that bear hx's name", () => {
  it.each([
    ["copilot-cli", ".copilot/hooks/hx.json", copilot, '{"version":1,"hooks":{"preToolUse":[{"type":"command","bash":"mine"}]}}'],
    ["copilot-cli, damaged", ".copilot/hooks/hx.json", copilot, '{"version":'],
    ["pi", ".pi/agent/extensions/hx.ts", pi, "export default () => {};\n"],
  ] as const)("and are the user's are left alone (%s)", async (_name, file, place, text) => {
    const path = join(home, file);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, text);
    expect((await place().install()).changes).toEqual([]);
    await place().remove();
    expect(await readFile(path, "utf8")).toBe(text);
    expect((await place().state())[0]?.state).toBe("unknown");
  });
  it("and were made by another hx are renewed", async () => {
    await mkdir(join(home, ".pi/agent"), { recursive: true });
    await mkdir(join(home, ".copilot"));
    await pi(false, "/old/hx").install();
    await copilotHooks({ directory: join(home, ".copilot"), project: false, hxCommand: "/old/hx" }).install();
    for (const place of [pi(), copilot()]) {
      expect((await place.state())[0]?.state).toBe("changed");
      expect((await place.install()).changes[0]?.what).toContain("renew");
      expect((await place.state())[0]?.state).toBe("installed");
    }
  });
});

describe("copilot cli", () => {
  it("runs the same command at each event, and none before a tool", async () => {
    await mkdir(join(home, ".copilot"));
    await copilot().install();
    const file = JSON.parse(await readFile(join(home, ".copilot/hooks/hx.json"), "utf8"));
    expect(file.version).toBe(1);
    expect(Object.keys(file.hooks)).not.toContain("preToolUse");
    for (const entries of Object.values(file.hooks)) expect(entries).toEqual([{ type: "command", bash: agentHookCommand("copilot-cli", "hx"), timeoutSec: 10 }]);
  });
  it("hands its payload to hx", async () => {
    await mkdir(join(home, ".copilot"));
    await copilot().install();
    const command: string = JSON.parse(await readFile(join(home, ".copilot/hooks/hx.json"), "utf8")).hooks.agentStop[0].bash;
    expect(await box.run("bash", ["-c", command], { input: '{"sessionId":"s"}' })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await box.callsOf(1)).toEqual(['hook agent copilot-cli|{"sessionId":"s"}']);
  });
});

describe("factory droid", () => {
  const commented = '// mine\n{\n\t"model": "x", // keep\n\t/* hooks */ "hooks": {\n\t\t"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}],\n\t},\n}\n';
  it("keeps comments, order and the person's hooks, byte for byte once hx's are gone", async () => {
    await mkdir(join(home, ".factory"));
    await writeFile(join(home, ".factory/settings.json"), commented);
    await droid().install();
    const text = await readFile(join(home, ".factory/settings.json"), "utf8");
    for (const kept of ["// mine", "// keep", "/* hooks */", '"say done"', "hook agent factory-droid"]) expect(text).toContain(kept);
    expect(text).not.toContain("PreToolUse");
    expect((await droid().state()).map(({ state }) => state)).toEqual(Array(5).fill("installed"));
    await droid().remove();
    expect(await readFile(join(home, ".factory/settings.json"), "utf8")).toBe(commented);
  });
  it("says when its hooks are switched off, or another file stands for them", async () => {
    await mkdir(join(home, ".factory/hooks"), { recursive: true });
    await droid().install();
    await writeFile(join(home, ".factory/hooks/hooks.json"), "{}");
    expect((await droid().state())[0]).toMatchObject({ state: "unknown", note: expect.stringContaining("hooks.json") });
    await droid().remove();
    await writeFile(join(home, ".factory/settings.json"), '{"hooksDisabled": true}');
    await droid().install();
    expect((await droid().state())[0]).toMatchObject({ state: "unknown", note: expect.stringContaining("hooksDisabled") });
  });
});

describe("the extension of pi", () => {
  /** As Pi does: loads the file, and calls each listener with the context of a session. */
  const host = `
    const { default: extension } = await import(process.argv[1]);
    const listeners = [];
    extension({ on: (event, listener) => listeners.push([event, listener]) });
    const context = { cwd: "/w", sessionManager: { getSessionFile: () => process.env.FILE, getSessionId: () => "s" } };
    for (const [event, listener] of listeners) {
      const answer = listener({ type: event }, process.env.BROKEN ? undefined : context);
      if (answer !== undefined) console.log("waits for", event);
    }
    process.exit(0);
  `;
  async function run(env: Record<string, string>, hxCommand = "hx"): ReturnType<Sandbox["run"]> {
    const file = join(box.directory, "hx.mjs");
    await writeFile(file, piExtension(hxCommand));
    return box.run(process.execPath, ["--input-type=module", "-e", host, file], { env });
  }
  const silent = { code: 0, stdout: "", stderr: "" };

  it("tells hx of each event, though pi ends at once", async () => {
    expect(await run({ FILE: "/s/dir/x.jsonl" })).toEqual(silent);
    const calls = await box.callsOf(4);
    expect([...calls].sort()).toEqual(
      ["agent_end", "session_compact", "session_shutdown", "session_start"].map((event) => `hook agent pi|${JSON.stringify({ session_id: "s", transcript_path: "/s/dir/x.jsonl", cwd: "/w", hook_event_name: event })}`),
    );
  });
  it("is silent without a session file, without hx, when hooks are skipped and when pi is another", async () => {
    expect(await run({})).toEqual(silent);
    expect(await run({ FILE: "/x.jsonl" }, "/nowhere/hx")).toEqual(silent);
    expect(await run({ FILE: "/x.jsonl", HX_SKIP: "1" })).toEqual(silent);
    expect(await run({ FILE: "/x.jsonl", BROKEN: "1" })).toEqual(silent);
    expect(await box.calls()).toEqual([]);
  });
  it("starts hx in a process group of its own: what ends pi's does not end it", async () => {
    const hx = join(box.directory, "group");
    await writeFile(hx, '#!/bin/sh\ncat >/dev/null\n[ "$(ps -o pgid= -p $$ | tr -d " ")" = "$$" ] && own=yes\nprintf \'%s|\\n\' "${own-no}" >>"$HX_TEST_CALLS"\n', { mode: 0o755 });
    expect(await run({ FILE: "/x.jsonl" }, hx)).toEqual(silent);
    expect(await box.callsOf(4)).toEqual(Array(4).fill("yes|"));
  });
  it("does not wait for hx", async () => {
    expect(await run({ FILE: "/x.jsonl", HX_TEST_DELAY: "30" })).toEqual(silent);
    expect(await box.calls()).toEqual([]);
  });
});

it("hooks lie where the environment says, and in a project's own folders", () => {
  const settings = { home: "/h", hxCommand: "hx", env: { COPILOT_HOME: "/c", PI_CODING_AGENT_DIR: "~/p", FACTORY_HOME_OVERRIDE: "/f" } } as unknown as Settings;
  const places = (project: string | null): Promise<readonly (string | undefined)[]> =>
    Promise.all(agentHooksOf(settings, project).filter(({ name }) => ["copilot-cli", "pi", "factory-droid"].includes(name)).map(async (place) => (await place.state())[0]?.where));
  return Promise.all([
    expect(places(null)).resolves.toEqual(["/c/hooks/hx.json", "/h/p/extensions/hx.ts", "/f/.factory/settings.json"]),
    expect(places("/r")).resolves.toEqual(["/r/.github/hooks/hx.json", "/r/.pi/extensions/hx.ts", "/r/.factory/settings.json"]),
  ]);
});
