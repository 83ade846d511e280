import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtProgram } from "../support-build/build.ts";
import { codeOf } from "./errors.ts";
import { type OpenedRepository, openRepository } from "./open-repository.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/agents", import.meta.url));
const recordedIn = "/home/dev/work/acme-web";
const root = realpathSync(mkdtempSync(join(tmpdir(), "hx-real-")));
const work = join(root, "work");
const home = join(root, "home");
/** What Claude Code calls a checkout; a session stands under "_" in its place. */
const projectFolder = work.replace(/[^A-Za-z0-9]/g, "-");
/** Where the agents keep their sessions, by name of the agent. */
const stores: Record<string, string> = { "claude-code": join(home, ".claude"), codex: join(home, ".codex") };

const environment = {
  PATH: process.env["PATH"] ?? "", HOME: home, HX_CONFIG_DIR: join(root, "config"), HX_STATE_DIR: join(root, "state"),
  HX_CACHE_DIR: join(root, "cache"), GIT_CONFIG_GLOBAL: join(home, ".gitconfig"), GIT_CONFIG_NOSYSTEM: "1",
};

function run(command: string, args: string[], directory = work): string {
  return execFileSync(command, args, { cwd: directory, env: environment, stdio: ["ignore", "pipe", "pipe"] }).toString();
}

/** Git without the hooks that `hx init` may have installed: this test says itself when to capture. */
function git(...args: string[]): void {
  execFileSync("git", args, { cwd: args[0] === "init" ? root : work, env: { ...environment, HX_SKIP: "1" }, stdio: "ignore" });
}

/** Puts a recorded store where the agent has its own, as if the agent had run in the checkout. */
function agentWrites(agent: string, recording: string): void {
  const from = join(fixtures, recording, "store");
  for (const name of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    if (!/\.jsonl?$/.test(name)) continue;
    const to = join(stores[agent] ?? "", name.replace("-home-dev-work-acme-web", projectFolder));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, readFileSync(join(from, name), "utf8").replaceAll(recordedIn, work));
  }
}

/** Path below its agent's store → bytes, of all that the agents wrote. */
function written(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [agent, store] of Object.entries(stores)) {
    for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(store, path).replace(projectFolder, "_");
      if (entry.isFile() && /^(projects|sessions)\//.test(name)) files.set(`${agent} ${name}`, readFileSync(path, "latin1"));
    }
  }
  return files;
}

function read(opened: OpenedRepository): Map<string, string> {
  return new Map(opened.sessions.flatMap(({ facts, files }) => (
    files.map(({ path, bytes }) => [`${facts.agent} ${path}`, Buffer.from(bytes).toString("latin1")] as const)
  )));
}

describe("a repository that the program made", () => {
  let phrase = "";
  let program = "";
  const hx = (...args: string[]): string => run(process.execPath, [program, ...args]);
  const push = (): void => {
    hx("capture");
    hx("sync");
  };

  beforeAll(async () => {
    program = await builtProgram();
    mkdirSync(home);
    writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n");
    writeFileSync(join(root, "passphrase"), "correct horse\n", { mode: 0o600 });
    git("init", "--quiet", "--bare", "remote.git");
    git("init", "--quiet", "work");
    run("git", ["remote", "add", "origin", join(root, "remote.git")]);
    writeFileSync(join(work, "a.txt"), "hi\n");
    git("add", ".");
    git("commit", "--quiet", "-m", "one");
    git("push", "--quiet", "-u", "origin", "HEAD");
    hx("identity", "new", "--passphrase-file", join(root, "passphrase"), "--phrase-file", join(root, "phrase"), "--no-phrase-check", "--yes");
    hx("init", "--yes", "--throwaway-ok", "--passphrase-file", join(root, "passphrase"));
    git("add", ".hx");
    git("commit", "--quiet", "-m", "connect");
    git("push", "--quiet", "origin", "HEAD");
    phrase = readFileSync(join(root, "phrase"), "utf8");
    agentWrites("claude-code", "claude-code/2.1.329/01-first");
    push();
    agentWrites("claude-code", "claude-code/2.1.329/02-continue");
    agentWrites("codex", "codex/0.169.0/01-first");
    push();
    agentWrites("codex", "codex/0.169.0/02-resume-last");
    agentWrites("claude-code", "claude-code/2.1.329/08-subagent");
    push();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  it("opens with the phrase alone, byte for byte what the agents wrote", async () => {
    const opened = await openRepository(join(root, "remote.git"), phrase);
    expect(opened.warnings).toEqual([]);
    expect(opened.closed).toEqual([]);
    expect(opened.lanes).toMatchObject([{ author: { person: opened.person } }]);
    expect(opened.lanes[0]?.seq).toBeGreaterThanOrEqual(2);
    expect([...read(opened).keys()].sort()).toEqual([...written().keys()].sort());
    expect(read(opened)).toEqual(written());
  });

  it("says of the sessions what the program says", async () => {
    const opened = await openRepository(join(root, "remote.git"), phrase);
    const listed: unknown = JSON.parse(hx("list", "--json", "--passphrase-file", join(root, "passphrase")));
    const said = opened.sessions.map(({ session, facts }) => ({ id: session, agent: facts.agent, title: facts.title }));
    expect(said.length).toBeGreaterThan(2);
    expect(new Set(said.map(({ agent }) => agent))).toEqual(new Set(["claude-code", "codex"]));
    for (const one of said) expect(JSON.stringify(listed)).toContain(one.id);
    for (const { facts, files } of opened.sessions) {
      expect(facts.bytes).toBe(files.reduce((sum, { bytes }) => sum + bytes.length, 0));
      expect(facts.files).toBe(files.length);
      expect(facts.cwd).toBe(".");
      expect(facts.first).toBeLessThanOrEqual(facts.last ?? 0);
    }
  });

  it("says nothing to another phrase", async () => {
    const other = `${"abandon ".repeat(23)}art`;
    await expect(openRepository(join(root, "remote.git"), other).catch(codeOf)).resolves.toBe("not-recipient");
  });
});
