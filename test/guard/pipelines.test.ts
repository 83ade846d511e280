import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { INIT, makeWorld, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";
import { builtProgram } from "../support-build/build.ts";

interface Step {
  readonly name: string;
  readonly shell: string;
  readonly run: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uses?: string;
}

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Job {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly rules: readonly { readonly if: string }[];
}

const ROOT = new URL("../../", import.meta.url);
const text = (path: string): Promise<string> => readFile(new URL(path, ROOT), "utf8");

let world: JourneyWorld;
let ada: Machine;
let remote: string;
let work: string;
let program: string;
let action: Action;
let job: Job;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await world.machine("ada", { GIT_AUTHOR_EMAIL: "ada@example.com" });
  await newIdentity(ada, world.path("phrase"));
  program = world.path("hx");
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${await builtProgram()}' "$@"\n`, { mode: 0o755 });
  work = world.path("work");
  await mkdir(work);
  await git("init", "-q", "-b", "main");
  await git("remote", "add", "origin", remote);
  await git("commit", "-q", "--allow-empty", "-m", "one");
  await git("push", "-q", "origin", "main");
  action = parse(await text("ci/github/action.yml")) as Action;
  job = (parse(await text("ci/gitlab/guard.yml")) as { readonly "hx-guard": Job })["hx-guard"];
}, 120_000);
afterAll(() => world.close());

const git = (...args: string[]): Promise<string> => ada.git(work, ...args);

interface Ran {
  readonly code: number;
  readonly said: string;
}

function shell(script: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((done) => {
    const base = { PATH: process.env["PATH"] ?? "", HOME: world.path("runner"), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
    execFile("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], { cwd: world.path("."), env: { ...base, ...env } }, (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }));
  });
}

let jobs = 0;

/** As a runner would: the values of the inputs into the environment, step after step until one fails; `always()` after that too. */
async function github(commit: string, target = ""): Promise<Ran> {
  const temporary = world.path(`runner-${++jobs}`);
  await mkdir(temporary);
  const inputs: Readonly<Record<string, string>> = { program, package: "none", url: remote, commit, target, anchor: "", state: "", token: "" };
  const filled = (value: string): string => value.replace(/\$\{\{ inputs\.([a-z]+) \}\}/g, (_all, name: string) => inputs[name] ?? "").replace("${{ github.server_url }}", "https://git.example");
  let ran: Ran = { code: 0, said: "" };
  for (const step of action.runs.steps) {
    const isDue = step.if === undefined ? ran.code === 0 : step.if === "${{ always() }}" || (ran.code === 0 && step.if === "${{ inputs.program == '' }}" && inputs["program"] === "");
    if (!isDue) continue;
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value)]));
    const { code, said } = await shell(step.run, { ...env, RUNNER_TEMP: temporary });
    ran = { code: ran.code === 0 ? code : ran.code, said: ran.said + said };
  }
  return ran;
}

async function gitlab(commit: string, target?: string): Promise<Ran> {
  const given = { CI_REPOSITORY_URL: remote, CI_COMMIT_SHA: commit, ...(target === undefined ? {} : { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: target }) };
  return await shell(job.script.join("\n"), { ...job.variables, HX_GUARD_PROGRAM: program, ...given });
}

const BOTH: readonly (readonly [string, (commit: string, target?: string) => Promise<Ran>])[] = [["the GitHub action", github], ["the GitLab template", gitlab]];

describe.each(BOTH)("%s", (_name, run) => {
  it("fails where nothing is connected, takes what connects, and then refuses what weakens", async () => {
    const isFirst = run === github;
    if (isFirst) {
      const head = await git("rev-parse", "HEAD");
      expect(await run(head)).toMatchObject({ code: 14, said: expect.stringMatching(/refused connection-missing: this repository is not connected(.|\n)*mend {2}hx init/) });
      await ada.hx(work, ...INIT);
      await git("checkout", "-q", "-b", "connect");
      await git("add", ".hx");
      await git("commit", "-qm", "connect");
      await git("push", "-q", "origin", "connect");
      expect(await run(await git("rev-parse", "connect"), "main")).toMatchObject({ code: 0, said: expect.stringContaining("warning connection-missing") });
      await git("push", "-q", "origin", "connect:main");
    }
    const connected = await git("rev-parse", "connect");
    expect(await run(connected)).toMatchObject({ code: 0, said: expect.stringContaining("nothing to refuse") });
    expect(await run(connected, "main")).toMatchObject({ code: 0 });
    await git("checkout", "-q", "-B", "weaker", "connect");
    const path = join(work, ".hx", "connection.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace(/remotes:\n/, "remotes:\n  - https://elsewhere.example/x\n"));
    await git("commit", "-qam", "weaker");
    await git("push", "-qf", "origin", "weaker");
    expect(await run(await git("rev-parse", "weaker"), "main")).toMatchObject({ code: 14, said: expect.stringMatching(/refused connection-weakened(.|\n)*git checkout origin\/main -- \.hx\/connection\.yaml/) });
    const nowhere = await run("0123456789abcdef0123456789abcdef01234567", "main");
    expect([nowhere.code === 0, nowhere.said]).toEqual([false, expect.stringMatching(/not our ref|upload-pack/)]);
  });
});

describe("the definitions", () => {
  it("have the shape that the hosts ask for", () => {
    expect(Object.keys(action).sort()).toEqual(["description", "inputs", "name", "runs"]);
    expect(action.runs.using).toBe("composite");
    for (const step of action.runs.steps) {
      expect(Object.keys(step).filter((key) => !["name", "shell", "run", "if", "env"].includes(key))).toEqual([]);
      expect([step.shell, typeof step.run]).toEqual(["bash", "string"]);
    }
    for (const input of Object.values(action.inputs)) expect([typeof input.description, typeof input.default]).toEqual(["string", "string"]);
    expect(Object.keys(job).filter((key) => !["stage", "image", "variables", "rules", "script"].includes(key))).toEqual([]);
    for (const value of Object.values(job.variables)) expect(typeof value).toBe("string");
  });

  it("run nothing of what they judge, and let no value into the text of a script", () => {
    const scripts = [...action.runs.steps.map(({ run }) => run), ...job.script];
    for (const script of scripts) expect(script).not.toMatch(/\$\{\{|git (checkout|switch|pull|clone|submodule)|npm (ci|run|test)|eval /);
    expect(action.runs.steps.some(({ uses }) => uses !== undefined)).toBe(false);
    expect(job.variables["GIT_STRATEGY"]).toBe("none");
    for (const script of scripts.filter((one) => one.includes("npm install"))) expect(script).toContain("--ignore-scripts");
  });

  it("are shown in the guide as they are to be used: pinned, with little right, from a protected place", async () => {
    const [workflow, include] = [...(await text("docs/guides/ci.md")).matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml]) => parse(yaml ?? "") as Record<string, unknown>);
    expect(workflow).toMatchObject({ permissions: { contents: "read" }, on: { pull_request_target: expect.anything() } });
    const { steps } = (workflow as { readonly jobs: { readonly guard: { readonly steps: readonly { readonly uses: string; readonly with: Record<string, string> }[] } } }).jobs.guard;
    for (const { uses, with: given } of steps) {
      expect(uses).toMatch(/\/ci\/github@[0-9a-f]{40}$/);
      for (const name of Object.keys(given)) expect(Object.keys(action.inputs)).toContain(name);
    }
    expect(include).toMatchObject({ include: [{ ref: expect.stringMatching(/^[0-9a-f]{40}$/), file: "/ci/gitlab/guard.yml" }] });
  });
});
