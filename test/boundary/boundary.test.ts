import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { filePlaces } from "../../src/adapters/places/places.ts";
import { openBoundary } from "../../src/app/boundary/boundary.ts";
import type { Boundary } from "../../src/app/boundary/boundary.ts";
import { trackSpans } from "../../src/domain/boundary.ts";
import type { BoundaryMemory, Verdict } from "../../src/domain/boundary.ts";
import { projectId } from "../../src/domain/ids.ts";
import type { ProjectId } from "../../src/domain/ids.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";

const web = projectId("11".repeat(16));
const api = projectId("22".repeat(16));

let box: Sandbox;
let work: string;

beforeEach(async () => {
  box = await makeSandbox();
  work = await box.makeRepo({ name: "work" });
  await box.git(work, "commit", "-q", "--allow-empty", "-m", "first");
});
afterEach(() => box.remove());

async function boundary(over: { at?: string; paths?: ReadonlyMap<string, ProjectId>; memory?: BoundaryMemory } = {}): Promise<Boundary> {
  const repository = await gitRepositories({ env: box.env }).find(over.at ?? work);
  if (repository === null) throw new Error("no repository");
  return openBoundary({
    places: filePlaces(),
    checkout: repository.checkout,
    worktrees: await repository.worktrees(),
    paths: over.paths ?? new Map([[".", web]]),
    ...(over.memory === undefined ? {} : { memory: over.memory }),
  });
}

const short = (verdict: Verdict): string => (verdict.kind === "inside" ? `inside ${verdict.relative}` : verdict.reason);
const judge = async (directory: string, over = {}): Promise<string> => short((await boundary(over)).judge(directory));

describe("a directory that exists", () => {
  it("is inside at the top and below it, and in the git directory", async () => {
    await mkdir(`${work}/a/b`, { recursive: true });
    expect(await judge(work)).toBe("inside .");
    expect(await judge(`${work}/`)).toBe("inside .");
    expect(await judge(`${work}/a/b`)).toBe("inside a/b");
    expect(await judge(`${work}/a/../a`)).toBe("inside a");
    expect(await judge(`${work}/.git/hooks`)).toMatch(/^inside/);
  });

  it("is outside above, beside, and where the name only begins alike", async () => {
    await mkdir(`${work}-2`);
    for (const place of [box.root, `${work}-2`, "/", box.path("home")]) expect(await judge(place)).toBe("no-repository");
  });

  it("is outside when it is not absolute, empty, or no path at all", async () => {
    for (const place of ["", ".", "work", "C:\\work", "~/work", `${work}\0`]) expect(await judge(place)).toBe("not-absolute");
  });

  it("is outside in a nested repository that is not connected, and below it", async () => {
    await box.git(work, "init", "-q", "nested");
    await mkdir(`${work}/nested/deep`);
    expect(await judge(`${work}/nested`)).toBe("other-repository");
    expect(await judge(`${work}/nested/deep`)).toBe("other-repository");
    expect(await judge(`${work}`)).toBe("inside .");
  });

  it("is outside in a submodule", async () => {
    const library = await box.makeRepo({ name: "library" });
    await box.git(library, "commit", "-q", "--allow-empty", "-m", "x");
    await box.git(work, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library, "sub");
    expect(await judge(`${work}/sub`)).toBe("other-repository");
    await box.git(work, "submodule", "absorbgitdirs");
    expect(await judge(`${work}/sub`)).toBe("other-repository");
    const worktree = box.path("tree");
    await box.git(work, "commit", "-q", "-am", "sub");
    await box.git(work, "worktree", "add", "-q", worktree);
    await box.git(worktree, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init");
    expect(await judge(`${worktree}/sub`)).toBe("other-repository");
  });

  it("is inside in a linked worktree, wherever it lies, also within another repository", async () => {
    const far = box.path("home", ".agent", "worktrees", "ab", "work");
    await box.git(work, "worktree", "add", "-q", "-b", "far", far);
    await mkdir(`${far}/src`);
    await box.git(work, "worktree", "add", "-q", "-b", "near", `${work}/.agent/worktrees/x`);
    const other = await box.makeRepo({ name: "other" });
    await box.git(work, "worktree", "add", "-q", "-b", "guest", `${other}/guest`);
    expect(await judge(`${far}/src`)).toBe("inside src");
    expect(await judge(`${work}/.agent/worktrees/x`)).toBe("inside .");
    expect(await judge(`${other}/guest`)).toBe("inside .");
    expect(await judge(other)).toBe("other-repository");
    expect(await judge(work, { at: far })).toBe("inside .");
    expect(await judge(`${work}/.agent`)).toBe("inside .agent");
  });

  it("counts by where a link leads, not by where it lies", async () => {
    await mkdir(box.path("private"));
    await mkdir(`${work}/a`);
    await symlink(box.path("private"), `${work}/out`);
    await symlink(`${work}/a`, box.path("in"));
    expect(await judge(`${work}/out`)).toBe("no-repository");
    expect(await judge(box.path("in"))).toBe("inside a");
  });

  it("counts in a repository whose git directory lies apart, and in worktrees of a bare one", async () => {
    await box.git(box.root, "init", "-q", "--separate-git-dir", box.path("apart.git"), "apart");
    expect(await judge(box.path("apart"), { at: box.path("apart") })).toBe("inside .");
    await box.git(box.root, "clone", "-q", "--bare", work, box.path("project", ".bare"));
    await writeFile(box.path("project", ".git"), "gitdir: ./.bare\n");
    await box.git(box.path("project"), "worktree", "add", "-q", box.path("project", "main"), "main");
    const at = box.path("project", "main");
    expect(await judge(at, { at })).toBe("inside .");
    expect(await judge(box.path("project"), { at })).toBe("inside .");
    expect(await judge(box.path("project", ".bare"), { at })).toMatch(/^inside/);
    expect(await judge(work, { at })).toBe("other-repository");
  });

  it("is outside in a clone of the same repository", async () => {
    await box.git(box.root, "clone", "-q", work, "copy");
    expect(await judge(box.path("copy"))).toBe("other-repository");
  });

  it("is outside where a git file leads nowhere, and passes an empty .git by as git does", async () => {
    await mkdir(`${work}/broken/deep`, { recursive: true });
    await writeFile(`${work}/broken/.git`, "gitdir: /nowhere/at/all\n");
    await mkdir(`${work}/empty/.git`, { recursive: true });
    expect(await judge(`${work}/broken/deep`)).toBe("broken-repository");
    expect(await judge(`${work}/empty`)).toBe("inside empty");
  });

  it("takes no word from the environment", async () => {
    const before = process.env["GIT_DIR"];
    process.env["GIT_DIR"] = `${work}/.git`;
    try {
      expect(await judge(box.path("home"))).toBe("no-repository");
    } finally {
      if (before === undefined) delete process.env["GIT_DIR"];
      else process.env["GIT_DIR"] = before;
    }
  });
});

describe("a directory that is gone", () => {
  it("was inside when a checkout of ours held it and nothing else remains between", async () => {
    expect(await judge(`${work}/gone/deep`)).toBe("inside gone/deep");
    expect(await judge(`${work}-gone`)).toBe("deleted");
    expect(await judge(box.path("nowhere", "x"))).toBe("deleted");
    expect(await judge(`${work}/gone/../../secret`)).toBe("deleted");
  });

  it("was outside below a nested repository that remains", async () => {
    await box.git(work, "init", "-q", "nested");
    expect(await judge(`${work}/nested/gone`)).toBe("other-repository");
  });

  it("resolves links in what remains above it", async () => {
    await mkdir(box.path("private", "deep"), { recursive: true });
    await symlink(box.path("private", "deep"), `${work}/out`);
    await symlink(work, box.path("in"));
    expect(await judge(`${work}/out/../gone`)).toBe("deleted");
    expect(await judge(`${work}/out/gone`)).toBe("deleted");
    expect(await judge(box.path("in", "gone"))).toBe("inside gone");
  });

  it("was inside in a worktree that git still lists, even below another repository", async () => {
    const other = await box.makeRepo({ name: "other" });
    await box.git(work, "worktree", "add", "-q", "-b", "guest", `${other}/guest`);
    await rm(`${other}/guest`, { recursive: true });
    expect(await judge(`${other}/guest/src`)).toBe("inside src");
    expect(await judge(`${other}/gone`)).toBe("other-repository");
  });

  it("was inside in a pruned worktree that was seen before, and unknown without that memory", async () => {
    const tree = box.path("tree");
    await box.git(work, "worktree", "add", "-q", "-b", "tree", tree);
    const seen = await boundary();
    expect(short(seen.judge(tree))).toBe("inside .");
    await box.git(work, "worktree", "remove", tree);
    expect(await judge(`${tree}/src`)).toBe("deleted");
    expect(await judge(`${tree}/src`, { memory: seen.learned() })).toBe("inside src");
    await mkdir(tree);
    expect(await judge(`${tree}/src`, { memory: seen.learned() })).toBe("deleted");
    expect(await judge(tree, { memory: seen.learned() })).toBe("no-repository");
  });

  it("was outside in a nested repository that was seen before it was deleted", async () => {
    await box.git(work, "init", "-q", "nested");
    const seen = await boundary();
    expect(short(seen.judge(`${work}/nested`))).toBe("other-repository");
    await rename(`${work}/nested`, box.path("moved"));
    const memory = seen.learned();
    expect(await judge(`${work}/nested/src`, { memory })).toBe("other-repository");
    expect(await judge(`${work}/gone`, { memory })).toBe("inside gone");
  });

  it("remembers nothing of repositories that lie elsewhere", async () => {
    const other = await box.makeRepo({ name: "other" });
    const seen = await boundary();
    expect(short(seen.judge(other))).toBe("other-repository");
    expect(seen.learned()).toEqual({ inside: [work], outside: [] });
  });
});

describe("a monorepo", () => {
  const paths = new Map([["apps/web", web], ["apps/api", api]]);

  it("gives each directory the project of the longest path, and collects nothing elsewhere", async () => {
    await mkdir(`${work}/apps/web/src`, { recursive: true });
    const project = async (directory: string, map: ReadonlyMap<string, ProjectId> = paths) => {
      const verdict = (await boundary({ paths: map })).judge(directory);
      return verdict.kind === "inside" ? verdict.project : verdict.reason;
    };
    expect(await project(`${work}/apps/web/src`)).toBe(web);
    expect(await project(`${work}/apps/api/gone`)).toBe(api);
    expect(await project(work)).toBe("no-project");
    expect(await project(`${work}/apps/webber`)).toBe("no-project");
    expect(await project(work, new Map([...paths, [".", api]]))).toBe(api);
    expect(await project(`${work}/apps/web`, new Map([[".", api], ["apps/web", web]]))).toBe(web);
  });
});

describe("records of a session", () => {
  const inside: Verdict = { kind: "inside", root: "/w", relative: ".", project: web };
  const outside: Verdict = { kind: "outside", reason: "no-repository" };
  const judgeText = (directory: string): Verdict => (directory.startsWith("/w") ? inside : outside);

  it("run where the newest directory before them says; the first ones where the first one says", () => {
    const tracker = trackSpans(judgeText);
    tracker.take(0, 10, undefined);
    tracker.take(10, 5, undefined);
    expect(tracker.waitingFrom()).toBe(0);
    expect(tracker.decided()).toEqual([]);
    tracker.take(15, 5, "/w");
    tracker.take(20, 5, undefined);
    tracker.take(25, 5, "/home");
    tracker.take(30, 5, undefined);
    tracker.take(35, 5, "/w/a");
    expect(tracker.waitingFrom()).toBeNull();
    expect(tracker.decided()).toEqual([
      { offset: 0, length: 25, verdict: inside },
      { offset: 25, length: 10, verdict: outside },
      { offset: 35, length: 5, verdict: inside },
    ]);
    expect(tracker.current()).toBe("/w/a");
  });

  it("go on where the last capture stopped, and wait without any directory", () => {
    const goesOn = trackSpans(judgeText, "/home");
    goesOn.take(100, 5, undefined);
    expect(goesOn.decided()).toEqual([{ offset: 100, length: 5, verdict: outside }]);
    const waits = trackSpans(judgeText);
    waits.take(0, 5, undefined);
    expect(waits.decided()).toEqual([]);
    expect(waits.waitingFrom()).toBe(0);
  });
});
