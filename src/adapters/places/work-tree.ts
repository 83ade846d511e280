import { randomBytes } from "node:crypto";
import { lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { WorkTree } from "../../ports/work-tree.ts";

export const workTree: WorkTree = {
  async write(top, path, bytes) {
    const target = join(top, path);
    const temporary = `${target}.${randomBytes(6).toString("hex")}`;
    try {
      await refuseLinks(top, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(temporary, bytes, { flag: "wx" });
      await rename(temporary, target);
    } catch (cause) {
      await rm(temporary, { force: true });
      if (cause instanceof HxError) throw cause;
      throw new HxError("io-failed", `'${path}' cannot be written`, { cause });
    }
  },
};

/** A link that a repository brings along must not lead a write out of the checkout. */
async function refuseLinks(top: string, path: string): Promise<void> {
  let at = top;
  for (const part of path.split("/")) {
    at = join(at, part);
    const stat = await lstat(at).catch(() => null);
    if (stat === null) return;
    if (stat.isSymbolicLink()) throw new HxError("io-failed", `'${path}' leads through a symbolic link`);
  }
}
