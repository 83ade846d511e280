/** Files of the user's working tree that hx writes: `.hx/connection.yaml`. */
export interface WorkTree {
  /** Atomic; directories are made. @throws HxError `io-failed`, also where the path leads through a symbolic link */
  write(top: string, path: string, bytes: Uint8Array): Promise<void>;
}
