import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, readFile, readlink, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";

export interface TextFile {
  /** Where the bytes really lie, symbolic links followed. */
  readonly path: string;
  /** null: there is no file. */
  readonly text: string | null;
  /** Permission bits; those of a new file where there is none. */
  readonly mode: number;
}

export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

async function target(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  const link = await readlink(path).catch(() => null);
  return link === null ? path : resolve(dirname(path), link);
}

/** @throws HxError `io-failed` when it cannot be read, or is not UTF-8 */
export async function readTextFile(path: string, newMode: number): Promise<TextFile> {
  try {
    const real = await target(path);
    const stat = await lstat(real).catch(() => null);
    if (stat === null) return { path: real, text: null, mode: newMode };
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(real));
    return { path: real, text, mode: stat.mode & 0o7777 };
  } catch (error) {
    throw new HxError("io-failed", `cannot read '${path}' as text`, { cause: error });
  }
}

/**
 * Replaces a file as a whole, or deletes it. Made beside it and renamed, so that a reader sees the old bytes or the
 * new ones. @throws HxError `busy` when somebody else changed it since it was read, `io-failed`
 */
export async function replaceTextFile(file: TextFile, text: string | null): Promise<void> {
  const now = await readTextFile(file.path, file.mode);
  if (now.text !== file.text) throw new HxError("busy", `'${file.path}' was changed by somebody else just now`);
  const temporary = join(dirname(file.path), `.hx-${randomBytes(6).toString("hex")}.tmp`);
  try {
    if (text === null) return await rm(file.path, { force: true });
    await mkdir(dirname(file.path), { recursive: true });
    const handle = await open(temporary, "wx", file.mode);
    try {
      await handle.writeFile(text);
      await handle.chmod(file.mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new HxError("io-failed", `cannot write '${file.path}'`, { cause: error });
  }
}
