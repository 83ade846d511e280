/** A file under construction; it appears under its name only when it is committed. */
export interface NewFile {
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Fewer bytes than asked only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Starts over, for a new generation. */
  reset(): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Puts it at an absolute path, 0600, atomically. `modifiedMs`: its modification time. */
  commit(path: string, modifiedMs?: number): Promise<void>;
  discard(): Promise<void>;
}

/** How an existing file stands to a file under construction. */
export type Comparison = "absent" | "same" | "prefix" | "longer" | "different";

/** Files that `restore` writes. */
export interface FileTree {
  /** Begins a file in a private temporary place on the same file system as `near`, an absolute directory. */
  begin(near: string): Promise<NewFile>;
  /**
   * `prefix`: what is at `path` is a beginning of the new file; `longer`: the new file is a beginning of what is there.
   */
  compare(path: string, file: NewFile): Promise<Comparison>;
  /** Whether both are there, and one directory. */
  same(a: string, b: string): Promise<boolean>;
  isEmptyOrAbsent(directory: string): Promise<boolean>;
  /** Makes it where it is absent, and takes every right of others to it away. */
  makePrivate(directory: string): Promise<void>;
}
