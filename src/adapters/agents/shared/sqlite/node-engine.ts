import { pathToFileURL } from "node:url";
import { databaseFailure } from "./failure.ts";
import type { Database, Row, Value } from "./value.ts";

/** What is used of `node:sqlite`, which the types of Node 20 do not have. */
interface Statement {
  setReadBigInts(on: boolean): void;
  iterate(...parameters: readonly Value[]): Iterable<Row>;
  run(...parameters: readonly Value[]): { readonly changes: number | bigint };
}

export interface Connection {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

type Sqlite = { readonly DatabaseSync: new (location: string, options: { readonly readOnly: boolean }) => Connection };

/** From 22.13 on: before it the module needs a flag. */
export function hasNodeSqlite(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major > 22 && (major !== 23 || minor >= 4)) || (major === 22 && minor >= 13);
}

/** Without the warning that it is experimental: the person can do nothing about it. */
function sqlite(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite") as unknown as Sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** How a database is opened without a byte being written beside it: docs/spec/rows.md. */
export type Way = "private" | "shared-index" | "immutable" | "locks";

const PARAMETERS: Readonly<Record<Way, string>> = {
  private: "",
  "shared-index": "?mode=ro&readonly_shm=1",
  immutable: "?mode=ro&immutable=1",
  locks: "?mode=ro",
};

const BUSY_MS = 2000;

export function openWithNode(path: string, way: Way): Database {
  const connection = connect(path, way);
  // All queries see one state. Where readers and writers lock each other out, the agent must not wait for that.
  if (way !== "locks") connection.exec("BEGIN");
  return {
    *rows(sql, parameters = []) {
      try {
        const statement = connection.prepare(sql);
        statement.setReadBigInts(true);
        yield* statement.iterate(...parameters);
      } catch (error) {
        throw databaseFailure(path, error);
      }
    },
    close: () => connection.close(),
  };
}

function connect(path: string, way: Way): Connection {
  try {
    const { DatabaseSync } = sqlite();
    const connection = new DatabaseSync(pathToFileURL(path).href + PARAMETERS[way], { readOnly: way !== "private" });
    connection.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    return connection;
  } catch (error) {
    throw databaseFailure(path, error);
  }
}

/** A connection that may write, for `restore` alone. @throws HxError */
export function connectToWrite(path: string): Connection {
  try {
    const { DatabaseSync } = sqlite();
    const connection = new DatabaseSync(pathToFileURL(path).href + "?mode=rw", { readOnly: false });
    connection.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    return connection;
  } catch (error) {
    throw databaseFailure(path, error);
  }
}
