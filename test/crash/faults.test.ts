import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isHxError } from "../../src/domain/errors.ts";
import { builtProgram } from "../support-build/build.ts";
import { runActions, type Action } from "./actions.ts";
import { filesAt, growTo } from "./agent-store.ts";
import { expectIntact, expectKept, readRemote } from "./check.ts";
import type { Step } from "./steps.ts";
import { makeCrashWorld, type CrashWorld } from "./world.ts";

const exec = promisify(execFile);
/** A full disk is a small one of memory: only root makes one. The test with a limit runs everywhere. */
const canMount = ((): boolean => {
  const place = mkdtempSync(join(tmpdir(), "hx-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place], { stdio: "ignore" });
    execFileSync("umount", [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
})();
let world: CrashWorld;

beforeEach(async () => {
  world = await makeCrashWorld();
});
afterEach(() => world.remove());

const grow = (stage: number): Promise<void> => growTo(world.home, world.work, stage);
const git = (...args: string[]): Promise<string> => world.box.git(world.work, ...args);
const at = (stage: number): ReadonlyMap<string, string> => filesAt(stage, world.work);

async function codeOf(action: Promise<unknown>): Promise<string> {
  return action.then(() => "no error", (error: unknown) => (isHxError(error) ? error.code : String(error)));
}

/** Runs, and does something else right after every write whose number is a multiple of `every`. */
async function disturbed(actions: readonly Action[], every: number, act: (name: string) => Promise<void>): Promise<void> {
  let count = 0;
  let acting: Promise<void> = Promise.resolve();
  const step: Step = async (name, work) => {
    const value = await work();
    count += 1;
    // One after the other: two sessions are captured at once.
    if (count % every === 0) await (acting = acting.then(() => act(name)));
    return value;
  };
  await runActions({ directory: world.work, env: world.env, actions }, step);
}

describe("git runs in the middle of a capture and a push", () => {
  it("gc --prune=now in the repository and in the stage, fetch --prune: nothing is lost", async () => {
    const tidy = async (): Promise<void> => {
      await git("gc", "-q", "--prune=now");
      await world.box.git(join(world.work, ".git", "hx-stage"), "gc", "-q", "--prune=now");
      await git("fetch", "-q", "--prune", "origin");
    };
    for (const stage of [0, 1, 2]) {
      await grow(stage);
      for (let attempt = 0; ; attempt++) {
        // What gc takes away under a write is written again at the next try, and the user is told to try.
        const code = await codeOf(disturbed(["capture", "sync"], 7, tidy));
        if (code === "no error") break;
        expect([code, attempt < 4]).toEqual(["busy", true]);
        await world.run(["capture", "sync"]);
      }
    }
    await world.run(["capture", "sync"]);
    await expectKept(world, at(2));
  });

  it("push --mirror to somewhere else takes along nothing that is staged", async () => {
    const mirror = await world.box.makeRepo({ name: "mirror.git", bare: true });
    await grow(0);
    await disturbed(["capture"], 9, async () => {
      await git("push", "-q", "--mirror", mirror);
    });
    const stage = join(world.work, ".git", "hx-stage");
    const staged = (await world.box.git(stage, "rev-list", "--objects", "--all", "--no-object-names")).split("\n");
    expect(staged.length).toBeGreaterThan(10);
    expect(await world.box.git(mirror, "for-each-ref", "--format=%(refname)")).not.toMatch(/refs\/hx\//);
    const present = await world.box.gitWithInput(mirror, staged.join("\n"), "cat-file", "--batch-check");
    expect(present.split("\n").filter((line) => !line.endsWith(" missing"))).toEqual([]);
    await world.run(["sync"]);
    await expectKept(world, at(0));
  });
});

describe("what was lost or put back", () => {
  it("an acknowledgement that was lost does not fork the lane", async () => {
    await world.remove();
    world = await makeCrashWorld({ http: true });
    await grow(0);
    world.faults.loseAcknowledgement = true;
    expect(await codeOf(world.run(["capture", "sync"]))).toMatch(/unreachable/);
    world.faults.loseAcknowledgement = false;
    await grow(1);
    await world.run(["capture", "sync"]);
    await expectKept(world, at(1));
    expect(await world.box.git(world.remote, "for-each-ref", "--format=%(refname)", "refs/sessions/v1/lane/")).not.toContain("\n");
  });

  it("a repository that was put back from a backup takes its lane from the remote and goes on with it", async () => {
    await grow(0);
    await world.run(["capture", "sync"]);
    await exec("cp", ["-a", join(world.work, ".git"), world.box.path("backup")]);
    await grow(1);
    await world.run(["capture", "sync"]);
    await grow(2);
    await world.run(["capture"]);
    await rm(join(world.work, ".git"), { recursive: true });
    await rename(world.box.path("backup"), join(world.work, ".git"));
    await world.run(["sync"]);
    await world.run(["capture", "sync"]);
    await expectFullest(2, 1);
    await expectIntact(world);
  });

  it("the same, and a capture comes before the push", async () => {
    await grow(0);
    await world.run(["capture", "sync"]);
    await exec("cp", ["-a", join(world.work, ".git"), world.box.path("backup")]);
    await grow(1);
    await world.run(["capture", "sync"]);
    await rm(join(world.work, ".git"), { recursive: true });
    await rename(world.box.path("backup"), join(world.work, ".git"));
    await grow(2);
    await world.run(["capture", "sync"]);
    await world.run(["capture", "sync"]);
    await expectFullest(2, 1);
    await expectIntact(world);
  });

  it("what was offered and never arrived, and is gone with a restored backup: the lane gives way to a fresh one", async () => {
    await grow(0);
    await world.run(["capture", "sync"]);
    await exec("cp", ["-a", join(world.work, ".git"), world.box.path("backup")]);
    await grow(1);
    const away = world.box.path("away");
    const offline = disturbed(["capture", "sync"], 1, async (name) => {
      if (name.includes("lane pin") || name.startsWith("trust")) await rename(world.remote, away).catch(() => undefined);
    });
    expect(await codeOf(offline)).not.toBe("no error");
    await rename(away, world.remote);
    await rm(join(world.work, ".git"), { recursive: true });
    await rename(world.box.path("backup"), join(world.work, ".git"));
    const failed = await world.hx("sync");
    expect([failed.code, failed.stderr]).toEqual([13, expect.stringMatching(/neither here nor at the remote[\s\S]*hx capture/)]);
    for (const command of ["capture", "sync"]) expect(await world.hx(command)).toMatchObject({ code: 0 });
    await expectFullest(1, 2);
  });

  it("a stage that was deleted: the session is captured anew", async () => {
    await grow(0);
    await world.run(["capture"]);
    await rm(join(world.work, ".git", "hx-stage"), { recursive: true });
    await grow(1);
    await world.run(["capture", "sync"]);
    await expectFullest(1, 1);
  });

  it("without its local work files a session is captured anew, and nothing is missing", async () => {
    for (const stage of [0, 1, 2]) {
      await grow(stage);
      await world.run(["capture"]);
      await rm(join(world.work, ".git", "hx"), { recursive: true, force: true });
      if (stage === 1) await world.run(["sync"]);
    }
    await grow(3);
    await world.run(["capture", "sync"]);
    await expectFullest(3, 1);
  });

  it("local work files that are deleted in the middle of a run", async () => {
    await grow(0);
    const wipe = async (): Promise<void> => rm(join(world.work, ".git", "hx", "sessions"), { recursive: true, force: true });
    await disturbed(["capture", "sync"], 11, wipe);
    await grow(1);
    await disturbed(["capture", "sync"], 13, wipe);
    await world.run(["capture", "sync"]);
    await expectFullest(1, 1);
  });

  it("a lane key that two machines use is noticed, and what the second one has is kept", async () => {
    await grow(0);
    await world.run(["capture", "sync"]);
    // A copy of the whole machine: the same paths, restored there.
    await world.save("second machine");
    await grow(1);
    await world.run(["capture", "sync"]);
    const remoteNow = world.box.path("remote-now");
    await rename(world.remote, remoteNow);
    await world.restore("second machine");
    await rm(world.remote, { recursive: true });
    await rename(remoteNow, world.remote);
    await grow(2);
    await world.run(["capture"]);
    const failed = await world.hx("sync");
    expect([failed.code, failed.stderr]).toEqual([13, expect.stringMatching(/somebody else writes with the key of your lane[\s\S]*hx /)]);
    // What it says to do is enough: the identity is open, so a new lane is opened.
    for (const command of ["capture", "sync"]) expect(await world.hx(command)).toMatchObject({ code: 0 });
    await expectFullest(2, 2);
  });
});

describe("a disk that does not take what is written", () => {
  it("refuses what is longer than a limit: says so, loses nothing, and the next run completes", async () => {
    await grow(0);
    const limited = ["-c", 'trap "" XFSZ; ulimit -f 2; exec "$@"', "sh", process.execPath, await builtProgram(), "capture"];
    const { code, stdout, stderr } = await exec("sh", limited, { cwd: world.work, env: world.env }).then(
      (ended) => ({ code: 0, ...ended }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(/cannot write/);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
    await world.run(["capture", "sync"]);
    await expectKept(world, at(0));
  });

  it.runIf(canMount)("is full: says so, loses nothing, and the next run completes", async () => {
    const full = world.box.path("work", ".git", "hx-stage");
    await grow(0);
    await world.run(["capture", "sync"]);
    await exec("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", full]);
    try {
      await rm(full, { recursive: true, force: true }).catch(() => undefined);
      await exec("git", ["init", "-q", "--bare", "--template=", full], { env: world.env });
      await exec("dd", ["if=/dev/zero", `of=${full}/filler`, "bs=1k", "count=100"]).catch(() => undefined);
      await grow(1);
      expect(await codeOf(world.run(["capture"]))).toBe("io-failed");
    } finally {
      await exec("umount", [full]);
    }
    await world.run(["capture", "sync"]);
    await expectKept(world, at(1));
  });
});

/** Everything is kept by at least one session of each agent id, and no session is unreadable. */
async function expectFullest(stage: number, lanes: number): Promise<void> {
  const content = await readRemote(world);
  expect(content.lanes).toBe(lanes);
  const wanted = at(stage);
  const kept = content.sessions.filter(({ agentId, files }) => {
    const own = [...wanted].filter(([path]) => path.includes(agentId));
    return own.length === files.size && own.every(([path, text]) => files.get(path) === text);
  });
  expect([...new Set(kept.map(({ agentId }) => agentId))].length).toBe(2);
}
