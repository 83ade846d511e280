import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readOwnLane } from "../../src/app/lane/own-lane-key.ts";
import { lanePorts, openClone, openLedger } from "../../src/wire/clone.ts";
import { doctor } from "../../src/wire/doctor.ts";
import { pathFinding } from "../../src/wire/doctor-machine.ts";
import { startHttpRemote, type HttpRemote, type HttpRemoteOptions } from "../support/http-remote.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { startJourney, type Journey } from "./journey.ts";

let sandbox: Sandbox;
let remote: HttpRemote;
let journey: Journey;
/** The temporary directory of everybody; a test has one of its own, to see what is left in it. */
const everybodys = process.env["TMPDIR"];

async function begin(options: HttpRemoteOptions = {}, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  remote = await startHttpRemote(sandbox, options);
  journey = await startJourney(sandbox, remote.url, environment);
}

async function connected(options: HttpRemoteOptions = {}, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  await begin(options, environment);
  await journey.newIdentity();
  await journey.connect();
}

const sessionsAtRemote = (): Promise<string> => sandbox.git(remote.directory, "for-each-ref", "--format=%(refname) %(objectname)", "refs/sessions");

async function lane(): Promise<{ id: string; trust: string }> {
  const clone = await openClone(journey.settings, journey.top);
  const ledger = await openLedger(clone);
  const own = await readOwnLane(lanePorts(clone, ledger), { workspace: ledger.workspace, repo: ledger.repo, clone: clone.repository.checkout.commonDirectory });
  return { id: own?.id ?? "", trust: join(journey.settings.stateDirectory, "repos", ledger.repo, "lane", `${own?.id ?? ""}.json`) };
}

beforeEach(async () => {
  sandbox = await makeSandbox();
  await mkdir(sandbox.path("tmp"));
  process.env["TMPDIR"] = sandbox.path("tmp");
});

afterEach(async () => {
  if (everybodys === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = everybodys;
  await remote.close();
  await sandbox.remove();
});

describe("a doctor", () => {
  it("finds nothing to say against a clone that works, and leaves nothing behind", async () => {
    await connected();
    await journey.addSession();
    await journey.sessions.capture({ agents: [], dryRun: false });
    await journey.sessions.sync({ full: false, dryRun: false });
    const before = await sessionsAtRemote();
    const checks = await journey.doctor();
    const hooksOfAgent = "hooks of claude-code";
    expect(checks.filter(({ result, name }) => result === "fail" && name !== hooksOfAgent)).toEqual([]);
    const named = (name: string): string | undefined => checks.find((check) => check.name === name)?.result;
    for (const name of ["workspace chain", "lane", "trust state", "stage", "clock", "git gc", "locks", "refspecs", "git hook post-commit", "git hook pre-push", "sessions of claude-code", "records of claude-code", "agents"]) expect([name, named(name)]).toEqual([name, "ok"]);
    for (const what of ["answers", "takes sessions", "filters", "gives sessions back", "lets refs go"]) expect([what, named(`remote 'origin' ${what}`)]).toEqual([what, "ok"]);
    expect(named("your lane at 'origin'")).toBe("ok");
    expect(await sessionsAtRemote()).toBe(before);
    expect(await readdir(sandbox.path("tmp"))).toEqual([]);
    expect(checks.filter(({ result, fix }) => result === "fail" && fix === undefined)).toEqual([]);
  });

  it("says what is missing where there is nothing yet", async () => {
    await begin();
    const checks = await journey.doctor();
    const fixes = Object.fromEntries(checks.filter(({ result }) => result === "fail").map(({ name, fix }) => [name, fix]));
    expect(fixes).toMatchObject({ identity: "hx identity new", connection: "hx init", "git hook post-commit": "hx hooks install --place git" });
  });

  it("does not throw outside of a repository", async () => {
    await begin();
    const checks = [];
    for await (const check of doctor(journey.settings, sandbox.root, journey.ports, { offline: true })) checks.push(check);
    expect(checks.at(-1)).toMatchObject({ name: "repository", result: "fail", fix: "git init" });
  });

  it("goes on with the next group when the keys cannot be opened at all", async () => {
    await begin();
    const checks = [];
    for await (const check of doctor(journey.settings, journey.top, () => Promise.reject(new Error("no crypto")), { offline: true })) checks.push(check);
    expect(checks).toContainEqual(expect.objectContaining({ name: "identity", result: "fail", detail: "the checks stopped here: no crypto" }));
    expect(checks).toContainEqual(expect.objectContaining({ name: "repository", result: "ok" }));
  });

  it("asks no remote when it is told to stay offline, and says so", async () => {
    await connected();
    remote.reset();
    const check = await journey.checkOf("remote 'origin'", true);
    expect(check).toMatchObject({ result: "warn", detail: "not asked: --offline" });
    expect(remote.requests).toEqual([]);
  });
});

describe("keys", () => {
  it("that others can read are a failure with the command that closes them", async () => {
    await begin();
    await journey.newIdentity();
    const file = join(journey.settings.configDirectory, "identity", "device.key");
    await chmod(file, 0o644);
    expect(await journey.checkOf("identity", true)).toMatchObject({ result: "fail", fix: `chmod 600 '${file}'` });
  });

  it("in a directory open to others are a warning", async () => {
    await begin();
    await journey.newIdentity();
    await chmod(journey.settings.configDirectory, 0o755);
    expect(await journey.checkOf("directory of keys", true)).toMatchObject({ result: "warn", fix: `chmod 700 '${journey.settings.configDirectory}'` });
  });
});

describe("hooks", () => {
  const hook = (event: string): string => join(journey.top, ".git", "hooks", event);

  it("that were removed fail", async () => {
    await connected();
    await rm(hook("post-commit"));
    expect(await journey.checkOf("git hook post-commit", true)).toMatchObject({ result: "fail", fix: "hx hooks install --place git" });
    expect(await journey.checkOf("git hook pre-push", true)).toMatchObject({ result: "ok" });
  });

  it("that git does not look at fail: core.hooksPath points elsewhere", async () => {
    await connected();
    await mkdir(sandbox.path("hooks"));
    await sandbox.git(journey.top, "config", "core.hooksPath", sandbox.path("hooks"));
    const check = await journey.checkOf("git hook post-commit", true);
    expect(check).toMatchObject({ result: "fail", fix: "hx hooks install --place git --dry-run" });
    expect(check.detail).toContain(sandbox.path("hooks"));
  });

  it("of hx that somebody changed fail", async () => {
    await connected();
    await writeFile(hook("pre-push"), (await readFile(hook("pre-push"), "utf8")).replace("--wait", "--wa1t"));
    expect(await journey.checkOf("git hook pre-push", true)).toMatchObject({ result: "fail" });
  });

  it("without the executable bit fail", async () => {
    await connected();
    await chmod(hook("post-commit"), 0o644);
    expect(await journey.checkOf("git hook post-commit", true)).toMatchObject({ result: "fail" });
  });

  it("that do not parse are a warning, and the user's own lines are never run", async () => {
    await connected();
    const side = sandbox.path("side-effect");
    const text = await readFile(hook("post-commit"), "utf8");
    await writeFile(hook("post-commit"), `${text}touch ${side}\n`);
    expect(await journey.checkOf("git hook post-commit", true)).toMatchObject({ result: "ok" });
    await writeFile(hook("post-commit"), `${text}if true; then\n`);
    expect(await journey.checkOf("git hook post-commit", true)).toMatchObject({ result: "warn", fix: `sh -n '${hook("post-commit")}'` });
    expect(await readdir(sandbox.root)).not.toContain("side-effect");
  });

  it("are switched off by HX_SKIP, which is said", async () => {
    await connected({}, { HX_SKIP: "1" });
    expect(await journey.checkOf("hooks switched on", true)).toMatchObject({ result: "warn", fix: "unset HX_SKIP" });
  });

  it("find the program on the PATH, or not", async () => {
    await begin();
    const program = sandbox.path("bin", "hx");
    expect(await pathFinding(journey.settings, program)).toMatchObject({ result: "ok" });
    expect(await pathFinding(journey.settings, "/bin/sh")).toMatchObject({ result: "warn" });
    await rm(program);
    const alone = { ...journey.settings, env: { PATH: sandbox.path("bin") } };
    expect(await pathFinding(alone, program)).toMatchObject({ result: "fail" });
  });
});

describe("a remote", () => {
  it("that refuses refs of sessions fails, and the reason is told", async () => {
    await connected();
    await mkdir(join(remote.directory, "hooks"), { recursive: true });
    await writeFile(join(remote.directory, "hooks", "update"), '#!/bin/sh\ncase "$1" in refs/sessions/*) echo "no sessions here" >&2; exit 1;; esac\n', { mode: 0o755 });
    expect(await journey.checkOf("remote 'origin' takes sessions")).toMatchObject({ result: "fail", detail: expect.stringContaining("it refuses refs below refs/sessions/") });
  });

  it("that ignores filters is named, with what it costs", async () => {
    await connected({ allowFilter: false });
    const check = await journey.checkOf("remote 'origin' filters");
    expect(check).toMatchObject({ result: "warn", detail: expect.stringContaining("it does not filter: every sync fetches the others' sessions whole") });
    expect(await sessionsAtRemote()).not.toContain("probe");
  });

  it("that does not let refs go is named", async () => {
    await connected();
    const hook = join(remote.directory, "hooks", "update");
    await mkdir(join(hook, ".."), { recursive: true });
    await writeFile(hook, '#!/bin/sh\ncase "$3" in *[1-9a-f]*) exit 0;; esac\nexit 1\n', { mode: 0o755 });
    const check = await journey.checkOf("remote 'origin' lets refs go");
    expect(check.result).toBe("warn");
    expect(check.fix).toMatch(/^git push origin :refs\/sessions\/v1\/probe\/[0-9a-f]{32}$/);
    await rm(hook);
    expect(await journey.checkOf("remote 'origin' answers")).toMatchObject({ result: "warn", fix: expect.stringMatching(/^git push origin :refs\/sessions\/v1\/probe\//) });
  });

  it("that is gone fails, and the doctor ends well", async () => {
    await connected();
    await remote.close();
    expect(await journey.checkOf("remote 'origin' answers")).toMatchObject({ result: "fail", fix: expect.any(String) });
  });

  it("that lacks this clone's lane, or has another one, is told apart", async () => {
    await connected();
    await journey.addSession();
    await journey.sessions.capture({ agents: [], dryRun: false });
    await journey.sessions.sync({ full: false, dryRun: false });
    const ref = `refs/sessions/v1/lane/${(await lane()).id}`;
    await sandbox.git(remote.directory, "update-ref", ref, await sandbox.git(remote.directory, "rev-parse", "refs/sessions/v1/root"));
    expect(await journey.checkOf("your lane at 'origin'")).toMatchObject({ result: "fail", fix: "hx verify" });
    await sandbox.git(remote.directory, "update-ref", "-d", ref);
    expect(await journey.checkOf("your lane at 'origin'")).toMatchObject({ result: "warn", fix: "hx sync" });
  });
});

describe("a clone", () => {
  it("with a fetch refspec for sessions fails, with the command that takes it out", async () => {
    await connected();
    await sandbox.git(journey.top, "config", "--add", "remote.origin.fetch", "+refs/*:refs/*");
    const check = await journey.checkOf("refspecs", true);
    expect(check.result).toBe("fail");
    await sandbox.git(journey.top, "config", "--fixed-value", "--unset", "remote.origin.fetch", "+refs/*:refs/*");
    expect(check.fix).toBe("git config --fixed-value --unset 'remote.origin.fetch' '+refs/*:refs/*'");
    expect(await journey.checkOf("refspecs", true)).toMatchObject({ result: "ok" });
  });

  it("with a lock that a killed process left fails; a fresh one is somebody's", async () => {
    await connected();
    const lock = join(journey.top, ".git", "hx-stage", "refs", "hx", "stage.lock");
    await mkdir(join(lock, ".."), { recursive: true });
    await writeFile(lock, "");
    expect(await journey.checkOf("locks", true)).toMatchObject({ result: "ok" });
    const old = new Date(Date.now() - 120_000);
    await utimes(lock, old, old);
    expect(await journey.checkOf("locks", true)).toMatchObject({ result: "fail", fix: `rm '${lock}'` });
  });

  it("whose stage lost an object fails", async () => {
    await connected();
    await journey.addSession();
    await journey.sessions.capture({ agents: [], dryRun: false });
    expect(await journey.checkOf("stage", true)).toMatchObject({ result: "ok" });
    const stage = join(journey.top, ".git", "hx-stage");
    const [line = ""] = (await sandbox.git(stage, "ls-tree", "-r", "refs/hx/stage")).split("\n");
    const oid = line.split(/\s+/)[2] ?? "";
    await rm(join(stage, "objects", oid.slice(0, 2), oid.slice(2)));
    expect(await journey.checkOf("stage", true)).toMatchObject({ result: "fail", fix: `git --git-dir='${stage}' fsck` });
  });

  it("without git's attributes is warned, and the fix works", async () => {
    await connected();
    await rm(join(journey.top, ".git", "info", "attributes"));
    const check = await journey.checkOf("git gc", true);
    expect(check.result).toBe("warn");
    const { execFileSync } = await import("node:child_process");
    execFileSync("sh", ["-c", check.fix ?? "exit 1"], { env: { PATH: sandbox.env["PATH"] } });
    expect(await journey.checkOf("git gc", true)).toMatchObject({ result: "ok" });
  });

  it("without a lane, or with a lane older than what was offered, fails", async () => {
    await connected();
    await journey.addSession();
    await journey.sessions.capture({ agents: [], dryRun: false });
    await journey.sessions.sync({ full: false, dryRun: false });
    const { id } = await lane();
    await sandbox.git(journey.top, "update-ref", "-d", `refs/sessions/v1/lane/${id}`);
    expect(await journey.checkOf("lane", true)).toMatchObject({ result: "fail", detail: expect.stringContaining("is gone from this clone"), fix: "hx sync" });
    await rm(journey.settings.stateDirectory, { recursive: true });
    expect(await journey.checkOf("lane", true)).toMatchObject({ result: "fail", detail: expect.stringContaining("has no lane yet") });
  });

  it("whose trust state is damaged, or from the future, fails", async () => {
    await connected();
    await journey.addSession();
    await journey.sessions.capture({ agents: [], dryRun: false });
    await journey.sessions.sync({ full: false, dryRun: false });
    const { trust } = await lane();
    const text = await readFile(trust, "utf8");
    const future = { ...(JSON.parse(text) as object), day: Math.floor(Date.now() / 1000 / 86400 + 3) * 86400 };
    await writeFile(trust, JSON.stringify(future));
    expect(await journey.checkOf("clock", true)).toMatchObject({ result: "fail", fix: "date -u" });
    await writeFile(trust, text.replace(/"hash":"../, '"hash":"zz'));
    expect(await journey.checkOf("trust state", true)).toMatchObject({ result: "fail", detail: expect.stringContaining("contradicts itself") });
    await writeFile(trust, "{");
    expect(await journey.checkOf("trust state", true)).toMatchObject({ result: "fail", detail: expect.stringContaining("is damaged") });
  });
});

describe("sessions in an agent's store", () => {
  it("that are not captured are told, and fail before the agent deletes them", async () => {
    await connected();
    const file = await journey.addSession();
    expect(await journey.checkOf("sessions of claude-code", true)).toMatchObject({ result: "warn", fix: "hx capture" });
    const old = new Date(Date.now() - 25 * 86_400_000);
    await utimes(file, old, old);
    expect(await journey.checkOf("sessions of claude-code", true)).toMatchObject({ result: "fail", detail: expect.stringContaining("deletes after 30") });
    await journey.sessions.capture({ agents: [], dryRun: false });
    expect(await journey.checkOf("sessions of claude-code", true)).toMatchObject({ result: "ok", detail: "1 session of this repository, captured" });
  });

  it("of Gemini CLI fail too before it deletes them", async () => {
    await connected();
    const recorded = new URL("../../fixtures/agents/gemini-cli/0.61.0/01-first/store/tmp/acme-web/chats/", import.meta.url);
    const [name = ""] = await readdir(recorded);
    const folder = sandbox.path("home", ".gemini", "tmp", "work");
    await mkdir(join(folder, "chats"), { recursive: true });
    await writeFile(join(folder, ".project_root"), journey.top);
    await writeFile(join(folder, "chats", name), await readFile(new URL(name, recorded)));
    const old = new Date(Date.now() - 25 * 86_400_000);
    await utimes(join(folder, "chats", name), old, old);
    expect(await journey.checkOf("sessions of gemini-cli", true)).toMatchObject({ result: "fail", detail: expect.stringContaining("Gemini CLI deletes after 30") });
  });
});
