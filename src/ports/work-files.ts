/** A lock that dies with its process. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Small private files of one clone, in a directory of hx (mode 0700, files 0600). Names are relative,
 * with `/`. Used twice: for local work files, which are a cache, and for trust state, which is not.
 */
export interface WorkFiles {
  read(name: string): Promise<Uint8Array | null>;
  /** Atomic and durable: temporary file, fsync, rename. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names of the files directly in a directory, sorted; empty when it is absent. */
  list(directory: string): Promise<readonly string[]>;
  /**
   * An exclusive lock among processes of this machine. A lock whose process is gone is taken over.
   * @returns null when it is still held by somebody else after `waitMs`
   */
  lock(name: string, waitMs: number): Promise<Lock | null>;
}
