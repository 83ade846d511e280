import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, open, readdir, realpath, rename, rm, stat, copyFile, utimes, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Comparison, FileTree, NewFile } from "../../ports/file-tree.ts";

const BLOCK = 1 << 20;

class DiskFile implements NewFile {
  readonly path: string;
  readonly #directory: string;
  readonly #handle: FileHandle;
  #open = true;

  constructor(directory: string, path: string, handle: FileHandle) {
    this.#directory = directory;
    this.path = path;
    this.#handle = handle;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at, offset + at);
      at += bytesWritten;
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async reset(): Promise<void> {
    await this.#handle.truncate(0);
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  async commit(path: string, modifiedMs?: number): Promise<void> {
    await this.#handle.sync();
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const near = `${path}.${randomBytes(4).toString("hex")}.tmp`;
    await copyFile(this.path, near);
    if (modifiedMs !== undefined) await utimes(near, modifiedMs / 1000, modifiedMs / 1000);
    await rename(near, path);
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Files on disk, built in a private temporary directory. */
export function fileTree(): FileTree {
  return {
    async begin(): Promise<DiskFile> {
      const directory = await mkdtemp(join(tmpdir(), "hx-"));
      const path = join(directory, "file");
      return new DiskFile(directory, path, await open(path, "w+", 0o600));
    },
    async compare(path, file) {
      if (!(file instanceof DiskFile)) throw new HxError("internal", "a file of another tree");
      return compareFiles(path, file.path);
    },
    async same(a, b) {
      const [one, two] = await Promise.all([a, b].map((path) => realpath(path).catch(() => null)));
      return one !== null && one === two;
    },
    async makePrivate(directory) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await chmod(directory, 0o700);
    },
    async isEmptyOrAbsent(directory) {
      try {
        return (await readdir(directory)).length === 0;
      } catch (cause) {
        if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return true;
        throw new HxError("io-failed", `cannot look into '${directory}'`, { cause });
      }
    },
  };
}

async function compareFiles(there: string, fresh: string): Promise<Comparison> {
  const found = await stat(there).catch(() => null);
  if (found === null) return "absent";
  if (!found.isFile()) return "different";
  const { size } = await stat(fresh);
  const shared = Math.min(size, found.size);
  if (!(await beginAlike(there, fresh, shared))) return "different";
  if (size === found.size) return "same";
  return found.size < size ? "prefix" : "longer";
}

async function beginAlike(a: string, b: string, length: number): Promise<boolean> {
  const [one, two] = await Promise.all([open(a), open(b)]);
  try {
    for (let at = 0; at < length; at += BLOCK) {
      const most = Math.min(BLOCK, length - at);
      const [x, y] = await Promise.all([one.read(Buffer.alloc(most), 0, most, at), two.read(Buffer.alloc(most), 0, most, at)]);
      if (x.bytesRead !== y.bytesRead || !x.buffer.subarray(0, x.bytesRead).equals(y.buffer.subarray(0, y.bytesRead))) return false;
    }
    return true;
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
}
