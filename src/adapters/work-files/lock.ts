import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lock } from "../../ports/work-files.ts";

const POLL_MS = 15;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process in clock ticks, so that a reused pid is not mistaken for the holder. */
  readonly started: string;
  readonly token: string;
}

/**
 * A lock file made by `link`, which either succeeds whole or not at all. A lock whose process is dead is
 * moved aside by `rename` under a name of its own, and only the process that moved the very lock it
 * looked at goes on: two that find the same dead lock do not both take it.
 */
export async function acquireLock(path: string, waitMs: number): Promise<Lock | null> {
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    token: randomBytes(8).toString("hex"),
  };
  const mine = `${path}.${holder.token}.tmp`;
  await writeFile(mine, JSON.stringify(holder), { mode: 0o600 });
  try {
    const deadline = Date.now() + waitMs;
    for (;;) {
      if (await tryLink(mine, path)) return { release: () => release(path, holder.token) };
      await removeDead(path);
      if (await tryLink(mine, path)) return { release: () => release(path, holder.token) };
      if (Date.now() >= deadline) return null;
      await sleep(POLL_MS);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw cause;
  }
}

async function removeDead(path: string): Promise<void> {
  const holder = await holderOf(path);
  if (holder === null || holder.host !== hostname() || (await isAlive(holder))) return;
  const aside = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    await rename(path, aside);
  } catch {
    return; // somebody else was faster
  }
  const moved = await holderOf(aside);
  if (moved !== null && moved.token !== holder.token) {
    // A live lock came between the look and the move: put it back, unless it was taken again meanwhile.
    await tryLink(aside, path).catch(() => false);
  }
  await rm(aside, { force: true });
}

async function release(path: string, token: string): Promise<void> {
  const holder = await holderOf(path);
  if (holder?.token === token) await rm(path, { force: true });
}

async function holderOf(path: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null) return null;
    const { pid, host, started, token } = value as Partial<Holder>;
    if (typeof pid !== "number" || typeof host !== "string" || typeof started !== "string" || typeof token !== "string") return null;
    return { pid, host, started, token };
  } catch {
    return null;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
  const started = await startOf(holder.pid);
  return started === "" || holder.started === "" || started === holder.started;
}

/** Field 22 of /proc/<pid>/stat; empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
