import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitHookLines, gitHookCommand } from "../../src/adapters/hooks/shell.ts";
import { linesFire } from "../../src/wire/hook-probe.ts";
import { readSettings, type Settings } from "../../src/wire/settings.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
let settings: Settings;

beforeEach(async () => {
  sandbox = await makeSandbox();
  settings = readSettings({ ...sandbox.env, HX_STATE_DIR: sandbox.path("state"), HX_CONFIG_DIR: sandbox.path("config") });
});
afterEach(() => sandbox.remove());

describe("lines of a hook", () => {
  it("fire, for both events, as lines and as one command", async () => {
    for (const event of ["post-commit", "pre-push"] as const) {
      expect(await linesFire(settings, event, gitHookLines(event, "hx"))).toBe(true);
      expect(await linesFire(settings, event, [`${gitHookCommand(event, "hx")} "$@"`])).toBe(true);
    }
  });

  it("fire with an absolute command and with another name, which are not really started", async () => {
    for (const hxCommand of ["/opt/my tools/hx", "hx-beta"]) {
      expect(await linesFire({ ...settings, hxCommand }, "post-commit", gitHookLines("post-commit", hxCommand))).toBe(true);
    }
  });

  it("do not fire when something before them ends the hook, or when they call something else", async () => {
    expect(await linesFire(settings, "post-commit", ["exit 0", ...gitHookLines("post-commit", "hx")])).toBe(false);
    expect(await linesFire(settings, "post-commit", ["hx status"])).toBe(false);
  });

  it("fire although HX_SKIP is set where the doctor runs: that is another check's to say", async () => {
    const skipping = { ...settings, env: { ...settings.env, HX_SKIP: "1" } };
    expect(await linesFire(skipping, "post-commit", gitHookLines("post-commit", "hx"))).toBe(true);
  });
});
