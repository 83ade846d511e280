import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { geminiHooks } from "../../src/adapters/hooks/gemini-hooks.ts";
import { qwenHooks } from "../../src/adapters/hooks/qwen-hooks.ts";
import { agentHookCommand } from "../../src/adapters/hooks/shell.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";
import { agentHooksOf } from "../../src/wire/agent-hooks.ts";
import { readSettings } from "../../src/wire/settings.ts";
import type { Sandbox } from "./sandbox.ts";
import { sandbox } from "./sandbox.ts";

let box: Sandbox;
let home: string;
beforeEach(async () => {
  box = await sandbox();
  home = join(box.directory, "home");
});
afterEach(() => box.remove());

interface Agent {
  readonly name: string;
  readonly folder: string;
  readonly events: readonly string[];
  readonly make: (settingsPath: string, project: boolean) => HookPlace;
  readonly off: string;
  readonly why: string;
}

const AGENTS: readonly Agent[] = [
  {
    name: "gemini-cli",
    folder: ".gemini",
    events: ["SessionStart", "AfterAgent", "SessionEnd"],
    make: (settingsPath, project) => geminiHooks({ settingsPath, project, hxCommand: "hx" }),
    off: '{"hooksConfig": {"enabled": false}}',
    why: "hooksConfig.enabled",
  },
  {
    name: "qwen-code",
    folder: ".qwen",
    events: ["SessionStart", "Stop", "SubagentStop", "PreCompact", "SessionEnd"],
    make: (settingsPath, project) => qwenHooks({ settingsPath, project, hxCommand: "hx" }),
    off: '{"disableAllHooks": true}',
    why: "disableAllHooks",
  },
];

describe.each(AGENTS)("hooks of $name", ({ name, folder, events, make, off, why }) => {
  const path = (): string => join(home, folder, "settings.json");
  const place = (): HookPlace => make(path(), false);
  const put = async (text: string): Promise<void> => {
    await mkdir(join(home, folder), { recursive: true });
    await writeFile(path(), text);
  };
  interface Group {
    readonly hooks: readonly { readonly command: string; readonly timeout: number }[];
  }
  const written = async (): Promise<Readonly<Record<string, readonly Group[]>>> => (JSON.parse(await readFile(path(), "utf8")) as { readonly hooks: Record<string, readonly Group[]> }).hooks;

  it("are for events that stop nothing, with a time in milliseconds", async () => {
    await mkdir(join(home, folder));
    await place().install();
    const hooks = await written();
    expect(Object.keys(hooks)).toEqual(events);
    for (const [group] of Object.values(hooks)) expect(group?.hooks).toEqual([{ type: "command", command: agentHookCommand(name, "hx"), timeout: 10_000 }]);
    expect((await place().state()).map(({ event, state }) => [event, state])).toEqual(events.map((event) => [event, "installed"]));
  });

  it("stand beside the person's own, in a file with comments, and go without a trace", async () => {
    const text = `// mine\r\n{\r\n\t"model" : { "name": "m" }, /* why not */\r\n\t"hooks": {\r\n\t\t"SessionEnd": [\r\n\t\t\t{ "matcher": "exit", "hooks": [{"type": "command", "command": "./mine.sh"}] },\r\n\t\t],\r\n\t},\r\n}`;
    await put(text);
    await place().install();
    const changed = await readFile(path(), "utf8");
    for (const kept of ["// mine\r\n", "/* why not */", "./mine.sh", '"matcher": "exit"']) expect(changed).toContain(kept);
    expect(changed.split("hook agent").length - 1).toBe(events.length);
    expect((await place().install()).changes).toEqual([]);
    expect(await readFile(path(), "utf8")).toBe(changed);
    await place().remove();
    expect(await readFile(path(), "utf8")).toBe(text);
  });

  it("are put right where an older text stands", async () => {
    await put(JSON.stringify({ hooks: { [events[0] ?? ""]: [{ hooks: [{ type: "command", command: `old-hx hook agent ${name}` }] }] } }, null, 2));
    expect((await place().state())[0]?.state).toBe("changed");
    await place().install();
    expect((await written())[events[0] ?? ""]?.map(({ hooks }) => hooks[0]?.command)).toEqual([agentHookCommand(name, "hx")]);
  });

  it("that are switched off are told", async () => {
    await put(off);
    await place().install();
    expect((await place().state())[0]).toMatchObject({ state: "unknown", note: expect.stringContaining(why) as string });
  });

  it("of a project have a folder made and removed", async () => {
    await mkdir(join(home, "p"));
    const project = make(join(home, "p", folder, "settings.json"), true);
    await project.install();
    expect((await project.state())[0]?.state).toBe("installed");
    await project.remove();
    expect(await readdir(join(home, "p"))).toEqual([]);
  });

  it("live where the agent reads its settings", async () => {
    const where = async (env: Record<string, string>, project: string | null): Promise<string | undefined> =>
      (await agentHooksOf(readSettings({ HOME: home, ...env }), project).find((each) => each.name === name)?.state())?.[0]?.where;
    expect(await where({}, null)).toBe(path());
    expect(await where({}, "/work/p")).toBe(join("/work/p", folder, "settings.json"));
    expect(await where({ GEMINI_CLI_HOME: "/other", QWEN_HOME: "/other/.qwen" }, null)).toBe(join("/other", folder, "settings.json"));
  });
});

describe("hooks of gemini-cli", () => {
  it("of which one is switched off by its command are told", async () => {
    await mkdir(join(home, ".gemini"));
    await writeFile(join(home, ".gemini", "settings.json"), JSON.stringify({ hooksConfig: { disabled: [agentHookCommand("gemini-cli", "hx")] } }));
    const place = geminiHooks({ settingsPath: join(home, ".gemini", "settings.json"), project: false, hxCommand: "hx" });
    await place.install();
    expect((await place.state())[0]).toMatchObject({ state: "unknown", note: expect.stringContaining("disabled") as string });
  });
});
