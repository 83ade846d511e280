import type { Oid } from "../domain/ids.ts";

/** Who a commit says wrote it, and what stands behind that. Times in ms since 1970. */
export interface CommitFacts {
  readonly oid: Oid;
  /** By the mailmap of the checkout. Whoever commits can write anything here. */
  readonly author: { readonly name: string; readonly email: string };
  readonly authored: number;
  readonly committed: number;
  /** `good`: git verified it with a key that this person trusts; `signer` is what git calls the owner of the key. */
  readonly signature: { readonly kind: "none" | "good" | "doubtful"; readonly signer: string };
}

/** The line as it was committed: its path and number in the commit that brought it. */
export interface BlamedLine {
  readonly commit: Oid;
  readonly path: string;
  readonly line: number;
}

/** The commits of the work repository, as git tells of them. Nothing is fetched. */
export interface History {
  /** null: names no commit that is here. */
  resolve(revision: string): Promise<Oid | null>;
  /** @throws HxError `git-failed` */
  commit(oid: Oid): Promise<CommitFacts>;
  /**
   * Of the working tree where it has the file, else of HEAD.
   * @param path as typed in `directory`, which is absolute
   * @returns null: the line is not committed yet
   * @throws HxError `not-found` for a path or a line that is not there
   */
  blame(directory: string, path: string, line: number): Promise<BlamedLine | null>;
  /** The lines that a commit adds over its first parent, by path. Of a large commit the first files alone; none of binary files. */
  addedLines(oid: Oid): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Short names of the branches that have the commit, `main` and `origin/main` both as `main`. */
  branches(oid: Oid): Promise<ReadonlySet<string>>;
}
