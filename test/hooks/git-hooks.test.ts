import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitHooks } from "../../src/adapters/hooks/git-hooks.ts";
import { gitHookLines } from "../../src/adapters/hooks/shell.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";
import type { Sandbox } from "./sandbox.ts";
import { hooked, repositoryIn, sandbox, script, snapshot } from "./sandbox.ts";

let box: Sandbox;
let work: string;
let hooks: string;

beforeEach(async () => {
  box = await sandbox();
  work = await repositoryIn(box);
  hooks = join(work, ".git", "hooks");
});
afterEach(() => box.remove());

async function place(directory = work): Promise<HookPlace> {
  return gitHooks({ repository: await hooked(box, directory), hxCommand: "hx" });
}

async function states(directory = work): Promise<string[]> {
  return (await (await place(directory)).state()).map((entry) => entry.state);
}

const commit = (directory = work): Promise<string> => box.git(directory, "commit", "-q", "--allow-empty", "-m", "more");

describe("hooks in git's own directory", () => {
  it("fire on commit and on push, and are gone without a trace", async () => {
    const before = await snapshot(box, join(work, ".git"));
    const plan = await (await place()).plan();
    expect(await snapshot(box, join(work, ".git"))).toBe(before);
    expect(await (await place()).install()).toEqual(plan);
    expect(plan.changes.map((change) => change.where)).toEqual([join(hooks, "post-commit"), join(hooks, "pre-push")]);
    expect(await states()).toEqual(["installed", "installed"]);
    expect((await stat(join(hooks, "pre-push"))).mode & 0o777).toBe(0o755);
    expect((await (await place()).install()).changes).toEqual([]);
    await (await place()).remove();
    expect(await snapshot(box, join(work, ".git"))).toBe(before);

    await (await place()).install();
    await commit();
    expect(await box.callsOf(1)).toEqual(["hook git post-commit|"]);
    // Nobody is at a terminal here: the push has waited.
    await box.git(work, "push", "-q", "origin", "main");
    expect((await box.calls()).slice(1)).toEqual([`hook git pre-push --wait origin ${box.directory}/work.git|`]);
  });

  it("make and remove the directory where the template had none", async () => {
    const bare = await repositoryIn(box, "empty", ["--template="]);
    await (await place(bare)).install();
    await commit(bare);
    expect(await box.callsOf(1)).toHaveLength(1);
    await (await place(bare)).remove();
    await expect(stat(join(bare, ".git", "hooks"))).rejects.toThrow();
  });

  it("fire in a linked working tree", async () => {
    const other = join(box.directory, "other");
    await box.git(work, "worktree", "add", "-q", other);
    await (await place(other)).install();
    expect(await states(work)).toEqual(["installed", "installed"]);
    await commit(other);
    expect(await box.callsOf(1)).toEqual(["hook git post-commit|"]);
  });

  it.each([["HX_SKIP"], ["HX_HOOK"]])("stay quiet with %s", async (variable) => {
    await (await place()).install();
    expect((await box.run("git", ["commit", "-q", "--allow-empty", "-m", "x"], { cwd: work, env: { [variable]: "1" } })).code).toBe(0);
    expect((await box.run("git", ["push", "-q", "origin", "main"], { cwd: work, env: { [variable]: "1" } })).code).toBe(0);
    await commit();
    expect(await box.callsOf(1)).toEqual(["hook git post-commit|"]);
  });

  it("never fail a commit or a push: hx absent, broken, or slow", async () => {
    await (await place()).install();
    const path = join(box.directory, "path", "hx");
    await script(path, "#!/bin/sh\necho noise; echo noise >&2; exit 70\n");
    for (const argv of [["commit", "-q", "--allow-empty", "-m", "x"], ["push", "-q", "origin", "main"]]) {
      expect(await box.run("git", argv, { cwd: work })).toEqual({ code: 0, stdout: "", stderr: "" });
    }
    await rm(path);
    for (const argv of [["commit", "-q", "--allow-empty", "-m", "x"], ["push", "-q", "origin", "main"]]) {
      expect(await box.run("git", argv, { cwd: work })).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });

  it("do not hold a commit up: the work goes on behind it", async () => {
    await (await place()).install();
    const gate = join(box.directory, "gate");
    await script(join(box.directory, "path", "hx"), `#!/bin/sh\nwhile [ ! -e '${gate}' ]; do sleep 0.05; done\necho late >>"$HX_TEST_CALLS"\n`);
    await commit();
    expect(await box.calls()).toEqual([]);
    await writeFile(gate, "");
    expect(await box.callsOf(1)).toEqual(["late"]);
  });
});

describe("beside a hook of the user", () => {
  const own = "#!/bin/bash\nset -euo pipefail\nwhile read -r line; do echo \"$line\" >>seen; done\nexit \"${OWN_STATUS:-0}\"\n";

  it("both run, the user's gets its stdin whole and its status counts", async () => {
    await script(join(hooks, "pre-push"), own);
    const before = await snapshot(box, hooks);
    await (await place()).install();
    expect(await states()).toEqual(["installed", "installed"]);
    const refused = await box.run("git", ["push", "-q", "origin", "main"], { cwd: work, env: { OWN_STATUS: "3" } });
    expect(refused.code).not.toBe(0);
    await box.git(work, "push", "-q", "origin", "main");
    const head = await box.git(work, "rev-parse", "HEAD");
    const line = `refs/heads/main ${head} refs/heads/main ${"0".repeat(40)}`;
    expect(await readFile(join(work, "seen"), "utf8")).toBe(`${line}\n${line}\n`);
    expect(await box.calls()).toHaveLength(2);
    await (await place()).remove();
    expect(await snapshot(box, hooks)).toBe(before);
  });

  it.each([
    ["no line feed at the end", "#!/bin/sh\nexit 0"],
    ["only a first line", "#!/bin/sh"],
    ["only a first line and a line feed", "#!/bin/sh\n"],
    ["no first line", "echo hello\n"],
    ["empty", ""],
    ["env", "#!/usr/bin/env -S bash -e\ntrue\n"],
    ["a mode of its own", "#!/bin/dash\nexec true\n"],
    ["windows line ends below", "#!/bin/sh\ntrue # \r\n"],
  ])("comes back byte for byte: %s", async (name, text) => {
    await script(join(hooks, "post-commit"), text, name === "a mode of its own" ? 0o711 : 0o775);
    const before = await snapshot(box, hooks);
    await (await place()).install();
    await commit();
    expect(await box.callsOf(1)).toEqual(["hook git post-commit|"]);
    await (await place()).remove();
    expect(await snapshot(box, hooks)).toBe(before);
  });

  it("keeps what the user wrote around the block, and knows an older block", async () => {
    await (await place()).install();
    const path = join(hooks, "post-commit");
    const made = await readFile(path, "utf8");
    await writeFile(path, `${made}echo mine\n`);
    expect(await states()).toEqual(["installed", "installed"]);
    await writeFile(path, `${made.replace("post-commit <", "after-commit <")}echo mine\n`);
    expect(await states()).toEqual(["changed", "installed"]);
    await (await place()).install();
    expect(await readFile(path, "utf8")).toBe(`${made}echo mine\n`);
    await (await place()).remove();
    expect(await readFile(path, "utf8")).toBe("#!/bin/sh\necho mine\n");
  });
});

describe("where the place is not hx's to write", () => {
  async function nothingWritten(check: (lines: readonly string[], where: string) => void): Promise<void> {
    const before = await snapshot(box, box.directory);
    const plan = await (await place()).install();
    expect(await snapshot(box, box.directory)).toBe(before);
    expect(plan.changes).toEqual([]);
    expect(plan.byHand).toHaveLength(2);
    expect(await states()).toEqual(["absent", "absent"]);
    for (const { lines, where } of plan.byHand) check(lines, where);
    expect((await (await place()).remove()).changes).toEqual([]);
    expect(await snapshot(box, box.directory)).toBe(before);
  }

  /** Husky 9: core.hooksPath is .husky/_, whose files run .husky/<event> with `sh -e`. */
  async function husky(): Promise<void> {
    await mkdir(join(work, ".husky", "_"), { recursive: true });
    for (const event of ["post-commit", "pre-push"]) {
      await script(join(work, ".husky", "_", event), `#!/usr/bin/env sh\n[ -f .husky/${event} ] || exit 0\nsh -e .husky/${event} "$@"\n`);
    }
    await box.git(work, "config", "core.hooksPath", ".husky/_");
  }

  it("husky: lines for the user's own files, which then work", async () => {
    await husky();
    const wheres: string[] = [];
    await nothingWritten((_lines, where) => wheres.push(where));
    expect(wheres).toEqual([join(work, ".husky", "post-commit"), join(work, ".husky", "pre-push")]);
    for (const { where, lines } of (await (await place()).plan()).byHand) await writeFile(where, `${lines.join("\n")}\n`);
    expect(await states()).toEqual(["installed", "installed"]);
    expect(await (await place()).plan()).toEqual({ changes: [], byHand: [] });
    await commit();
    await box.callsOf(1);
    await box.git(work, "push", "-q", "origin", "main");
    expect(await box.calls()).toEqual(["hook git post-commit|", `hook git pre-push --wait origin ${box.directory}/work.git|`]);
    const before = await snapshot(box, work);
    const removal = await (await place()).remove();
    expect(removal.changes).toEqual([]);
    expect(removal.byHand.map((entry) => entry.where)).toEqual([join(work, ".husky", "post-commit"), join(work, ".husky", "pre-push")]);
    expect(await snapshot(box, work)).toBe(before);
    await rm(join(box.directory, "path", "hx"));
    await commit();
  });

  it("husky came later: the blocks from before are still found and taken out", async () => {
    const before = await snapshot(box, hooks);
    await (await place()).install();
    await husky();
    expect(await states()).toEqual(["absent", "absent"]);
    expect((await (await place()).remove()).changes).toHaveLength(2);
    expect(await snapshot(box, hooks)).toBe(before);
  });

  it("a global core.hooksPath", async () => {
    const elsewhere = join(box.directory, "elsewhere");
    await mkdir(elsewhere);
    await box.git(box.directory, "config", "-f", join(box.directory, "global"), "core.hooksPath", elsewhere);
    box.env["GIT_CONFIG_GLOBAL"] = join(box.directory, "global");
    await nothingWritten((lines, where) => {
      expect(where.startsWith(elsewhere)).toBe(true);
      expect(lines.join("\n")).toContain("hook git");
    });
  });

  it("hooks switched off with /dev/null", async () => {
    await box.git(work, "config", "core.hooksPath", "/dev/null");
    await nothingWritten(() => undefined);
  });

  it("a directory of the working tree", async () => {
    await mkdir(join(work, "tools"));
    await box.git(work, "config", "core.hooksPath", "tools");
    await nothingWritten((_lines, where) => expect(where.startsWith(join(work, "tools"))).toBe(true));
  });

  it("lefthook, by its configuration", async () => {
    await writeFile(join(work, "lefthook.yml"), "pre-commit:\n  jobs: []\n");
    await nothingWritten((lines, where) => {
      expect(where).toBe(join(work, "lefthook.yml"));
      expect(lines[0]).toMatch(/^(post-commit|pre-push):$/);
    });
  });

  it.each([
    ["lefthook's script", "#!/bin/sh\ncall_lefthook run pre-push\n", 0o755],
    ["pre-commit's script", "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n", 0o755],
    ["python", "#!/usr/bin/env python3\nprint(1)\n", 0o755],
    ["a shell with windows line ends", "#!/bin/sh\r\ntrue\r\n", 0o755],
    ["a hook that is switched off", "#!/bin/sh\ntrue\n", 0o644],
    ["a binary", "\x7fELF\0\0\0\xff", 0o755],
  ])("%s", async (_name, text, mode) => {
    for (const event of ["post-commit", "pre-push"]) {
      await writeFile(join(hooks, event), text, "latin1");
      await chmod(join(hooks, event), mode);
    }
    await nothingWritten(() => undefined);
  });

  it("a symbolic link into the working tree", async () => {
    await script(join(work, "check"), "#!/bin/sh\ntrue\n");
    for (const event of ["post-commit", "pre-push"]) await symlink("../../check", join(hooks, event));
    await nothingWritten(() => undefined);
  });
});

describe("a directory inside of git's own that core.hooksPath names", () => {
  it("is written to", async () => {
    await box.git(work, "config", "core.hooksPath", join(work, ".git", "mine"));
    await (await place()).install();
    await commit();
    expect(await box.callsOf(1)).toHaveLength(1);
    await (await place()).remove();
    await expect(stat(join(work, ".git", "mine"))).rejects.toThrow();
  });
});

describe("hooks as configuration, with git 2.54", () => {
  const modern = async (): Promise<HookPlace> => gitHooks({ repository: await hooked(box, work, [2, 54]), hxCommand: "hx" });
  const config = (): Promise<string> => readFile(join(work, ".git", "config"), "utf8");

  it("are set and taken back, leaving the configuration as it was", async () => {
    const before = await config();
    await (await modern()).install();
    expect(await box.git(work, "config", "hook.hx-pre-push.event")).toBe("pre-push");
    expect((await (await modern()).state()).map((entry) => entry.state)).toEqual(["installed", "installed"]);
    expect((await (await modern()).install()).changes).toEqual([]);
    await box.git(work, "config", "hook.hx-post-commit.command", "hx old");
    expect((await (await modern()).state()).map((entry) => entry.state)).toEqual(["changed", "installed"]);
    await (await modern()).remove();
    expect(await config()).toBe(before);
  });

  it("hold a command that works as git runs it, with the arguments behind it", async () => {
    await (await modern()).install();
    const run = async (event: string, ...argv: string[]): Promise<number> => {
      const command = await box.git(work, "config", `hook.hx-${event}.command`);
      // run-command.c: a command with shell characters and arguments becomes `sh -c '<command> "$@"' <command> <arguments>`.
      const text = argv.length === 0 ? command : `${command} "$@"`;
      return (await box.run("sh", ["-c", text, command, ...argv], { cwd: work, input: "refs\n" })).code;
    };
    expect(await run("post-commit")).toBe(0);
    await box.callsOf(1);
    expect(await run("pre-push", "origin", "a url")).toBe(0);
    expect(await box.calls()).toEqual(["hook git post-commit|", "hook git pre-push --wait origin a url|"]);
  });

  it("take the place of blocks from the time of an older git, beside husky too", async () => {
    await (await place()).install();
    await (await modern()).install();
    await expect(stat(join(hooks, "post-commit"))).rejects.toThrow();
    await mkdir(join(work, ".husky", "_"), { recursive: true });
    await box.git(work, "config", "core.hooksPath", ".husky/_");
    expect((await (await modern()).plan()).byHand).toEqual([]);
    expect((await (await modern()).state()).map((entry) => entry.state)).toEqual(["installed", "installed"]);
  });

  it("stay as the person set them when switched off, and go altogether", async () => {
    const before = await config();
    await (await modern()).install();
    await box.git(work, "config", "hook.hx-post-commit.enabled", "false");
    expect((await (await modern()).install()).changes).toEqual([]);
    expect((await (await modern()).state())[0]).toMatchObject({ state: "changed" });
    await (await modern()).remove();
    expect(await config()).toBe(before);
  });
});

describe("the text of a hook", () => {
  it("holds in every shell at hand, under set -eu, and with an odd path", async () => {
    const odd = join(box.directory, "it's a $HOME `dir`");
    await mkdir(odd);
    await script(join(odd, "hx"), await readFile(join(box.directory, "path", "hx"), "utf8"));
    let expected = 0;
    for (const shell of ["dash", "bash", "zsh", "ksh", "busybox"]) {
      if ((await box.run("sh", ["-c", `command -v ${shell}`])).code !== 0) continue;
      const text = ["set -eu", ...gitHookLines("pre-push", join(odd, "hx")), "echo end"].join("\n");
      const argv = shell === "busybox" ? ["sh", "-c", text] : ["-c", text];
      expect(await box.run(shell, argv)).toEqual({ code: 0, stdout: "end\n", stderr: "" });
      expected += 1;
    }
    expect(expected).toBeGreaterThan(0);
    expect(await box.callsOf(expected)).toHaveLength(expected);
  });

  it("tells on a terminal that requests wait, once for each note, and prints nothing else that is in it", async () => {
    const note = join(work, ".git", "hx", "requests.new");
    const text = (shell: string): string => `set -eu\n${gitHookLines("post-commit", "hx").join("\n")}\necho end ${shell}`;
    const onTerminal = async (directory: string, env: Record<string, string> = {}): Promise<string> => {
      await writeFile(join(box.directory, "hook"), text("of it"));
      const attended = { CI: "", CLAUDECODE: "", CODEX_CI: "", CODEX_SANDBOX: "", CODEX_THREAD_ID: "", GEMINI_CLI: "", CURSOR_AGENT: "" };
      return (await box.run("script", ["-qec", `sh ${join(box.directory, "hook")}`, "/dev/null"], { cwd: directory, env: { ...attended, ...env } })).stdout.replaceAll("\r", "");
    };
    await mkdir(join(work, ".git", "hx"));
    expect(await onTerminal(work)).toBe("end of it\n");
    await writeFile(note, "2\n");
    expect(await onTerminal(work, { CLAUDECODE: "1" })).toBe("end of it\n");
    expect(await box.run("sh", [join(box.directory, "hook")], { cwd: work })).toMatchObject({ stdout: "end of it\n", stderr: "" });
    expect(await onTerminal(work)).toBe("hx: requests that wait for your word: 2 (hx requests)\nend of it\n");
    expect(await readFile(note, "utf8")).toBe("");
    expect(await onTerminal(work)).toBe("end of it\n");
    await writeFile(note, "\u001b[2J; rm -rf /\n");
    expect(await onTerminal(work)).toBe("end of it\n");
    const other = join(box.directory, "other");
    await box.git(work, "worktree", "add", "-q", other);
    await writeFile(note, "3\n");
    expect(await onTerminal(other, { GIT_DIR: await box.git(other, "rev-parse", "--absolute-git-dir") })).toContain("your word: 3 ");
  });
});
