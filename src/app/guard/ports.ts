import type { Clock } from "../../ports/clock.ts";
import type { ConnectionFile } from "../../ports/connection-file.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { WorkFiles } from "../../ports/work-files.ts";

/** What guard needs. There is no key and no identity among it. */
export interface GuardPorts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly file: ConnectionFile;
  /** States of directories that were computed before: a cache. */
  readonly cache: WorkFiles;
}

export interface GuardOptions {
  /** Git object ids of connection files that are accepted although they loosen. */
  readonly accept: readonly string[];
}
