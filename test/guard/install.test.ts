import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeWorld, type JourneyWorld, type Machine } from "../journey/world.ts";
import { builtProgram } from "../support-build/build.ts";

let world: JourneyWorld;
let admin: Machine;
let program: string;

beforeAll(async () => {
  world = await makeWorld("in-process");
  admin = await world.machine("admin");
  program = world.path("bin", "hx");
  await mkdir(dirname(program), { recursive: true });
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${await builtProgram()}' "$@"\n`, { mode: 0o755 });
}, 120_000);
afterAll(() => world.close());

interface Told {
  readonly exit: number;
  readonly done: string;
  readonly place: string;
  readonly path: string;
  readonly lines: readonly string[];
  readonly next?: string;
}

async function hook(verb: "install" | "uninstall", directory: string): Promise<Told> {
  const { code, stdout, stderr } = await admin.tryHx(admin.home, ["guard", verb, directory, "--json", ...(verb === "install" ? ["--program", program] : [])]);
  if (stdout === "") throw new Error(stderr);
  return { exit: code, ...(JSON.parse(stdout) as Omit<Told, "exit">) };
}

const bare = async (name: string): Promise<string> => {
  await admin.git(world.path("."), "init", "-q", "--bare", "-b", "main", name);
  return world.path(name);
};

it("goes before the pushes of a bare repository, once, and away again", async () => {
  const repository = await bare("plain.git");
  const path = join(repository, "hooks", "pre-receive");
  expect(await hook("install", repository)).toEqual({ exit: 0, schema: "hx.guard-hook/1", done: "installed", place: "bare", path, lines: [] });
  const text = await readFile(path, "utf8");
  expect((await stat(path)).mode & 0o777).toBe(0o755);
  expect(await hook("install", repository)).toMatchObject({ exit: 0, done: "unchanged" });
  await chmod(path, 0o644);
  expect(await hook("install", repository)).toMatchObject({ exit: 0, done: "installed" });
  expect(await admin.hx(admin.home, "guard", "install", "--print", "--program", program)).toBe(text);
  const work = world.path("work");
  await admin.git(world.path("."), "init", "-q", "-b", "main", work);
  await admin.git(work, "commit", "-q", "--allow-empty", "-m", "one");
  const push = () => admin.git(work, "push", "-q", repository, "main");
  await expect(push()).rejects.toThrow(/hx guard: refused connection-missing/);
  await rm(program);
  await expect(push()).rejects.toThrow(/hx guard: refused: hx is not where this hook looks for it(.|\n)*hx guard install/);
  expect(await hook("uninstall", repository)).toMatchObject({ exit: 0, done: "removed", path });
  expect(await hook("uninstall", repository)).toMatchObject({ exit: 0, done: "absent" });
  await push();
});

it("works where there is neither HOME nor PATH", async () => {
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${await builtProgram()}' "$@"\n`, { mode: 0o755 });
  const repository = await bare("naked.git");
  const { path } = await hook("install", repository);
  const { code, stderr } = await spawned("env", ["-i", `GIT_DIR=${repository}`, "PATH=/usr/bin:/bin", "/bin/sh", path], repository);
  expect([code, stderr]).toEqual([0, ""]);
});

it("finds the place of Gitea, GitLab and gitolite, and takes nothing for one that is none", async () => {
  const gitea = await bare("gitea.git");
  await mkdir(join(gitea, "hooks", "pre-receive.d"));
  await writeFile(join(gitea, "hooks", "pre-receive"), "#!/bin/sh\n# runs pre-receive.d\n", { mode: 0o755 });
  expect(await hook("install", gitea)).toMatchObject({ exit: 0, done: "installed", place: "dispatcher", path: join(gitea, "hooks", "pre-receive.d", "hx-guard") });
  const gitlab = await bare("gitlab.git");
  await mkdir(join(gitlab, "custom_hooks"));
  expect(await hook("install", gitlab)).toMatchObject({ exit: 0, place: "custom-hooks", path: join(gitlab, "custom_hooks", "pre-receive") });
  const home = world.path("gitolite");
  await mkdir(join(home, ".gitolite", "hooks", "common"), { recursive: true });
  const common = { exit: 0, place: "gitolite", path: join(home, ".gitolite", "hooks", "common", "pre-receive") };
  expect(await hook("install", home)).toMatchObject({ ...common, done: "installed", next: "gitolite setup --hooks-only" });
  for (const directory of [join(home, ".gitolite"), dirname(common.path)]) expect(await hook("install", directory)).toMatchObject({ ...common, done: "unchanged" });
  const specific = join(home, "local", "hooks", "repo-specific");
  await mkdir(specific, { recursive: true });
  expect(await hook("install", specific)).toMatchObject({ exit: 0, place: "gitolite", path: join(specific, "hx-guard"), next: expect.stringContaining("option hook.pre-receive = hx-guard") });
  for (const nothing of [admin.home, world.path("nowhere")]) {
    const { code, stderr } = await admin.tryHx(admin.home, ["guard", "install", nothing, "--json"]);
    expect([code, JSON.parse(stderr)]).toMatchObject([1, { code: "not-found" }]);
  }
  expect((await admin.tryHx(admin.home, ["guard", "install", gitea, "--program", "hx"])).code).toBe(2);
});

it("touches no hook of somebody else, and says what to add to it", async () => {
  const repository = await bare("others.git");
  const path = join(repository, "hooks", "pre-receive");
  const theirs = "#!/bin/sh\n# theirs\nexit 0\n";
  await writeFile(path, theirs, { mode: 0o755 });
  expect(await hook("install", repository)).toMatchObject({ exit: 1, done: "by-hand", lines: expect.arrayContaining([`  exec '${program}' guard --pre-receive`]) });
  expect(await hook("uninstall", repository)).toMatchObject({ exit: 1, done: "by-hand" });
  expect(await readFile(path, "utf8")).toBe(theirs);
  await rm(path);
  // Made by hx once, and put there by somebody.
  const linked = "#!/bin/sh\n# hx guard pre-receive (an older text)\n";
  await writeFile(world.path("elsewhere"), linked);
  await symlink(world.path("elsewhere"), path);
  expect(await hook("install", repository)).toMatchObject({ exit: 1, done: "by-hand" });
  expect(await readFile(world.path("elsewhere"), "utf8")).toBe(linked);
});

function spawned(command: string, args: readonly string[], cwd: string): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((done) => {
    const child = execFile(command, [...args], { cwd }, (error, _stdout, stderr) => done({ code: error === null ? 0 : Number(error.code ?? -1), stderr }));
    child.stdin?.end();
  });
}
