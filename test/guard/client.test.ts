import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gitHookCommand, gitHookLines } from "../../src/adapters/hooks/shell.ts";
import { connectedCheckout, makeWorld, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";
import { builtProgram } from "../support-build/build.ts";

let world: JourneyWorld;
let ada: Machine;
let remote: string;
let work: string;
let bin: string;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  bin = world.path("bin");
  await mkdir(bin);
  // Says which calls there were; captures in the background are not what this is about.
  await writeFile(join(bin, "hx"), `#!/bin/sh\necho "$*" >> '${bin}/calls'\n[ "$3" = check-push ] || exit 0\nexec '${process.execPath}' '${await builtProgram()}' "$@"\n`, { mode: 0o755 });
  ada = await world.machine("ada", { GIT_AUTHOR_EMAIL: "ada@example.com", GIT_TRACE: join(bin, "trace"), PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` });
  await newIdentity(ada, world.path("phrase"));
  work = await connectedCheckout(ada, remote, world.path("work"));
  await git("fetch", "-q", "origin");
  await hook(gitHookLines("pre-push", "hx"));
}, 120_000);
afterAll(() => world.close());

const git = (...args: string[]): Promise<string> => ada.git(work, ...args);
const hook = async (lines: readonly string[]): Promise<void> => {
  // What follows in the hook of the user sees the lines of git, as if hx were not there.
  await writeFile(join(work, ".git", "hooks", "pre-push"), `#!/bin/sh\nset -eu\n${lines.join("\n")}\ncat > '${bin}/stdin'\n`, { mode: 0o755 });
};
/** What the hook started since: calls of hx that are awaited, and processes of git that look into objects. */
const calls = async (): Promise<readonly string[]> => {
  const read = async (name: string, pattern: RegExp): Promise<readonly string[]> => {
    const text = await readFile(join(bin, name), "utf8").catch(() => "");
    await writeFile(join(bin, name), "");
    return [...text.matchAll(pattern)].map(([, call]) => call ?? "");
  };
  return [...(await read("trace", /built-in: (git (?:cat-file|rev-parse|diff|ls-tree|show|fetch|ls-remote))/g)), ...(await read("calls", /^(hook git check-push)/gm))];
};
const CHECK = "hook git check-push";

async function commitTo(branch: string, change: (text: string) => string): Promise<void> {
  await git("checkout", "-q", "-B", branch, "main");
  const path = join(work, ".hx", "connection.yaml");
  await writeFile(path, change(await readFile(path, "utf8")));
  await git("commit", "-q", "--allow-empty", "-am", branch);
}

it("an ordinary push costs one git process, and no hx; what follows in the hook has its stdin", async () => {
  await commitTo("ordinary", (text) => text);
  await calls();
  await git("push", "-q", "origin", "ordinary", "main:copy");
  expect(await calls()).toEqual(["git cat-file"]);
  const head = await git("rev-parse", "ordinary");
  await calls();
  const lines = (await readFile(join(bin, "stdin"), "utf8")).split("\n");
  expect(lines).toHaveLength(3);
  expect(lines).toContain(`refs/heads/ordinary ${head} refs/heads/ordinary ${"0".repeat(40)}`);
  await git("push", "-q", "origin", ":copy");
  expect(await calls()).toEqual(["git cat-file"]);
});

it("a push that weakens the connection of the default branch stops before the network, and --no-verify goes past", async () => {
  await commitTo("weaker", (text) => text.replace(/remotes:\n/, "remotes:\n  - https://elsewhere.example/x\n"));
  const before = await git("ls-remote", "origin");
  await calls();
  await expect(git("push", "-q", "origin", "weaker:main")).rejects.toThrow(/hx guard: refused connection-weakened(.|\n)*git checkout origin\/main -- \.hx\/connection\.yaml(.|\n)*--no-verify/);
  expect(await calls()).toContain(CHECK);
  expect(await git("ls-remote", "origin")).toBe(before);
  const { stderr } = await said("push", "-q", "origin", "weaker");
  expect(stderr).toMatch(/warning connection-weakened: guard will refuse the merge of this/);
  await commitTo("tighter", (text) => `${text}terms: { group: 9 }\n`);
  await git("push", "-q", "origin", "tighter:tighter");
  await git("push", "-q", "--no-verify", "origin", "weaker:main");
  await git("push", "-qf", "--no-verify", "origin", "main:main");
});

it("a ref below refs/sessions/ that is not as hx has it stops, and one of hx's own passes", async () => {
  await expect(git("push", "-q", "origin", "HEAD:refs/sessions/v1/lane/x")).rejects.toThrow(/refused ref-unknown: .*only hx pushes below 'refs\/sessions\/'/);
  await expect(git("push", "-q", "origin", ":refs/sessions/v1/root")).rejects.toThrow(/refused ref-unknown/);
  await git("push", "-q", "origin", "refs/sessions/v1/root");
});

it("holds as git's configuration too, where the hook is one command, and a broken hx stops nothing", async () => {
  await hook([`${gitHookCommand("pre-push", "hx")} "$@"`]);
  await git("checkout", "-q", "weaker");
  await expect(git("push", "-q", "origin", "weaker:main")).rejects.toThrow(/refused connection-weakened/);
  await hook(gitHookLines("pre-push", "hx"));
  await writeFile(join(bin, "hx"), "#!/bin/sh\nexit 1\n");
  await git("push", "-q", "origin", "weaker:main");
});

async function said(...args: string[]): Promise<{ readonly stderr: string }> {
  const { code, stdout, stderr } = await run("git", args);
  if (code !== 0) throw new Error(stdout + stderr);
  return { stderr };
}

async function run(command: string, args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { execFile } = await import("node:child_process");
  return new Promise((done) => {
    execFile(command, [...args], { cwd: work, env: ada.env }, (error, stdout, stderr) => done({ code: error === null ? 0 : 1, stdout, stderr }));
  });
}
