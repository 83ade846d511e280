import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { IdentityPorts } from "../../src/app/identity/ports.ts";
import type { Check, SessionsWorld, SetupWorld, Status, WorldContext } from "../../src/cli/world.ts";
import { doctor } from "../../src/wire/doctor.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { identityWorld } from "../../src/wire/identity-world.ts";
import { sessionsWorld } from "../../src/wire/sessions-world.ts";
import { readSettings, type Settings } from "../../src/wire/settings.ts";
import { setupWorld } from "../../src/wire/setup-world.ts";
import { status } from "../../src/wire/status.ts";
import type { Sandbox } from "../support/sandbox.ts";

const SAMPLE = new URL("../../fixtures/agents/claude-code/2.1.329/01-first/store/", import.meta.url).pathname;
/** The directory that the records of the sample name. */
const RECORDED = "/home/dev/work/acme-web";

/** One person with one clone, over the real adapters. */
export interface Journey {
  readonly settings: Settings;
  readonly top: string;
  readonly setup: SetupWorld;
  readonly sessions: SessionsWorld;
  readonly ports: () => Promise<IdentityPorts>;
  newIdentity(): Promise<void>;
  connect(options?: { readonly hooks?: boolean }): Promise<void>;
  /** Puts a session of Claude Code that ran in this clone into the agent's store. */
  addSession(): Promise<string>;
  status(): Promise<Status>;
  doctor(offline?: boolean): Promise<readonly Check[]>;
  checkOf(name: string, offline?: boolean): Promise<Check>;
}

export async function startJourney(sandbox: Sandbox, url: string, environment: Readonly<Record<string, string>> = {}): Promise<Journey> {
  const top = await sandbox.makeRepo({ name: "work" });
  await sandbox.git(top, "commit", "--quiet", "--allow-empty", "--message=first");
  await sandbox.git(top, "remote", "add", "origin", url);
  await mkdir(sandbox.path("bin"), { recursive: true });
  await writeFile(sandbox.path("bin", "hx"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  const env = {
    ...sandbox.env,
    PATH: `${sandbox.path("bin")}:${sandbox.env["PATH"] ?? ""}`,
    HX_CONFIG_DIR: sandbox.path("config"),
    HX_STATE_DIR: sandbox.path("state"),
    CLAUDE_CONFIG_DIR: sandbox.path("home", ".claude"),
    CODEX_HOME: sandbox.path("home", ".codex"),
    ...environment,
  };
  const settings = readSettings(env);
  const context: WorldContext = { directory: top, passphrase: { ask: async () => null }, progress: { phase: () => undefined, warn: () => undefined, done: () => undefined }, signal: new AbortController().signal };
  let made: Promise<IdentityPorts> | undefined;
  const ports = (): Promise<IdentityPorts> => (made ??= identityPorts(settings, context.passphrase));
  const setup = setupWorld(settings, context, ports);
  const all = async (offline = false): Promise<readonly Check[]> => {
    const checks: Check[] = [];
    for await (const check of doctor(settings, top, ports, { offline })) checks.push(check);
    return checks;
  };
  return {
    settings,
    top,
    setup,
    sessions: sessionsWorld(settings, context, ports),
    ports,
    async newIdentity() {
      await identityWorld(settings, top, ports).create({ kind: "none" });
    },
    async connect({ hooks = true } = {}) {
      await setup.init({ name: "Ann Author", email: "ann@example.com", project: "shop", hooks, projectHooks: false, publicOk: false, throwawayOk: true });
    },
    async addSession() {
      const { readFile, readdir } = await import("node:fs/promises");
      const from = join(SAMPLE, "projects", "-home-dev-work-acme-web");
      const to = join(sandbox.path("home", ".claude"), "projects", top.replaceAll(/[^A-Za-z0-9]/g, "-"));
      await mkdir(to, { recursive: true });
      await cp(from, to, { recursive: true });
      const [file = ""] = (await readdir(to)).filter((name) => name.endsWith(".jsonl"));
      await writeFile(join(to, file), (await readFile(join(to, file), "utf8")).replaceAll(RECORDED, top));
      return join(to, file);
    },
    status: async () => status(settings, top, await ports()),
    doctor: all,
    async checkOf(name, offline) {
      const found = (await all(offline)).find((check) => check.name === name);
      if (found === undefined) throw new Error(`no check '${name}'`);
      return found;
    },
  };
}
