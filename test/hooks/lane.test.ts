import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitHooks } from "../../src/adapters/hooks/git-hooks.ts";
import { builtProgram } from "../support-build/build.ts";
import type { Sandbox } from "./sandbox.ts";
import { hooked, repositoryIn, sandbox, script } from "./sandbox.ts";

let box: Sandbox;
let program: string;
beforeEach(async () => {
  box = await sandbox();
  program = await builtProgram();
});
afterEach(() => box.remove());

describe("the program as it is installed", () => {
  it("answers --version", async () => {
    const { version } = JSON.parse(await readFile(join(dirname(dirname(program)), "package.json"), "utf8"));
    const ran = await box.run(process.execPath, [program, "--version"]);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
    expect(ran.stdout).toContain(version);
  });

  it.each([
    ["no payload", ["agent", "claude-code"], ""],
    ["not JSON", ["agent", "codex"], "\0{{{"],
    ["an unknown agent", ["agent", "nobody"], "{}"],
    ["an agent that is no name", ["agent", "../../x"], "{}"],
    ["a hook of a later version", ["git", "post-future"], ""],
    ["nothing", [], ""],
    ["a commit that is none", ["git", "post-commit"], ""],
    ["a push that is none", ["git", "pre-push", "--wait", "origin", "url"], ""],
  ])("as a hook prints nothing and never fails: %s", async (_what, argv, input) => {
    expect(await box.run(process.execPath, [program, "hook", ...argv], { input })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("as a hook of an agent outside of any repository leaves nothing behind", async () => {
    const payload = JSON.stringify({ session_id: "a", cwd: box.directory, transcript_path: "/etc/passwd" });
    const env = { HX_CACHE_DIR: join(box.directory, "cache") };
    expect(await box.run(process.execPath, [program, "hook", "agent", "codex"], { input: payload, env })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readdir(join(box.directory, "home"))).toEqual([]);
  });

  it("reads a payload that was cut off, and keeps no log of what is no failure", async () => {
    const work = await repositoryIn(box);
    const env = { HX_STATE_DIR: join(box.directory, "state") };
    const input = JSON.stringify({ session_id: "a", cwd: work, last_assistant_message: "words" }).slice(0, -4);
    expect(await box.run(process.execPath, [program, "hook", "agent", "codex"], { input, env })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readdir(env.HX_STATE_DIR).catch(() => [])).not.toContain("hooks.log");
  });

  it("under real hooks lets a commit and a push in a repository that is not connected pass unseen", async () => {
    await script(join(box.directory, "path", "hx"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
    const work = await repositoryIn(box);
    await gitHooks({ repository: await hooked(box, work), hxCommand: "hx" }).install();
    expect(await box.run("git", ["commit", "-q", "--allow-empty", "-m", "x"], { cwd: work })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await box.run("git", ["push", "-q", "origin", "main"], { cwd: work })).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await box.git(join(box.directory, "work.git"), "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });
});

describe("on a terminal", () => {
  it("that goes away, the work goes on", async () => {
    const pty = await box.run("sh", ["-c", "command -v script && script --version && command -v setsid"]);
    if (!pty.stdout.includes("util-linux") || pty.code !== 0) return;
    const work = await repositoryIn(box);
    await gitHooks({ repository: await hooked(box, work), hxCommand: "hx" }).install();
    const slow = { HX_TEST_DELAY: "0.5" };
    await box.run("script", ["-qec", "git commit -q --allow-empty -m x", "/dev/null"], { cwd: work, env: slow });
    expect(await box.callsOf(1)).toEqual(["hook git post-commit|"]);
  });

  it("a person's push is not held up, an agent's and a CI's is", async () => {
    const pty = await box.run("sh", ["-c", "command -v script && script --version"]);
    if (!pty.stdout.includes("util-linux")) return;
    const work = await repositoryIn(box);
    await gitHooks({ repository: await hooked(box, work), hxCommand: "hx" }).install();
    const push = async (env: Record<string, string>): Promise<string | undefined> => {
      const count = (await box.calls()).length;
      await box.git(work, "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "more");
      await box.run("script", ["-qec", "git push -q origin main", "/dev/null"], { cwd: work, env: { CI: "", CLAUDECODE: "", ...env } });
      return (await box.callsOf(count + 1)).at(-1);
    };
    const to = `origin ${box.directory}/work.git|`;
    expect(await push({})).toBe(`hook git pre-push ${to}`);
    expect(await push({ CI: "true" })).toBe(`hook git pre-push --wait ${to}`);
    expect(await push({ CLAUDECODE: "1" })).toBe(`hook git pre-push --wait ${to}`);
  });
});

/** Prints the sources that loading dist/main.js and then the chunk of the fast lane brings in, without lazy imports. */
const closure = `
const { buildProgram } = await import(process.argv[1]);
const { outputs } = await buildProgram(process.argv[2]);
const seen = new Set();
const visit = (path) => {
  if (seen.has(path)) return;
  seen.add(path);
  for (const { path: next, kind, external } of outputs[path].imports) if (kind === "import-statement" && !external) visit(next);
};
for (const [path, { entryPoint }] of Object.entries(outputs)) if (/src\\/(main|hooks\\/lane)\\.ts$/.test(entryPoint ?? "")) visit(path);
console.log(JSON.stringify([...seen].flatMap((path) => Object.keys(outputs[path].inputs)).sort()));
`;

describe("the fast lane", () => {
  it("loads itself and the words for errors, and nothing else before it has work", async () => {
    const build = join(import.meta.dirname, "..", "..", "scripts", "build.mjs");
    const ran = await box.run(process.execPath, ["--input-type=module", "-e", closure, build, join(box.directory, "dist")]);
    expect(ran.stderr).toBe("");
    const sources: string[] = JSON.parse(ran.stdout);
    expect(sources).toContain("src/hooks/lane.ts");
    expect(sources.filter((source) => !source.startsWith("src/hooks/"))).toEqual(["src/domain/errors.ts", "src/main.ts"]);
  });
});
