import sqlite from "node-sqlite3-wasm";
import { databaseFailure } from "./failure.ts";
import type { Database, Row } from "./value.ts";

/**
 * SQLite in WebAssembly, on a private copy: its locks are not those of other processes. Imported lazily, since it is large.
 * @param file the name for messages
 */
export function openWithWasm(copy: string, file: string): Database {
  const database = opened(copy, file);
  return {
    *rows(sql, parameters = []) {
      let statement: ReturnType<typeof database.prepare> | undefined;
      try {
        statement = database.prepare(sql);
        yield* statement.iterate([...parameters]) as Iterable<Row>;
      } catch (error) {
        throw databaseFailure(file, error);
      } finally {
        quietly(() => statement?.finalize());
      }
    },
    // Its lock lies in the directory that is gone already.
    close: () => quietly(() => database.close()),
  };
}

/** What a query threw, an end of it throws again. */
function quietly(end: () => void): void {
  try {
    end();
  } catch {
    return;
  }
}

function opened(copy: string, file: string): InstanceType<typeof sqlite.Database> {
  try {
    const database = new sqlite.Database(copy, { fileMustExist: true });
    // Then the index of the log is held in memory: this build has no shared memory.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    // The log is opened now: the copy can be removed before more is read.
    database.get("SELECT count(*) AS n FROM sqlite_master");
    return database;
  } catch (error) {
    throw databaseFailure(file, error);
  }
}
