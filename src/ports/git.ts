import type { Oid, RefName } from "../domain/ids.ts";

export type TreeMode = "100644" | "40000" | "100755" | "120000" | "160000";

export interface TreeEntry {
  readonly name: string;
  readonly mode: TreeMode;
  readonly oid: Oid;
}

/** Object size in bytes and its type, or null where the object is not present here. */
export interface ObjectInfo {
  readonly type: "blob" | "tree" | "commit" | "tag";
  readonly size: number;
}

export interface ObjectReader {
  info(oid: Oid): Promise<ObjectInfo | null>;
  /** @throws HxError `missing-object`; `lane-invalid` when it is not a blob. Never fetches. */
  readBlob(oid: Oid): Promise<Uint8Array>;
  /** Entries in git's order. @throws as readBlob */
  readTree(oid: Oid): Promise<readonly TreeEntry[]>;
  /** The raw bytes of the commit object. @throws as readBlob */
  readCommit(oid: Oid): Promise<Uint8Array>;
  /** Ends helper processes. Reading after that starts them again. */
  close(): Promise<void>;
}

export interface CommitFields {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  /** Seconds since 1970 of midnight UTC. */
  readonly day: number;
}

export interface ObjectWriter {
  /** Writes a loose object, not compressed by zlib, fsynced before the promise resolves. An object that is there is not written again. */
  writeBlob(bytes: Uint8Array): Promise<Oid>;
  /** Sorts the entries as git does. */
  writeTree(entries: readonly TreeEntry[]): Promise<Oid>;
  /** hx's commit grammar: docs/spec/lane.md, Commits. */
  writeCommit(fields: CommitFields): Promise<Oid>;
}

/**
 * Objects that are written together. They are kept in memory, and can be read here, until `flush` has all of them on disk,
 * fsynced: many as one pack, few as loose objects. For small objects: segments go to the store itself.
 */
export interface ObjectBatch extends ObjectReader, ObjectWriter {
  /** No ref may name any of them before. @throws HxError `io-failed` */
  flush(): Promise<void>;
}

export interface RefUpdate {
  readonly ref: RefName;
  /** null: must not exist. */
  readonly from: Oid | null;
  /** null: delete. */
  readonly to: Oid | null;
}

export interface Refs {
  read(ref: RefName): Promise<Oid | null>;
  /** All refs below the prefix, such as `refs/sessions/v1/`. */
  list(prefix: string): Promise<ReadonlyMap<RefName, Oid>>;
  /** All or none, compare-and-swap. False when a `from` did not hold (or a ref lock is held by somebody else). */
  update(updates: readonly RefUpdate[]): Promise<boolean>;
}

/** One object store with its refs: the work repository, or a bare store of hx beside it. */
export interface Store extends ObjectReader, ObjectWriter, Refs {
  batch(): ObjectBatch;
  readonly objectFormat: "sha1" | "sha256";
  /** Absolute path of the git directory that holds objects and refs. */
  readonly directory: string;
}

/** What the repository around a directory is. Absolute, real paths. */
export interface Checkout {
  /** Top of the working tree; null in a bare repository. */
  readonly top: string | null;
  readonly gitDirectory: string;
  readonly commonDirectory: string;
  readonly objectFormat: "sha1" | "sha256";
}

export interface RemoteUrl {
  readonly name: string;
  /** After git's `url.*.insteadOf`. */
  readonly fetch: string;
  /** After `pushurl`, `insteadOf`, `pushInsteadOf`. All of them: git pushes to each. */
  readonly push: readonly string[];
}

export interface Repository {
  readonly checkout: Checkout;
  readonly store: Store;
  /** Working trees of the repository, deleted ones that git still lists too. Absolute paths, real where they exist. */
  worktrees(): Promise<readonly string[]>;
  remotes(): Promise<readonly RemoteUrl[]>;
  /** The value of a git configuration key, or null. */
  config(key: string): Promise<string | null>;
  setConfig(key: string, value: string | null): Promise<void>;
  /** Content of a file of a commit-ish (`refs/remotes/origin/main`), or null when either is absent. */
  fileAt(revision: string, path: string): Promise<Uint8Array | null>;
  /** The object that a revision (`refs/heads/main`, `<commit>:<path>`) names here, or null. */
  resolve(revision: string): Promise<Oid | null>;
  /** Target of a symbolic ref such as `refs/remotes/origin/HEAD`, or null. */
  symbolicRef(ref: string): Promise<string | null>;
  /** The directory in which git looks for hooks (`core.hooksPath` and worktrees honoured). */
  hooksDirectory(): Promise<string>;
  /** Git's version as [major, minor]. */
  version(): Promise<readonly [number, number]>;
  currentBranch(): Promise<string | null>;
}

/** Opens the repository around a directory. Null where there is none. Nothing is written. */
export interface Repositories {
  find(directory: string): Promise<Repository | null>;
  /** A bare store at this directory, made (mode 0700) when absent, with the object format given. */
  bareStore(directory: string, objectFormat: "sha1" | "sha256"): Promise<Store>;
  /** Drops from a bare store what no ref names, and joins its packs when there are many. Never throws for a store that resists. */
  tidy(store: Store): Promise<void>;
}

export interface PushRef {
  /** null: delete on the remote. */
  readonly local: Oid | null;
  readonly ref: RefName;
  /** Value that the remote must have now: `--force-with-lease`; null: must not exist; undefined: a fast-forward. */
  readonly lease?: Oid | null;
}

export type PushResult =
  | { readonly kind: "done" }
  /** Somebody else wrote it first, or it was rewound: fetch and look. */
  | { readonly kind: "stale"; readonly refs: readonly RefName[] }
  /** The remote said no (a hook, a permission). */
  | { readonly kind: "refused"; readonly reason: string }
  /** Not reachable, or needs a password that nobody can type. */
  | { readonly kind: "unreachable"; readonly reason: string };

export interface RemoteOptions {
  /** Kills git after so many ms. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A remote by URL or name. Never asks for anything on a terminal (BatchMode, GIT_TERMINAL_PROMPT=0). */
export interface Remote {
  /** Refs below the prefix, as the remote has them. @throws HxError `remote-failed` */
  list(url: string, prefix: string, options?: RemoteOptions): Promise<ReadonlyMap<RefName, Oid>>;
  /** Pushes objects of the store from which the refs come. No hooks of the user run. */
  push(from: Store, url: string, refs: readonly PushRef[], options?: RemoteOptions): Promise<PushResult>;
  /**
   * Fetches refs into the store under other names, by name, with `--filter=blob:limit=4096` unless `whole`.
   * No tags, no FETCH_HEAD, no configured refspec, `fetch.fsckObjects` on.
   */
  fetch(
    into: Store,
    url: string,
    refs: readonly { readonly from: RefName; readonly to: RefName }[],
    options?: RemoteOptions & { readonly whole?: boolean },
  ): Promise<{ readonly filtered: boolean }>;
  /** The branch that the remote's HEAD names, in full; null where it names none. @throws HxError `remote-failed` */
  head(url: string, options?: RemoteOptions): Promise<string | null>;
  /**
   * Fetches the newest commit of a branch with its trees, no history, and as few blobs as the remote leaves out, into a store that is thrown away.
   * @param branch full name
   * @returns the commit; null when there is no such branch
   * @throws HxError `remote-failed`
   */
  fetchTip(into: Store, url: string, branch: string, options?: RemoteOptions): Promise<Oid | null>;
  /** Fetches single objects that a filter left out, all in one go. */
  fetchObjects(into: Store, url: string, oids: readonly Oid[], options?: RemoteOptions): Promise<void>;
}
