import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Lock, WorkFiles } from "../../ports/work-files.ts";
import { acquireLock } from "./lock.ts";

/** Files below one directory, which is made at the first write. */
export function workFiles(directory: string): WorkFiles {
  const place = (name: string): string => {
    if (name === "" || name.startsWith("/") || name.split("/").some((part) => part === "" || part === "." || part === "..")) {
      throw new HxError("internal", `not a name of a work file: '${name}'`);
    }
    return join(directory, name);
  };
  return {
    read: (name) => readOrNull(place(name)),
    write: (name, bytes) => writeDurably(place(name), bytes),
    remove: (name) => rm(place(name), { force: true }),
    list: (folder) => listFiles(place(folder)),
    async lock(name, waitMs): Promise<Lock | null> {
      const path = place(`locks/${name}`);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return acquireLock(path, waitMs);
    },
  };
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (isAbsent(cause)) return null;
    throw new HxError("io-failed", `cannot read '${path}'`, { cause });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new HxError("io-failed", `cannot write '${path}'`, { cause });
  }
}

async function listFiles(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"))
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw new HxError("io-failed", `cannot list '${path}'`, { cause });
  }
}


function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
}
