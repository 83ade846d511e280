import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ampEvents, ampHooks } from "../../src/adapters/hooks/amp-hooks.ts";
import { clineEvents, clineHooks } from "../../src/adapters/hooks/cline-hooks.ts";
import type { Sandbox } from "./sandbox.ts";
import { sandbox, snapshot } from "./sandbox.ts";

const run = promisify(execFile);

let box: Sandbox;
let home = "";
beforeEach(async () => {
  box = await sandbox();
  home = join(box.directory, "home");
});
afterEach(() => box.remove());

/** Stands in for hx: writes down what it was called with. */
async function recorder(): Promise<{ readonly command: string; calls(): Promise<string> }> {
  const command = join(box.directory, "hx");
  const log = join(box.directory, "calls");
  await writeFile(command, `#!/bin/sh\n{ printf '%s ' "$@"; cat; echo; } >> '${log}'\n`);
  await chmod(command, 0o755);
  return {
    command,
    async calls() {
      for (let tries = 0; tries < 200; tries++) {
        const text = await readFile(log, "utf8").catch(() => "");
        if (text.endsWith("\n")) return text;
        await new Promise((done) => setTimeout(done, 25));
      }
      return "";
    },
  };
}

describe("hooks of Cline", () => {
  const folder = (): string => join(home, ".cline");
  const place = (hxCommand = "hx") => clineHooks({ folder: folder(), project: false, hxCommand });

  it("are an executable an event, made once, and removed without trace", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    await mkdir(folder());
    const before = await snapshot(box, home);
    expect((await place().plan()).changes).toHaveLength(clineEvents.length);
    expect(await snapshot(box, home)).toBe(before);
    await place().install();
    expect((await readdir(join(folder(), "hooks"))).sort()).toEqual([...clineEvents].sort());
    expect((await stat(join(folder(), "hooks", "TaskComplete"))).mode & 0o777).toBe(0o755);
    expect((await place().state()).map(({ state }) => state)).toEqual(clineEvents.map(() => "installed"));
    expect((await place().install()).changes).toEqual([]);
    await place().remove();
    expect(await snapshot(box, home)).toBe(before);
  });

  it("leave a person's own hook alone, and say what to add to it", async () => {
    await mkdir(join(folder(), "hooks"), { recursive: true });
    const own = join(folder(), "hooks", "TaskComplete");
    await writeFile(own, "#!/bin/sh\n# mine\n   exit 0", { mode: 0o755 });
    const { byHand } = await place().install();
    expect(byHand).toEqual([{ where: own, lines: [expect.stringContaining("hx hook agent cline")] }]);
    expect((await place().state()).find(({ event }) => event === "TaskComplete")?.state).toBe("unknown");
    await place().remove();
    expect(await readFile(own, "utf8")).toBe("#!/bin/sh\n# mine\n   exit 0");
    expect(await readdir(join(folder(), "hooks"))).toEqual(["TaskComplete"]);
  });

  it("never name a hook that could hold up a tool, answer that the task goes on, and hand the payload on", async () => {
    expect(clineEvents.filter((event) => /tool|prompt/i.test(event))).toEqual([]);
    const { command, calls } = await recorder();
    await mkdir(folder());
    await place(command).install();
    const child = run(join(folder(), "hooks", "TaskComplete"), { env: { PATH: process.env["PATH"] } });
    child.child.stdin?.end('{"taskId":"conv_1"}');
    const { stdout, stderr } = await child;
    expect([JSON.parse(stdout), stderr]).toEqual([{ cancel: false }, ""]);
    expect(await calls()).toBe('hook agent cline {"taskId":"conv_1"}\n');
  });
});

describe("the plugin of Amp", () => {
  const folder = (): string => join(home, ".config", "amp");
  const place = (hxCommand = "hx") => ampHooks({ folder: folder(), project: false, hxCommand });

  it("is a file of hx's own beside others, and removed without trace", async () => {
    await mkdir(join(folder(), "plugins"), { recursive: true });
    await writeFile(join(folder(), "plugins", "mine.ts"), "export default () => {};\n");
    const before = await snapshot(box, home);
    await place().install();
    expect((await place().state()).map(({ event, state }) => [event, state])).toEqual(ampEvents.map((event) => [event, "installed"]));
    await place().remove();
    expect(await snapshot(box, home)).toBe(before);
  });

  it("tells of the thread, returns nothing and throws nothing", async () => {
    const { command, calls } = await recorder();
    await mkdir(folder(), { recursive: true });
    await place(command).install();
    const script = join(box.directory, "plugin.mjs");
    await writeFile(script, await readFile(join(folder(), "plugins", "hx.ts"), "utf8"));
    const listeners = new Map<string, (event: unknown, context: unknown) => unknown>();
    const plugin = (await import(pathToFileURL(script).href)) as { default(amp: object): void };
    plugin.default({ on: (name: string, listener: (event: unknown, context: unknown) => unknown) => void listeners.set(name, listener) });
    expect([...listeners.keys()]).toEqual([...ampEvents]);
    expect(listeners.get("agent.end")?.({ thread: { id: "T-1" }, status: "done" }, {})).toBeUndefined();
    for (const odd of [undefined, null, { thread: 7 }]) expect(listeners.get("session.start")?.(odd, undefined)).toBeUndefined();
    expect(await calls()).toContain('"session_id":"T-1"');
  });
});
