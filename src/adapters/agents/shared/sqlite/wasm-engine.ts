import sqlite from "node-sqlite3-wasm";
import { HxError, isHxError } from "../../../../domain/errors.ts";
import { databaseFailure } from "./failure.ts";
import type { Database, Row, Value } from "./value.ts";

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

/** A database while it is made. */
export interface NewDatabase {
  /** Runs one statement. */
  run(sql: string, values?: readonly Value[]): void;
  rows(sql: string): readonly Row[];
}

/** Makes a database where there is no file yet, in one transaction, on every Node. Nobody else knows of it until it is closed. @throws HxError `io-failed`, and what `make` throws */
export function makeWithWasm(file: string, make: (database: NewDatabase) => void): void {
  let database: InstanceType<typeof sqlite.Database> | undefined;
  try {
    const made = new sqlite.Database(file);
    database = made;
    made.exec("BEGIN");
    make({ run: (sql, values = []) => void made.run(sql, [...values]), rows: (sql) => made.all(sql) as readonly Row[] });
    made.exec("COMMIT");
  } catch (cause) {
    throw isHxError(cause) ? cause : new HxError("io-failed", `cannot make the database '${file}'`, { cause });
  } finally {
    quietly(() => database?.close());
  }
}
