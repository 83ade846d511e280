import { constants, rmSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { changing } from "./failure.ts";
import { databaseFiles, type DatabaseFiles } from "./files.ts";

/** A database copied to where nobody else reads. */
export interface PrivateCopy {
  readonly path: string;
  /** Removes it. What is open can be read on, except on Windows; there the second call removes it. */
  remove(): void;
}

const TRIES = 6;
const PAUSE_MS = 20;

/**
 * Copies a database with its log into a directory of mode 0700. What changed while it was copied is copied again.
 * @throws HxError `busy` when it never kept still
 */
export async function privateCopy(file: string, roots: readonly string[], accept: (files: DatabaseFiles) => void): Promise<PrivateCopy> {
  const directory = await mkdtemp(path.join(tmpdir(), "hx-rows-"));
  const copy = path.join(directory, "copy.db");
  const remove = (): void => {
    try {
      rmSync(directory, { recursive: true, force: true });
      process.off("exit", remove);
    } catch {
      // Windows: still open. It goes when it is closed, or when the process ends.
    }
  };
  process.on("exit", remove);
  try {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (attempt > 0) await wait(PAUSE_MS * attempt);
      const before = await databaseFiles(file, roots);
      accept(before);
      await Promise.all([copyPart(before.path, copy, ""), copyPart(before.path, copy, "-wal"), copyPart(before.path, copy, "-journal")]);
      if ((await databaseFiles(file, roots)).signature === before.signature) return { path: copy, remove };
    }
    throw changing(file);
  } catch (error) {
    remove();
    throw error;
  }
}

async function copyPart(from: string, to: string, ending: "" | "-wal" | "-journal"): Promise<void> {
  await rm(to + ending, { force: true });
  await copyFile(from + ending, to + ending, constants.COPYFILE_FICLONE).catch((cause: unknown) => {
    // Not there, or not any more: then the signatures differ.
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
  });
}
