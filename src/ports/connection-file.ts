import type { Connection } from "../domain/connection.ts";

/** Bytes of `.hx/connection.yaml` ↔ its content. */
export interface ConnectionFile {
  /** @throws HxError `not-connected` that says what is wrong with the file */
  parse(bytes: Uint8Array): Connection;
  print(connection: Connection): Uint8Array;
}
