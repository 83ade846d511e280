import { chmod, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import { randomBytes } from "node:crypto";
import { HxError } from "../../domain/errors.ts";
import type { KeyFiles } from "../../ports/keystore.ts";

/** The most that a key file may hold, in bytes: a card with many devices and epochs. */
const MOST = 16 << 20;

/** Anybody but the owner. */
const OTHERS = 0o077;

/** Files of the person below one directory: atomic, 0600 in directories 0700. */
export class DirectoryKeyFiles implements KeyFiles {
  readonly #root: string;

  /** @param root absolute, HX_CONFIG_DIR; made at the first write */
  constructor(root: string) {
    this.#root = root;
  }

  async read(path: string, options: { readonly secret: boolean }): Promise<Uint8Array | null> {
    const full = this.#place(path);
    const file = await absentAsNull(open(full, "r"), full);
    if (file === null) return null;
    try {
      // Of the open file, not of its name: so nobody swaps it between the look and the read.
      const { mode, size, uid } = await file.stat();
      if (options.secret) refuseOpen(full, mode, uid);
      if (size > MOST) throw new HxError("encoding-invalid", `key file '${full}' is too large`);
      return Uint8Array.from(await file.readFile());
    } catch (cause) {
      if (cause instanceof HxError) throw cause;
      throw new HxError("io-failed", `cannot read '${full}'`, { cause });
    } finally {
      await file.close();
    }
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const full = this.#place(path);
    const temporary = `${full}.${randomBytes(6).toString("hex")}.new`;
    try {
      await this.#makeDirectory(dirname(full));
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, full);
      await syncDirectory(dirname(full));
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new HxError("io-failed", `cannot write '${full}'`, { cause });
    }
  }

  async remove(path: string): Promise<void> {
    await rm(this.#place(path), { force: true });
  }

  async list(directory: string): Promise<readonly string[]> {
    const full = this.#place(directory);
    const names = await absentAsNull(readdir(full), full);
    return (names ?? []).filter((name) => !name.endsWith(".new")).sort();
  }

  #place(path: string): string {
    const inside = normalize(path);
    if (isAbsolute(inside) || inside === ".." || inside.startsWith(`..${sep}`)) throw new HxError("internal", "a key file outside its directory");
    return join(this.#root, inside);
  }

  /** Directories below the root are made with 0700, and one that is open to others is closed. */
  async #makeDirectory(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (let at = directory; at.length >= this.#root.length; at = dirname(at)) {
      const { mode } = await lstat(at);
      if ((mode & OTHERS) !== 0) await chmod(at, 0o700);
    }
  }
}

/** Windows has no such modes; its files are the person's by their directory. */
function refuseOpen(full: string, mode: number, uid: number): void {
  if (process.platform === "win32") return;
  if (process.getuid !== undefined && uid !== process.getuid()) throw new HxError("key-file-open", `key file '${full}' belongs to another user`, { hints: [`ls -l '${full}'`] });
  if ((mode & OTHERS) === 0) return;
  throw new HxError("key-file-open", `key file '${full}' can be read or written by others`, { hints: [`chmod 600 '${full}'`] });
}

async function absentAsNull<Value>(attempt: Promise<Value>, full: string): Promise<Value | null> {
  try {
    return await attempt;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new HxError("io-failed", `cannot read '${full}'`, { cause });
  }
}

/** The name itself must survive a power cut, not only the content. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
