/** What git finds when it looks at one directory for a repository. Paths are real. */
export interface GitPlace {
  readonly kind: "found";
  readonly gitDirectory: string;
  /** Shared by all worktrees of a repository. */
  readonly commonDirectory: string;
}

/** A `.git` file that leads nowhere: git stops here, so the boundary does too. */
export interface BrokenPlace {
  readonly kind: "broken";
}

/**
 * The file system, as far as the collection boundary needs it. Synchronous, because the question comes once
 * for each directory of a session and never spawns git.
 */
export interface Places {
  /** The real path of an existing directory; null when there is none, or when it may not be looked at. */
  realDirectory(path: string): string | null;
  /**
   * The repository whose working tree, or whose own git directory, begins at this directory:
   * `.git` as a directory, `.git` as a file (worktree, submodule), or a bare repository. Null: look further up.
   */
  gitAt(directory: string): GitPlace | BrokenPlace | null;
  /** Whether two existing paths are the same directory (device and inode). */
  same(a: string, b: string): boolean;
  /** The parent, or null at the root. */
  parent(path: string): string | null;
  /** An absolute path without `.`, `..` and trailing slash, by text alone; null when it is not absolute on this system. */
  absolute(path: string): string | null;
  /** `path` relative to `root`, with `/` and `.` for the root itself; null when it does not lie at or below it, by text alone. */
  below(root: string, path: string): string | null;
  /** Content of a regular file that is not a symbolic link, up to `limit` bytes; null when absent, too long or something else. */
  read(path: string, limit: number): Uint8Array | null;
}
