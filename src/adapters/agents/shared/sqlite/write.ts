import { databaseFailure } from "./failure.ts";
import { connectToWrite, type Connection } from "./node-engine.ts";

/**
 * Writes to a database that its agent may have open: all of it, or nothing.
 * @param settings statements before the transaction
 * @throws HxError as `databaseFailure`
 */
export function inTransaction(file: string, settings: readonly string[], work: (connection: Connection) => void): void {
  const connection = connectToWrite(file);
  try {
    for (const setting of settings) connection.exec(setting);
    connection.exec("BEGIN IMMEDIATE");
    try {
      work(connection);
      connection.exec("COMMIT");
    } catch (error) {
      connection.exec("ROLLBACK");
      throw error;
    }
  } catch (error) {
    throw databaseFailure(file, error);
  } finally {
    connection.close();
  }
}
