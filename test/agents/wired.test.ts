import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AGENTS, agentNamed, agentsOf, presentAgents, programOf, wiredAgent } from "../../src/wire/agents.ts";
import { readSettings, type Settings } from "../../src/wire/settings.ts";
import { connectedCheckout, makeWorld, list, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";
import { claudeFixture } from "./claude-code.fixture.ts";

/** Those without a store of their own. */
function alwaysPresent(settings: Settings): readonly string[] {
  return AGENTS.filter((agent) => agent.places(settings).length === 0).map(({ name }) => name);
}

describe("the table of agents", () => {
  let home = "";
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-wired-")));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const settings = (env: Readonly<Record<string, string>> = {}) => readSettings({ HOME: home, ...env });

  it("says of each what its adapter says", async () => {
    const loaded = await agentsOf(settings());
    expect(loaded.map(({ name, title }) => ({ name, title }))).toEqual(AGENTS.map(({ name, title }) => ({ name, title })));
    expect(new Set(AGENTS.map(({ name }) => name)).size).toBe(AGENTS.length);
    // A hook's text names the agent.
    for (const { name } of AGENTS) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,63}$/);
    for (const { verifiedWith } of loaded) expect(verifiedWith.length).toBeGreaterThan(0);
  });
  it("finds one by its name alone", async () => {
    expect((await agentNamed(settings(), "codex"))?.name).toBe("codex");
    expect(await agentNamed(settings(), "nobody")).toBeNull();
    expect(wiredAgent("nobody")).toBeUndefined();
    expect([programOf("claude-code"), programOf("codex"), programOf("git")]).toEqual(["claude", "codex", "git"]);
  });
  it("has none of which there is no store, and each whose store is there, wherever the environment puts it", async () => {
    const present = async (env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => (await presentAgents(settings(env))).map(({ name }) => name);
    const always = alwaysPresent(settings());
    expect(await present()).toEqual(always);
    await mkdir(path.join(home, ".codex"));
    expect(await present()).toEqual(expect.arrayContaining([...always, "codex"]));
    expect(await present({ CODEX_HOME: path.join(home, "other") })).toEqual(always);
    await mkdir(path.join(home, ".config", "claude"), { recursive: true });
    expect(await present()).toEqual(expect.arrayContaining([...always, "claude-code", "codex"]));
    expect(await present({ CLAUDE_CONFIG_DIR: path.join(home, "other") })).not.toContain("claude-code");
  });
  it.each(AGENTS.map((agent) => [agent.name, agent] as const))("passes over none of which there is a store: %s", async (_, wired) => {
    const agent = await wired.load(settings());
    for (const place of [null, ...wired.places(settings())]) {
      if (place !== null) {
        expect(place.startsWith(home + path.sep)).toBe(true);
        await mkdir(place, { recursive: true });
        expect(await wired.present(settings())).toBe(true);
      }
      if ((await agent.roots()).length > 0) expect(await wired.present(settings())).toBe(true);
    }
  });
});

describe("a hook", () => {
  let world: JourneyWorld;
  let ada: Machine;
  let checkout = "";
  let trace = "";
  let always: readonly string[] = [];
  beforeAll(async () => {
    world = await makeWorld();
    ada = await world.machine("ada");
    await newIdentity(ada, world.path("phrase"));
    checkout = await connectedCheckout(ada, await world.remote(), world.path("work"));
    always = alwaysPresent(readSettings(ada.env));
    trace = world.path("trace.mjs");
    await writeFile(trace, `import { register } from "node:module";\nregister(${JSON.stringify(pathToFileURL(world.path("loads.mjs")).href)});\n`);
    await writeFile(
      world.path("loads.mjs"),
      `import { appendFileSync } from "node:fs";\nexport async function load(url, context, next) { appendFileSync(${JSON.stringify(world.path("loaded"))}, url + "\\n"); return next(url, context); }\n`,
    );
    const id = "00000000-0000-4000-8000-000000000001";
    const fixture = claudeFixture(ada.home);
    const transcript = fixture.transcript(id, checkout);
    await mkdir(path.dirname(transcript), { recursive: true });
    await writeFile(transcript, fixture.turn(id, checkout, "Hello", "Yes.").map((line) => `${line}\n`).join(""));
  });
  afterAll(() => world.close());

  /** Agents whose adapter a hook loaded. */
  async function loadedBy(args: readonly string[], input = ""): Promise<readonly string[]> {
    await rm(world.path("loaded"), { force: true });
    const ran = await ada.tryHx(checkout, ["hook", ...args], input, { NODE_OPTIONS: `--import ${pathToFileURL(trace).href}` });
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
    const files = (await readFile(world.path("loaded"), "utf8")).split("\n").filter((url) => url.startsWith("file:"));
    const texts = await Promise.all(files.map((url) => readFile(new URL(url), "utf8")));
    return AGENTS.map(({ name }) => name).filter((name) => texts.some((text) => text.includes(`// src/adapters/agents/${name}/adapter.ts`)));
  }

  it("of git loads the adapters of the agents that are here, and no others", async () => {
    expect(await loadedBy(["git", "post-commit"])).toEqual(AGENTS.map(({ name }) => name).filter((name) => name === "claude-code" || always.includes(name)));
    expect((await list(ada, checkout)).map(({ agent }) => agent)).toEqual(["claude-code"]);
  });
  it("of an agent loads that agent's alone", async () => {
    expect(await loadedBy(["agent", "codex"], JSON.stringify({ session_id: "019c0000-0000-7000-8000-000000000001", cwd: checkout }))).toEqual(["codex"]);
  });
});
