import type { BigIntStats } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { HxError } from "../../../../domain/errors.ts";
import { isInside, realPathOf } from "../store.ts";

/** A database and what SQLite keeps beside it, as they are now. */
export interface DatabaseFiles {
  /** Real path of the database. */
  readonly path: string;
  /** Bytes of each that is there and not empty. */
  readonly sizes: { readonly database: number; readonly wal: number; readonly journal: number };
  /** The index of the write-ahead log is there: a process has the database open, or was killed. */
  readonly hasIndex: boolean;
  /** The database says that it has a write-ahead log. */
  readonly isWal: boolean;
  /** Changes with every write to one of the files. */
  readonly signature: string;
}

const MAGIC = Buffer.from("SQLite format 3\0");
const UTF8 = 1;

/**
 * Looks at a database below one of the roots. What stands beside it must be plain files: a link could lead out of the store.
 * @throws HxError `not-found`, `refused`, `io-failed`
 */
export async function databaseFiles(file: string, roots: readonly string[]): Promise<DatabaseFiles> {
  const path = await realPathOf(file);
  if (path === null) throw new HxError("not-found", `no file '${file}'`);
  if (!roots.some((root) => isInside(root, path))) throw new HxError("refused", `'${file}' lies outside the agent's store`);
  const database = await plainFile(path);
  if (database === null) throw new HxError("not-found", `no file '${file}'`);
  const [wal, journal, index] = await Promise.all([plainFile(`${path}-wal`), plainFile(`${path}-journal`), plainFile(`${path}-shm`)]);
  return {
    path,
    sizes: { database: sizeOf(database), wal: sizeOf(wal), journal: sizeOf(journal) },
    hasIndex: index !== null,
    isWal: sizeOf(database) > 0 && (await writesToLog(path)),
    signature: [database, wal, journal].map(signatureOf).join(" "),
  };
}

/** Of one file: when it is another than before, it was written to. */
export function signatureOf(stats: BigIntStats | null): string {
  return stats === null ? "-" : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

function sizeOf(stats: BigIntStats | null): number {
  return stats === null ? 0 : Number(stats.size);
}

async function plainFile(path: string): Promise<BigIntStats | null> {
  const stats = await lstat(path, { bigint: true }).catch(() => null);
  if (stats !== null && !stats.isFile()) throw new HxError("refused", `'${path}' is not a regular file`);
  return stats;
}

/** Reads the header: https://www.sqlite.org/fileformat2.html, 1.3. */
async function writesToLog(path: string): Promise<boolean> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw new HxError("io-failed", `cannot open '${path}'`, { cause });
  });
  try {
    const header = Buffer.alloc(100);
    await handle.read(header, 0, header.length, 0);
    if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw new HxError("io-failed", `the database '${path}' is damaged, or none of SQLite`);
    if (header.readUInt32BE(56) > UTF8) throw new HxError("io-failed", `the texts of the database '${path}' are not in UTF-8`);
    return header[19] === 2;
  } finally {
    await handle.close();
  }
}
