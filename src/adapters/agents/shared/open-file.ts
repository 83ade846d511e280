import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { HxError } from "../../../domain/errors.ts";
import type { OpenFile } from "../../../ports/agent.ts";
import { isInside, realPathOf } from "./store.ts";

/**
 * Opens a regular file below one of the roots. A link that leads out of them, a pipe or a device is refused.
 * @throws HxError `not-found`, `refused`, `io-failed`
 */
export async function openInside(absolute: string, roots: readonly string[]): Promise<OpenFile> {
  const real = await realPathOf(absolute);
  if (real === null) throw new HxError("not-found", `no file '${absolute}'`);
  if (!roots.some((root) => isInside(root, real))) throw new HxError("refused", `'${absolute}' lies outside the agent's store`);
  // O_NONBLOCK: opening a pipe that somebody put there must not hang a hook.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await open(real, flags).catch((cause: unknown) => {
    throw new HxError("io-failed", `cannot open '${absolute}'`, { cause });
  });
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw new HxError("refused", `'${absolute}' is not a regular file`);
    return {
      size: Number(stats.size),
      modifiedMs: Number(stats.mtimeNs / 1_000_000n),
      identity: `${stats.dev}:${stats.ino}`,
      read: (offset, length) => readFully(handle, offset, length),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readFully(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === length ? bytes : bytes.subarray(0, filled);
}

/** The first bytes of a file; none when it cannot be read. */
export async function headOf(absolute: string, roots: readonly string[], length: number): Promise<Uint8Array> {
  try {
    const file = await openInside(absolute, roots);
    try {
      return await file.read(0, Math.min(length, file.size));
    } finally {
      await file.close();
    }
  } catch {
    return new Uint8Array(0);
  }
}
