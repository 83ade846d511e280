import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pluginHooks } from "../../src/adapters/hooks/plugin-hooks.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), "hx-plugin-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const folder = (): string => path.join(home, ".config", "opencode");
const file = (): string => path.join(folder(), "plugin", "hx.js");
const place = (hxCommand = "hx", project = false): HookPlace => pluginHooks({ agent: "opencode", folder: folder(), project, hxCommand });

interface Told {
  readonly event: { readonly type: string; readonly properties?: unknown };
}
type Plugin = (input: { readonly directory: string }) => Promise<{ readonly [hook: string]: (told: Told) => Promise<void> }>;

describe("the plugin of hx in OpenCode and Kilo Code", () => {
  it("is made where the agent is, beside the user's own, and removed without trace", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    mkdirSync(path.dirname(file()), { recursive: true });
    writeFileSync(path.join(folder(), "plugin", "own.js"), "export const own = async () => ({})\n");
    writeFileSync(path.join(folder(), "opencode.json"), '{ // mine\n "plugin": [] }');
    expect((await place().install()).changes).toHaveLength(1);
    expect((await place().install()).changes).toEqual([]);
    expect((await place().state()).map(({ event, state }) => `${event} ${state}`)).toEqual(["session.created installed", "session.idle installed", "session.compacted installed"]);
    await place().remove();
    expect(readdirSync(folder(), { recursive: true }).sort()).toEqual(["opencode.json", "plugin", path.join("plugin", "own.js")]);
    expect(readFileSync(path.join(folder(), "opencode.json"), "utf8")).toBe('{ // mine\n "plugin": [] }');
  });
  it("is made in a project, and its folder goes with it", async () => {
    await place("hx", true).install();
    expect(existsSync(file())).toBe(true);
    await place("hx", true).remove();
    expect(existsSync(folder())).toBe(false);
  });
  it("leaves a file of the user alone", async () => {
    mkdirSync(path.dirname(file()), { recursive: true });
    writeFileSync(file(), "// mine\n");
    expect((await place().install()).byHand).toHaveLength(1);
    await place().remove();
    expect(readFileSync(file(), "utf8")).toBe("// mine\n");
  });
  it("tells hx of the end of a turn, with the session and its directory, and of nothing else", async () => {
    const hx = path.join(home, "an hx $(it)");
    const told = path.join(home, "told");
    writeFileSync(hx, `#!/bin/sh\n{ echo "$@"; cat; } > "${told}.new" && mv "${told}.new" "${told}"\n`);
    chmodSync(hx, 0o700);
    mkdirSync(folder(), { recursive: true });
    await place(hx).install();
    const { hx: plugin } = (await import(pathToFileURL(file()).href)) as { readonly hx: Plugin };
    const hooks = await plugin({ directory: home });
    expect(Object.keys(hooks)).toEqual(["event"]);
    await hooks["event"]?.({ event: { type: "message.part.updated", properties: { sessionID: "ses_0" } } });
    await hooks["event"]?.({ event: { type: "session.idle", properties: { sessionID: "ses_it's" } } });
    while (!existsSync(told)) await new Promise((done) => setTimeout(done, 5));
    expect(readFileSync(told, "utf8")).toBe(`hook agent opencode\n${JSON.stringify({ hook_event_name: "session.idle", session_id: "ses_it's", cwd: home })}`);
  });
  it("throws nothing, whatever it is told, and where hx is gone", async () => {
    mkdirSync(folder(), { recursive: true });
    await place("/nowhere/hx").install();
    const { hx: plugin } = (await import(pathToFileURL(file()).href)) as { readonly hx: Plugin };
    const hooks = await plugin({ directory: "/nowhere" });
    for (const event of [{ type: "session.idle" }, { type: "session.idle", properties: null }, { type: "session.created", properties: { info: { id: 7n } } }, null]) await hooks["event"]?.({ event } as Told);
  });
});
