import { statSync } from "node:fs";
import { HxError } from "../../../../domain/errors.ts";
import { changing } from "./failure.ts";
import { databaseFiles, signatureOf, type DatabaseFiles } from "./files.ts";
import { hasNodeSqlite, openWithNode } from "./node-engine.ts";
import { privateCopy } from "./private-copy.ts";
import type { Database } from "./value.ts";

export interface DatabasesOptions {
  /** Tests choose; else Node's own SQLite where it has it. */
  readonly engine?: "node" | "wasm";
  /** Bytes of a database, with its log, that are copied at most. */
  readonly copyLimit?: number;
}

/** Reads the databases of an agent. A copy is shared by all that read it while it is current. */
export interface Databases {
  /**
   * @param roots the database lies below one of them, really
   * @throws HxError `not-found`, `refused`, `busy`, `io-failed`
   */
  open(file: string, roots: readonly string[]): Promise<Database>;
}

interface Shared {
  readonly signature: string;
  readonly database: Promise<Database>;
  users: number;
}

const MIB = 1 << 20;
const COPY_LIMIT = 512 * MIB;

export function sqliteDatabases(options: DatabasesOptions = {}): Databases {
  const engine = options.engine ?? (hasNodeSqlite() ? "node" : "wasm");
  const limit = options.copyLimit ?? COPY_LIMIT;
  const copies = new Map<string, Shared>();

  const accept = ({ path, sizes }: DatabaseFiles): void => {
    const bytes = sizes.database + sizes.wal + sizes.journal;
    if (bytes <= limit) return;
    const has = `the database '${path}' has ${Math.ceil(bytes / MIB)} MiB`;
    throw new HxError("refused", `${has}: more than ${Math.floor(limit / MIB)} MiB are read with Node 22.13 or newer only`, { hints: ["node --version"], data: { bytes, limit } });
  };

  /** One that is read already, unless the agent has written since. */
  async function shared(file: string, roots: readonly string[], files: DatabaseFiles): Promise<Database> {
    let copy = copies.get(files.path);
    if (copy?.signature !== files.signature) {
      copy = { signature: files.signature, database: copied(file, roots, engine, accept), users: 0 };
      copies.set(files.path, copy);
    }
    const used = copy;
    used.users += 1;
    const leave = async (): Promise<void> => {
      used.users -= 1;
      if (used.users > 0) return;
      if (copies.get(files.path) === used) copies.delete(files.path);
      (await used.database.catch(() => null))?.close();
    };
    try {
      const database = await used.database;
      return { rows: database.rows, close: () => void leave() };
    } catch (error) {
      await leave();
      throw error;
    }
  }

  return {
    async open(file, roots) {
      const files = await databaseFiles(file, roots);
      if (engine === "wasm") return shared(file, roots, files);
      const { sizes, isWal, hasIndex, path } = files;
      if (sizes.journal > 0 || (isWal && sizes.wal > 0 && !hasIndex)) return shared(file, roots, files);
      if (isWal && sizes.wal > 0) return openWithNode(path, "shared-index");
      return still(openWithNode(path, isWal ? "immutable" : "locks"), path);
    },
  };
}

async function copied(file: string, roots: readonly string[], engine: "node" | "wasm", accept: (files: DatabaseFiles) => void): Promise<Database> {
  const copy = await privateCopy(file, roots, accept);
  try {
    const database = engine === "node" ? openWithNode(copy.path, "private") : (await import("./wasm-engine.ts")).openWithWasm(copy.path, file);
    if (engine === "node") for (const _ of database.rows("SELECT count(*) AS n FROM sqlite_master")) break;
    copy.remove();
    return { rows: database.rows, close: () => (database.close(), copy.remove()) };
  } catch (error) {
    copy.remove();
    throw error;
  }
}

/** Without a lock that is held only what nobody writes can be read: whether somebody did is asked after each query. */
function still(database: Database, path: string): Database {
  const signature = (): string => signatureOf(statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null);
  const before = signature();
  return {
    *rows(sql, parameters) {
      yield* database.rows(sql, parameters);
      if (signature() !== before) throw changing(path);
    },
    close: database.close,
  };
}
