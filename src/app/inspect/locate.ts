import { HxError } from "../../domain/errors.ts";
import { isOid, refName, type Oid } from "../../domain/ids.ts";
import { parseCommit } from "../../format/commit.ts";
import { SESSIONS_PREFIX, parseSessionsRef, type SessionsRef } from "../../format/paths.ts";
import type { Repository, Store } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { entryAt } from "../lane/tree.ts";

/** An object of one of the stores, and how it was reached. */
export interface Located {
  readonly store: Store;
  /** Which store, in words. */
  readonly place: string;
  readonly oid: Oid;
  /** null: the name is here, the object is not (a filter left it out). */
  readonly type: "blob" | "tree" | "commit" | "tag" | null;
  /** The ref that was named, and what it is for. */
  readonly ref: string | null;
  readonly sessions: SessionsRef | null;
  /** Path below the root tree; empty at the root. */
  readonly path: string;
  /** Root tree, where a commit or ref was named. */
  readonly root: Oid | null;
}

/** Content of a file of an ordinary branch, such as the connection file. */
export interface LocatedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

interface Start {
  readonly store: Store;
  readonly place: string;
  readonly oid: Oid;
  readonly ref: string | null;
}

/**
 * Finds a ref, an object id, or either with `:<path>`, in the repository, in the store of fetched lanes, and in the stage.
 * @throws HxError `not-found`
 */
export async function locate(ledger: Ledger, repository: Repository, what: string): Promise<Located | LocatedFile> {
  const colon = what.indexOf(":");
  const name = colon < 0 ? what : what.slice(0, colon);
  const path = colon < 0 ? "" : what.slice(colon + 1).replace(/\/+$/, "");
  const start = await startOf(ledger, repository, name);
  if (start === null) return ordinaryFile(repository, name, path, what);
  const { store, place, oid, ref } = start;
  const sessions = ref === null ? null : parseSessionsRef(ref);
  const info = await store.info(oid);
  const root = info?.type === "commit" ? await rootOf(store, oid) : info?.type === "tree" ? oid : null;
  if (path === "") return { store, place, oid, type: info?.type ?? null, ref, sessions, path, root };
  const entry = root === null ? null : await entryAt(store, root, path).catch(() => null);
  if (entry === null) return ordinaryFile(repository, name, path, what);
  return { store, place, oid: entry.oid, type: (await store.info(entry.oid))?.type ?? null, ref, sessions, path, root };
}

async function rootOf(store: Store, commit: Oid): Promise<Oid | null> {
  const bytes = await store.readCommit(commit);
  try {
    return parseCommit(bytes).tree;
  } catch {
    // Not a commit of hx: any commit begins with its tree.
    const tree = /^tree ([0-9a-f]+)\n/.exec(new TextDecoder().decode(bytes.subarray(0, 80)))?.[1];
    return tree !== undefined && isOid(tree) ? tree : null;
  }
}

async function startOf(ledger: Ledger, repository: Repository, name: string): Promise<Start | null> {
  const stores: readonly (readonly [Store, string])[] = [
    [repository.store, "this repository"],
    [ledger.others, "store of fetched lanes"],
    [ledger.stage, "stage"],
  ];
  if (isOid(name)) {
    for (const [store, place] of stores) if ((await store.info(name)) !== null) return { store, place, oid: name, ref: null };
    return null;
  }
  for (const ref of [name, `${SESSIONS_PREFIX}${name}`]) {
    const full = refOf(ref);
    if (full === null) continue;
    for (const [store, place] of stores) {
      const oid = await store.read(full);
      if (oid !== null) return { store, place, oid, ref };
    }
  }
  return null;
}

function refOf(name: string): ReturnType<typeof refName> | null {
  if (!name.startsWith("refs/") || name.split("/").some((part) => part === "" || part === "." || part === "..")) return null;
  try {
    return refName(name);
  } catch {
    return null;
  }
}

async function ordinaryFile(repository: Repository, revision: string, path: string, what: string): Promise<LocatedFile> {
  const bytes = path === "" || revision === "" || revision.startsWith("-") ? null : await repository.fileAt(revision, path).catch(() => null);
  if (bytes !== null) return { path, bytes };
  throw new HxError("not-found", `'${what.slice(0, 200)}' is neither a ref, nor an object id, nor a path in one, of this clone`, {
    hints: ["git for-each-ref refs/sessions", "hx inspect refs/sessions/v1/root"],
  });
}
