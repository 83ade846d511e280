import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { refName } from "../../src/domain/ids.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";

const CHILD = fileURLToPath(new URL("../support/write-objects.ts", import.meta.url));
const REF = refName("refs/sessions/v1/lane/a");
const KILLS = 12;

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(() => sandbox.remove());

/** Lets the child write for a while after it said a word, then kills it at a moment that nobody chose. */
async function writeAndKill(repo: string, word: "ready" | "moved", ms: number): Promise<void> {
  // Node 20 does not run TypeScript: vite-node, which vitest brings, does.
  const runner = fileURLToPath(new URL("../../node_modules/vite-node/vite-node.mjs", import.meta.url));
  const child = spawn(process.execPath, [runner, CHILD, "--", repo, REF], { env: sandbox.env, stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  let said = "";
  let heard = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.includes(word)) resolve();
    });
    child.on("exit", () => reject(new Error(`the child ended: ${said}`)));
  });
  await new Promise((resolve) => setTimeout(resolve, ms));
  child.kill("SIGKILL");
  await closed;
}

describe("a writer that is killed", () => {
  it("leaves a repository that fsck accepts, and the next one goes on", async () => {
    const repo = await sandbox.makeRepo();
    let heads = 0;
    let before: string | null = null;
    for (let i = 0; i < KILLS; i++) {
      // However slow the machine, every second one has moved the ref.
      await writeAndKill(repo, i % 2 === 0 ? "ready" : "moved", 5 + i * 7);
      // What git says of a lock that its own kill left behind: remove it by hand.
      await rm(join(repo, ".git", `${REF}.lock`), { force: true });
      const fsck = await sandbox.tryGit(repo, "fsck", "--full", "--strict", "--no-dangling");
      expect([fsck.code, fsck.stdout]).toEqual([0, ""]);
      const found = await gitRepositories({ env: sandbox.env }).find(repo);
      const head = (await found?.store.read(REF)) ?? null;
      if (before !== null) expect((await sandbox.tryGit(repo, "merge-base", "--is-ancestor", before, head ?? "")).code).toBe(0);
      if (head !== before) heads++;
      before = head;
    }
    expect(heads).toBeGreaterThanOrEqual(KILLS / 2);
    await sandbox.git(repo, "gc", "-q", "--prune=now");
    expect(await sandbox.git(repo, "count-objects", "-v")).toContain("garbage: 0");
  });
});
