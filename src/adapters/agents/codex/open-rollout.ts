import type { OpenFile } from "../../../ports/agent.ts";
import { HxError, isHxError } from "../../../domain/errors.ts";
import { openInside } from "../shared/open-file.ts";
import { unzstd } from "./zstd.ts";

const SUFFIX = ".zst";
const STEP = 1 << 20;

/**
 * Opens a rollout, compressed or not. Codex may compress or expand it between discovery and now, so the other
 * form is tried as well; the plain one wins.
 * @throws HxError `not-found`, `refused`, `io-failed`
 */
export async function openRollout(absolute: string, roots: readonly string[]): Promise<OpenFile> {
  const plain = absolute.endsWith(SUFFIX) ? absolute.slice(0, -SUFFIX.length) : absolute;
  try {
    return await openInside(plain, roots);
  } catch (error) {
    if (!isHxError(error) || error.code !== "not-found") throw error;
  }
  const packed = await openInside(plain + SUFFIX, roots).catch((error: unknown) => {
    throw isHxError(error) && error.code === "not-found" ? new HxError("not-found", `no file '${plain}'`) : error;
  });
  try {
    const bytes = await unzstd(chunksOf(packed));
    return {
      size: bytes.length,
      modifiedMs: packed.modifiedMs,
      identity: packed.identity,
      read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
      close: () => Promise.resolve(),
    };
  } finally {
    await packed.close();
  }
}

/** The first bytes of a rollout; none when it cannot be read. */
export async function headOfRollout(absolute: string, roots: readonly string[], length: number): Promise<Uint8Array> {
  try {
    const file = await openInside(absolute, roots);
    try {
      return absolute.endsWith(SUFFIX) ? (await unzstd(chunksOf(file), length)).subarray(0, length) : await file.read(0, Math.min(length, file.size));
    } finally {
      await file.close();
    }
  } catch {
    return new Uint8Array(0);
  }
}

async function* chunksOf(file: OpenFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; ) {
    const chunk = await file.read(at, STEP);
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}
