import { randomUUID } from "node:crypto";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, slug, writeQuiet } from "../journey/claude.ts";
import { list } from "../journey/world.ts";
import { makeDesk, type Desk } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await makeDesk("claude-code", "spawned");
});
afterAll(() => desk.world.close());

/** A session that ran in a directory; `folder` is where the agent filed it. */
async function ran(directory: string, title: string, folder = directory): Promise<string> {
  const id = randomUUID();
  await writeQuiet(join(desk.machine.home, ".claude", "projects", slug(folder), `${id}.jsonl`), prompt(title, directory));
  return id;
}

interface Report {
  readonly sessions: readonly { readonly title?: string }[];
  readonly skipped: readonly { readonly session: string; readonly reason: string }[];
}

async function capture(): Promise<Report> {
  return JSON.parse(await desk.machine.hx(desk.checkout, "capture", "--json")) as Report;
}

async function yieldsNothing(id: string, title: string): Promise<void> {
  const report = await capture();
  expect(report.skipped.filter(({ session }) => session === id)).toEqual([expect.objectContaining({ reason: "it ran outside this repository" })]);
  expect((await list(desk.machine, desk.checkout)).map((row) => row.title)).not.toContain(title);
}

async function isTaken(title: string): Promise<void> {
  expect((await capture()).sessions.map((session) => session.title)).toContain(title);
}

async function repository(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await desk.machine.git(path, "init", "-q", "-b", "main");
  await writeFile(join(path, "b.txt"), "b\n");
  await desk.machine.git(path, "add", ".");
  await desk.machine.git(path, "commit", "-qm", "b");
  return path;
}

async function refuses(directory: string, reason: RegExp): Promise<void> {
  const { code, stdout, stderr } = await desk.machine.tryHx(directory, ["capture"]);
  expect([code, stdout]).toEqual([10, ""]);
  expect(stderr).toMatch(reason);
}

describe("what ran elsewhere yields nothing", () => {
  it("outside of any repository, whatever folder the agent filed it in", async () => {
    const elsewhere = desk.world.path("elsewhere");
    await mkdir(elsewhere);
    await yieldsNothing(await ran(elsewhere, "elsewhere", desk.checkout), "elsewhere");
    await refuses(elsewhere, /not in a git repository/);
  });

  it("in a folder whose name only begins like the checkout's", async () => {
    const neighbour = `${desk.checkout}-2`;
    await mkdir(neighbour);
    await yieldsNothing(await ran(neighbour, "neighbour"), "neighbour");
  });

  it("in a repository inside the checkout that is not connected", async () => {
    const nested = await repository(join(desk.checkout, "vendor", "lib"));
    await yieldsNothing(await ran(nested, "nested"), "nested");
    await refuses(nested, /connection\.yaml/);
  });

  it("in a submodule", async () => {
    const source = await repository(desk.world.path("library"));
    await desk.machine.git(desk.checkout, "-c", "protocol.file.allow=always", "submodule", "add", "-q", source, "sub");
    await yieldsNothing(await ran(join(desk.checkout, "sub"), "submodule"), "submodule");
    await refuses(join(desk.checkout, "sub"), /connection\.yaml/);
  });

  it("behind a link that leads out of the checkout", async () => {
    const target = desk.world.path("target");
    await mkdir(target);
    await symlink(target, join(desk.checkout, "way-out"));
    await yieldsNothing(await ran(join(desk.checkout, "way-out"), "way out"), "way out");
  });

  it("in a directory that is gone and that no checkout held", async () => {
    await yieldsNothing(await ran(desk.world.path("was-here"), "gone", desk.checkout), "gone");
    await yieldsNothing(await ran(`${desk.checkout}/../other`, "dots", desk.checkout), "dots");
    await yieldsNothing(await ran("C:\\work", "windows", desk.checkout), "windows");
  });
});

describe("what ran here is taken", () => {
  it("behind a link that leads into the checkout", async () => {
    const alias = desk.world.path("alias");
    await symlink(desk.checkout, alias);
    await ran(alias, "through the alias", desk.checkout);
    await isTaken("through the alias");
  });

  it("in a directory below, also one that is deleted", async () => {
    const below = join(desk.checkout, "packages", "ui");
    await mkdir(below, { recursive: true });
    await ran(below, "below");
    await isTaken("below");
    await ran(join(desk.checkout, "packages", "old"), "deleted below");
    await isTaken("deleted below");
  });

  it("in a linked worktree, and in one that is deleted meanwhile", async () => {
    const tree = desk.world.path("tree");
    await desk.machine.git(desk.checkout, "worktree", "add", "-q", "-b", "side", tree);
    await ran(tree, "in the worktree");
    await isTaken("in the worktree");
    await ran(join(tree, "deep"), "deleted worktree");
    await desk.machine.git(desk.checkout, "worktree", "remove", "--force", tree);
    await desk.machine.git(desk.checkout, "worktree", "prune");
    await isTaken("deleted worktree");
  });
});

describe("a repository that only looks connected", () => {
  const chain = "refs/sessions/v1/root:refs/sessions/v1/root";

  it("a fork with nothing but a personal remote", async () => {
    const personal = await desk.world.remote();
    const fork = desk.world.path("fork");
    await desk.machine.git(desk.world.path("."), "clone", "-q", desk.remote, fork);
    await desk.machine.git(fork, "fetch", "-q", "origin", chain);
    await desk.machine.git(fork, "remote", "set-url", "origin", personal);
    await desk.machine.git(fork, "push", "-q", "origin", "main");
    await ran(fork, "in the fork");
    await refuses(fork, /not among the listed remotes/);

    // A branch there that lists the personal remote loosens nothing: two of them are read as one, the tighter.
    const file = join(fork, ".hx", "connection.yaml");
    await desk.machine.git(fork, "remote", "add", "company", desk.remote);
    await desk.machine.git(fork, "fetch", "-q", "company");
    await desk.machine.git(fork, "checkout", "-q", "-b", "weak");
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(desk.remote, personal));
    await desk.machine.git(fork, "commit", "-qam", "weak");
    await refuses(fork, /no remote of this clone is a listed one/);
  });

  it("a copied connection file in another repository", async () => {
    const other = await repository(desk.world.path("copied"));
    await cp(join(desk.checkout, ".hx"), join(other, ".hx"), { recursive: true });
    await desk.machine.git(other, "remote", "add", "origin", await desk.world.remote());
    await ran(other, "in the copy");
    await refuses(other, /connected|listed|workspace/);
    await desk.machine.git(other, "fetch", "-q", desk.remote, chain);
    await refuses(other, /not among the listed remotes/);
    expect((await list(desk.machine, desk.checkout)).map(({ title }) => title)).not.toContain("in the copy");
  });

  it("a connection file that names a command, or is not one", async () => {
    const odd = desk.world.path("odd");
    await desk.machine.git(desk.world.path("."), "clone", "-q", desk.remote, odd);
    const file = join(odd, ".hx", "connection.yaml");
    const good = await readFile(file, "utf8");
    for (const text of [`${good}\ncommand: touch ${desk.world.path("ran")}\n`, "", "- 1\n", `${good}\nremotes: []\n`]) {
      await writeFile(file, text);
      const { code } = await desk.machine.tryHx(odd, ["capture"]);
      expect(code).toBe(10);
    }
    await expect(readFile(desk.world.path("ran"))).rejects.toThrow("ENOENT");
    await rm(odd, { recursive: true });
  });
});
