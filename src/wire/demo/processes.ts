import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";

/** Milliseconds between two looks. */
const PAUSE_MS = 50;

/**
 * Processes that carry `marker` in their environment: hooks run detached, so nobody's child leads to them.
 * Linux tells by /proc, other systems by `ps`.
 */
export async function processesWith(marker: string): Promise<readonly number[]> {
  if (process.platform === "win32") return [];
  return process.platform === "linux" ? fromProc(marker) : fromPs(marker);
}

async function fromProc(marker: string): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const carries = async (id: string): Promise<boolean> => (await readFile(`/proc/${id}/environ`, "latin1").catch(() => "")).split("\0").includes(marker);
  const found = await Promise.all(ids.map(async (id) => ((await carries(id)) ? [Number(id)] : [])));
  return found.flat();
}

function fromPs(marker: string): Promise<readonly number[]> {
  return new Promise((resolve) => {
    execFile("ps", ["-axEww", "-o", "pid=,command="], { maxBuffer: 1 << 26 }, (_error, out) => {
      const lines = out.split("\n").filter((line) => line.split(" ").includes(marker));
      resolve(lines.map((line) => Number.parseInt(line, 10)).filter((id) => id !== process.pid));
    });
  });
}

/** Looks in a row that must find none: a process that is just being replaced by another program shows no environment. */
const LOOKS = 3;

/** @returns whether all of them ended by themselves in time */
export async function waitForEnd(marker: string, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  let quiet = 0;
  for (;;) {
    quiet = (await processesWith(marker)).length === 0 ? quiet + 1 : 0;
    if (quiet === LOOKS) return true;
    if (performance.now() > end) return false;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

export async function killAll(marker: string): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const left = await processesWith(marker);
    if (left.length === 0) return;
    for (const id of left) kill(id);
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
