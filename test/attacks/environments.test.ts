import { execFile } from "node:child_process";
import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { decodeCborMap } from "../../src/format/cbor.ts";
import { decodeEnvelope } from "../../src/format/envelope.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { builtProgram } from "../support-build/build.ts";

let box: Sandbox;
let program: string;
const NAMES = { name: "Quillonia Zwetschgenmus", email: "quillonia@plumcart.example" };

interface Ran {
  readonly code: number;
  readonly out: string;
}

async function hx(cwd: string, ...argv: string[]): Promise<Ran> {
  const env = { ...box.env, GIT_AUTHOR_NAME: NAMES.name, GIT_AUTHOR_EMAIL: NAMES.email, HX_CONFIG_DIR: box.path("config"), HX_STATE_DIR: box.path("state"), HX_CACHE_DIR: box.path("cache") };
  return new Promise((done) => {
    execFile(process.execPath, [program, ...argv], { cwd, env }, (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}` }));
  });
}

async function ok(cwd: string, ...argv: string[]): Promise<string> {
  const ran = await hx(cwd, ...argv);
  if (ran.code !== 0) throw new Error(`hx ${argv.join(" ")} ended with ${ran.code}: ${ran.out}`);
  return ran.out;
}

/** A repository with three commits, connected and pushed. */
async function connectedHub(name: string, format: "sha1" | "sha256"): Promise<string> {
  const hub = await box.makeRepo({ name: `${name}.git`, bare: true, objectFormat: format });
  for (const key of ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "receive.fsckObjects"]) await box.git(hub, "config", key, "true");
  const work = await box.makeRepo({ name: `${name}-first`, objectFormat: format });
  await box.git(work, "remote", "add", "origin", hub);
  for (const n of [1, 2, 3]) {
    await writeFile(join(work, "a.txt"), "line\n".repeat(n * 1000));
    await box.git(work, "add", ".");
    await box.git(work, "commit", "-qm", `commit ${n}`);
  }
  await box.git(work, "push", "-q", "origin", "HEAD:main");
  await ok(work, "init", "--yes", "--throwaway-ok");
  await box.git(work, "add", ".hx");
  await box.git(work, "commit", "-qm", "connect");
  await box.git(work, "push", "-q", "origin", "HEAD:main");
  return hub;
}

let sessions = 0;

/** What the agent would have written there. */
async function talk(directory: string): Promise<void> {
  const sessionId = `0badf00d-5eed-4bad-8bad-${String(++sessions).padStart(12, "0")}`;
  const slug = (await realpath(directory)).replace(/[^A-Za-z0-9]/g, "-");
  const folder = box.path("home", ".claude", "projects", slug);
  await mkdir(folder, { recursive: true });
  const line = (type: string, content: string): string =>
    JSON.stringify({ type, sessionId, uuid: `${type}-${sessions}`, parentUuid: null, cwd: directory, version: "2.0.0", gitBranch: "main", timestamp: "2026-01-02T03:04:05.678Z", message: { role: type, content } });
  await writeFile(join(folder, `${sessionId}.jsonl`), `${line("user", "why?")}\n${line("assistant", "because")}\n`);
}

async function journey(directory: string, lanes: RegExp = /./): Promise<void> {
  await ok(directory, "init", "--yes", "--throwaway-ok");
  await talk(directory);
  expect(JSON.parse(await ok(directory, "capture", "--json"))).toMatchObject({ sessions: [{ agent: "claude-code" }] });
  await ok(directory, "sync");
  expect(await ok(directory, "verify")).toMatch(lanes);
  expect(await ok(directory, "list", "--json")).toContain("claude-code");
}

beforeAll(async () => {
  box = await makeSandbox();
  program = await builtProgram();
  await ok(box.root, "identity", "new", "--no-passphrase", "--phrase-file", box.path("phrase"), "--no-phrase-check", "--yes");
  await connectedHub("hub", "sha1");
});
afterAll(() => box.remove());

describe("capture, sync and verify", () => {
  it.each<[string, () => Promise<string>]>([
    ["a shallow clone", async () => cloned("shallow", "--depth=1", `file://${box.path("hub.git")}`)],
    ["a partial clone", async () => cloned("partial", "--filter=blob:none", `file://${box.path("hub.git")}`)],
    ["a clone with alternates", async () => cloned("alternates", "--shared", box.path("hub.git"))],
    ["a clone that borrows", async () => cloned("reference", `--reference=${box.path("hub-first")}`, box.path("hub.git"))],
    ["a clone of a bundle", async () => {
      await box.git(box.path("hub.git"), "bundle", "create", "-q", box.path("hub.bundle"), "main");
      const directory = await cloned("bundle", "--branch=main", box.path("hub.bundle"));
      await box.git(directory, "remote", "set-url", "origin", box.path("hub.git"));
      return directory;
    }],
    ["a linked worktree", async () => {
      await box.git(box.path("hub-first"), "worktree", "add", "-q", "-b", "beside", box.path("beside"));
      return box.path("beside");
    }],
    ["a clone with a git directory elsewhere", async () => cloned("separate", `--separate-git-dir=${box.path("elsewhere.git")}`, box.path("hub.git"))],
  ])("go from end to end in %s", async (_what, make) => journey(await make()));

  it("go from end to end in a SHA-256 repository", async () => {
    await connectedHub("hub256", "sha256");
    await journey(box.path("hub256-first"));
    await journey(await cloned("clone256", box.path("hub256.git")));
  });

  it("sync and verify in a bare repository, where no session runs", async () => {
    const bare = await cloned("bare", "--bare", box.path("hub.git"));
    await ok(bare, "init", "--yes", "--throwaway-ok");
    await ok(bare, "sync");
    await ok(bare, "capture");
    await ok(bare, "verify");
  });

  it("leave the user's clone as it was: no refspec, no partial clone, no shallow boundary of ours", async () => {
    const directory = await cloned("plain", box.path("hub.git"));
    const before = await box.git(directory, "config", "--local", "--list");
    await journey(directory);
    expect(await box.git(directory, "config", "--get-all", "remote.origin.fetch")).toBe("+refs/heads/*:refs/remotes/origin/*");
    expect((await box.git(directory, "config", "--local", "--list")).split("\n").filter((line) => /promisor|partial|sessions/.test(line))).toEqual([]);
    expect(before).not.toContain("promisor");
    await box.git(directory, "fsck", "--strict", "--no-dangling");
  });
});

it("the connection file holds ids and remotes, and nothing of a person", async () => {
  const text = await readFile(join(box.path("hub-first"), ".hx", "connection.yaml"), "utf8");
  const { remotes, genesis, ...rest } = parse(text) as Record<string, unknown>;
  expect(remotes).toEqual([expect.stringContaining(box.path("hub"))]);
  const { payload } = decodeEnvelope(Buffer.from(String(genesis), "base64url"), "hx/repo/v1");
  expect([...decodeCborMap(payload)].map(([key, value]) => [key, value instanceof Uint8Array ? value.length : value])).toEqual([["v", 1], ["sign", 32], ["nonce", 16]]);
  for (const [key, value] of Object.entries(rest)) expect(`${key}: ${String(value)}`).toMatch(/^(v|version|policy): \d+$|^(workspace|repo): [0-9a-f]{64}$|^project: [0-9a-f]{32}$/);
  expect(text.toLowerCase()).not.toMatch(/quillonia|zwetschgen|plumcart/);
});

async function cloned(name: string, ...args: string[]): Promise<string> {
  await box.git(box.root, "clone", "-q", ...args, box.path(name));
  return box.path(name);
}
