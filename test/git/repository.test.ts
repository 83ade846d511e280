import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasAttributes, removeAttributes, writeAttributes } from "../../src/adapters/git/attributes.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import type { Repository } from "../../src/ports/git.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(() => sandbox.remove());

async function find(directory: string, env: Readonly<Record<string, string>> = {}): Promise<Repository> {
  const found = await gitRepositories({ env: { ...sandbox.env, ...env } }).find(directory);
  if (found === null) throw new Error("no repository");
  return found;
}

async function withCommit(name = "repo"): Promise<string> {
  const repo = await sandbox.makeRepo({ name });
  await mkdir(join(repo, "sub dir"));
  await writeFile(join(repo, "sub dir", "file"), "line\r\n");
  await writeFile(join(repo, ".gitattributes"), "* text=auto eol=lf\n");
  await sandbox.git(repo, "add", ".");
  await sandbox.git(repo, "commit", "-q", "-m", "first");
  return repo;
}

describe("find", () => {
  it("finds the repository from its top, a folder below, and through a symbolic link", async () => {
    const repo = await withCommit();
    await symlink(repo, sandbox.path("link"));
    const git = join(repo, ".git");
    const expected = { top: repo, gitDirectory: git, commonDirectory: git, objectFormat: "sha1" };
    for (const at of [repo, join(repo, "sub dir"), sandbox.path("link"), sandbox.path("link", "sub dir")]) {
      expect((await find(at)).checkout).toEqual(expected);
    }
  });

  it("tells a linked worktree, a bare repository, a git directory and a submodule apart", async () => {
    const repo = await withCommit();
    const git = join(repo, ".git");
    const linked = sandbox.path("linked");
    await sandbox.git(repo, "worktree", "add", "-q", linked);
    expect((await find(linked)).checkout).toEqual({ top: linked, gitDirectory: join(git, "worktrees", "linked"), commonDirectory: git, objectFormat: "sha1" });
    expect((await find(git)).checkout).toMatchObject({ top: null, commonDirectory: git });
    const bare = await sandbox.makeRepo({ bare: true, objectFormat: "sha256" });
    expect((await find(bare)).checkout).toEqual({ top: null, gitDirectory: bare, commonDirectory: bare, objectFormat: "sha256" });
    const outer = await withCommit("outer");
    await sandbox.git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", repo, "mod");
    const module = await find(join(outer, "mod"));
    expect(module.checkout).toMatchObject({ top: join(outer, "mod"), commonDirectory: join(outer, ".git", "modules", "mod") });
    expect(await module.worktrees()).toEqual([join(outer, "mod")]);
    const second = sandbox.path("second");
    await sandbox.git(join(outer, "mod"), "worktree", "add", "-q", "--detach", second);
    expect([...(await (await find(second)).worktrees())].sort()).toEqual([join(outer, "mod"), second].sort());
  });

  it("is null where there is none, or no directory", async () => {
    const repositories = gitRepositories({ env: sandbox.env });
    expect(await repositories.find(sandbox.root)).toBeNull();
    expect(await repositories.find(sandbox.path("gone"))).toBeNull();
  });

  it("is not led astray by what a hook of another repository sets", async () => {
    const repo = await withCommit();
    const other = await withCommit("other");
    const env = { GIT_DIR: join(other, ".git"), GIT_WORK_TREE: other, GIT_INDEX_FILE: "x", GIT_PREFIX: "y", GIT_OBJECT_DIRECTORY: "/nowhere" };
    const found = await find(repo, env);
    expect(found.checkout.top).toBe(repo);
    const blob = await found.store.writeBlob(new Uint8Array([1]));
    expect(await found.store.info(blob)).toEqual({ type: "blob", size: 1 });
    await found.store.close();
    expect(await gitRepositories({ env: { ...sandbox.env, ...env } }).find(sandbox.root)).toBeNull();
  });

  it("says how to trust a repository of another user", async () => {
    const repo = await withCommit();
    // Git's own switch for its tests: as if somebody else owned it.
    const found = find(repo, { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" });
    const hint = `git config --global --add safe.directory '${repo}'`;
    await expect(found).rejects.toMatchObject({ code: "git-failed", hints: [expect.stringContaining(hint.slice(0, -1))] });
  });

  it("says when there is no git", async () => {
    const repositories = gitRepositories({ env: sandbox.env, git: sandbox.path("no-git") });
    await expect(repositories.find(sandbox.root)).rejects.toMatchObject({ code: "git-failed", hints: ["git --version"] });
  });
});

describe("repository", () => {
  it("lists worktrees, deleted ones too", async () => {
    const repo = await withCommit();
    await sandbox.git(repo, "worktree", "add", "-q", sandbox.path("one"));
    await sandbox.git(repo, "worktree", "add", "-q", "--detach", sandbox.path("with space\nand line"));
    await rm(sandbox.path("one"), { recursive: true });
    const expected = [repo, sandbox.path("one"), sandbox.path("with space\nand line")].sort();
    expect([...(await (await find(repo)).worktrees())].sort()).toEqual(expected);
    expect([...(await (await find(join(repo, ".git"))).worktrees())].sort()).toEqual(expected);
    const bare = await sandbox.makeRepo({ bare: true });
    expect(await (await find(bare)).worktrees()).toEqual([]);
  });

  it("resolves remotes as git does", async () => {
    const repo = await withCommit();
    const lines = [
      ["url.https://host.example/.insteadOf", "short:"],
      ["url.ssh://git@host.example/.pushInsteadOf", "https://push.example/"],
      ["remote.a.url", "short:team/a.git"],
      ["remote.b.url", "https://push.example/b (push).git"],
      ["remote.c.url", "../c"],
      ["remote.c.pushurl", "short:c1"],
      ["remote.c.pushurl", "https://c2.example/"],
      ["remote.d.url", "https://d.example/"],
      ["remote.d.promisor", "true"],
      ["remote.d.partialclonefilter", "blob:none"],
    ] as const;
    for (const [key, value] of lines) await sandbox.git(repo, "config", "--add", key, value);
    expect(await (await find(repo)).remotes()).toEqual([
      { name: "a", fetch: "https://host.example/team/a.git", push: ["https://host.example/team/a.git"] },
      { name: "b", fetch: "https://push.example/b (push).git", push: ["ssh://git@host.example/b (push).git"] },
      { name: "c", fetch: "../c", push: ["https://host.example/c1", "https://c2.example/"] },
      { name: "d", fetch: "https://d.example/", push: ["https://d.example/"] },
    ]);
  });

  it("reads and writes configuration", async () => {
    const repo = await withCommit();
    const linked = sandbox.path("linked");
    await sandbox.git(repo, "worktree", "add", "-q", linked);
    const found = await find(linked);
    expect(await found.config("hx.project")).toBeNull();
    await found.setConfig("hx.project", "-a\nb ");
    expect(await found.config("hx.project")).toBe("-a\nb ");
    await sandbox.git(repo, "config", "--add", "hx.project", "two");
    await found.setConfig("hx.project", "three");
    expect(await sandbox.git(repo, "config", "--get-all", "hx.project")).toBe("three");
    await found.setConfig("hx.project", null);
    await found.setConfig("hx.project", null);
    expect(await found.config("hx.project")).toBeNull();
    await expect(found.setConfig("not a key", "x")).rejects.toMatchObject({ code: "git-failed" });
  });

  it("reads files of commits as they lie in git", async () => {
    const repo = await withCommit();
    await sandbox.git(repo, "config", "filter.up.smudge", "tr a-z A-Z");
    const found = await find(repo);
    const text = async (revision: string, path: string): Promise<string | null> => {
      const content = await found.fileAt(revision, path);
      return content === null ? null : new TextDecoder().decode(content);
    };
    expect(await text("HEAD", "sub dir/file")).toBe("line\n");
    expect(await text("refs/heads/main", ".gitattributes")).toBe("* text=auto eol=lf\n");
    for (const [revision, path] of [["HEAD", "gone"], ["refs/heads/gone", "x"], ["HEAD", "sub dir"], ["HEAD", "a\nb"], ["", "gone"]] as const) {
      expect(await text(revision, path)).toBeNull();
    }
  });

  it("knows symbolic refs, the branch and the version", async () => {
    const repo = await withCommit();
    const found = await find(repo);
    await sandbox.git(repo, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
    expect(await found.symbolicRef("refs/remotes/origin/HEAD")).toBe("refs/remotes/origin/trunk");
    expect(await found.symbolicRef("refs/heads/main")).toBeNull();
    expect(await found.currentBranch()).toBe("main");
    await sandbox.git(repo, "checkout", "-q", "--detach");
    expect(await found.currentBranch()).toBeNull();
    await sandbox.git(repo, "worktree", "add", "-q", "-b", "feature/x", sandbox.path("linked"));
    expect(await (await find(sandbox.path("linked"))).currentBranch()).toBe("feature/x");
    const [, major, minor] = /(\d+)\.(\d+)/.exec(await sandbox.git(repo, "--version")) ?? [];
    expect(await found.version()).toEqual([Number(major), Number(minor)]);
  });

  it("finds the hooks where git runs them", async () => {
    const repo = await withCommit();
    const linked = sandbox.path("linked");
    await sandbox.git(repo, "worktree", "add", "-q", linked);
    expect(await (await find(linked)).hooksDirectory()).toBe(join(repo, ".git", "hooks"));
    expect(await (await find(join(repo, "sub dir"))).hooksDirectory()).toBe(join(repo, ".git", "hooks"));
    await sandbox.git(repo, "config", "core.hooksPath", ".husky");
    expect(await (await find(join(repo, "sub dir"))).hooksDirectory()).toBe(join(repo, ".husky"));
    expect(await (await find(linked)).hooksDirectory()).toBe(join(linked, ".husky"));
    await sandbox.git(repo, "config", "core.hooksPath", "~/hooks");
    expect(await (await find(repo)).hooksDirectory()).toBe(sandbox.path("home", "hooks"));
    const bare = await sandbox.makeRepo({ bare: true });
    expect(await (await find(bare)).hooksDirectory()).toBe(join(bare, "hooks"));
  });
});

describe("attributes", () => {
  it("are written once and taken out without a trace", async () => {
    const repo = await withCommit();
    const common = (await find(repo)).checkout.commonDirectory;
    const path = join(common, "info", "attributes");
    await rm(join(common, "info"), { recursive: true });
    await removeAttributes(common);
    expect(existsSync(path)).toBe(false);
    await writeAttributes(common);
    expect(await sandbox.git(repo, "check-attr", "delta", "s/ab/abcd/0", "s/ab/abcd/12", "s/ab/abcd/m", "x/s/ab/abcd/0")).toBe(
      ["s/ab/abcd/0: delta: unset", "s/ab/abcd/12: delta: unset", "s/ab/abcd/m: delta: unspecified", "x/s/ab/abcd/0: delta: unspecified"].join("\n"),
    );
    await removeAttributes(common);
    for (const before of ["*.png -text\n", "*.png -text", "a b\n\n# hx is fine\n"]) {
      await writeFile(path, before);
      expect(await hasAttributes(common)).toBe(false);
      await writeAttributes(common);
      const once = await readFile(path, "utf8");
      await writeAttributes(common);
      expect(await readFile(path, "utf8")).toBe(once);
      expect(once.match(/-delta/g)).toHaveLength(1);
      expect(await hasAttributes(common)).toBe(true);
      await writeFile(path, `${once}*.jpg -text\n`);
      await removeAttributes(common);
      expect(await readFile(path, "utf8")).toBe(`${before}${before.endsWith("\n") ? "" : "\n"}*.jpg -text\n`);
    }
  });

  it("replace an older block and doubled ones", async () => {
    const repo = await withCommit();
    const common = (await find(repo)).checkout.commonDirectory;
    await mkdir(join(common, "info"), { recursive: true });
    const path = join(common, "info", "attributes");
    const old = "# hx: begin\nold -delta\n# hx: end\n";
    await writeFile(path, `${old}*.a -text\n${old}`);
    await writeAttributes(common);
    expect(await readFile(path, "utf8")).toBe("*.a -text\n# hx: begin\n/s/*/*/[0-9]* -delta\n# hx: end\n");
  });
});
