import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import type { ObjectReader, ObjectWriter, TreeEntry } from "../../ports/git.ts";

type Trees = Pick<ObjectReader, "readTree">;

/** A path of a tree that differs from another tree. Blobs only; null: absent on that side. */
export interface Change {
  readonly path: string;
  readonly before: Oid | null;
  readonly after: Oid | null;
}

/**
 * Writes a tree that differs from `root` at the given paths (null: removed). Reads and writes only the
 * directories on those paths, so the cost is that of the change.
 */
export async function editTree(
  store: Trees & Pick<ObjectWriter, "writeTree">,
  root: Oid | null,
  changes: ReadonlyMap<string, Oid | null>,
): Promise<Oid | null> {
  const entries = new Map<string, TreeEntry>();
  if (root !== null) for (const entry of await store.readTree(root)) entries.set(entry.name, entry);
  const below = new Map<string, Map<string, Oid | null>>();
  for (const [path, oid] of changes) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      if (oid === null) entries.delete(path);
      else entries.set(path, { name: path, mode: "100644", oid });
      continue;
    }
    const name = path.slice(0, slash);
    const inner = below.get(name) ?? new Map<string, Oid | null>();
    inner.set(path.slice(slash + 1), oid);
    below.set(name, inner);
  }
  for (const [name, inner] of below) {
    const former = entries.get(name);
    const written = await editTree(store, former?.mode === "40000" ? former.oid : null, inner);
    if (written === null) entries.delete(name);
    else entries.set(name, { name, mode: "40000", oid: written });
  }
  return entries.size === 0 ? null : store.writeTree([...entries.values()]);
}

/** The entry at a path, or null. */
export async function entryAt(store: Trees, root: Oid, path: string): Promise<TreeEntry | null> {
  let at: TreeEntry = { name: "", mode: "40000", oid: root };
  for (const name of path.split("/")) {
    if (at.mode !== "40000") return null;
    const next = (await store.readTree(at.oid)).find((entry) => entry.name === name);
    if (next === undefined) return null;
    at = next;
  }
  return at;
}

/** The entries of a directory; none when it is absent. */
export async function directoryAt(store: Trees, root: Oid | null, path: string): Promise<readonly TreeEntry[]> {
  if (root === null) return [];
  const entry = await entryAt(store, root, path);
  return entry?.mode === "40000" ? store.readTree(entry.oid) : [];
}

/** All files below a tree, in git's order. @throws HxError `lane-invalid` on a link, a submodule, an executable or an empty tree */
export async function* filesOf(store: Trees, tree: Oid, prefix = ""): AsyncGenerator<{ path: string; oid: Oid }> {
  for (const entry of await entriesOf(store, tree, prefix)) {
    const path = prefix + entry.name;
    requirePlain(entry, path);
    if (entry.mode === "40000") yield* filesOf(store, entry.oid, `${path}/`);
    else yield { path, oid: entry.oid };
  }
}

/** What differs between two trees, directory by directory: equal ones are not read. @throws as filesOf */
export async function* changesOf(store: Trees, before: Oid | null, after: Oid | null, prefix = ""): AsyncGenerator<Change> {
  if (before === after) return;
  const old = before === null ? [] : await store.readTree(before);
  const now = after === null ? [] : await entriesOf(store, after, prefix);
  const former = new Map(old.map((entry) => [entry.name, entry]));
  for (const entry of now) {
    const path = prefix + entry.name;
    requirePlain(entry, path);
    const was = former.get(entry.name);
    former.delete(entry.name);
    if (was?.oid === entry.oid && was.mode === entry.mode) continue;
    if (entry.mode === "40000") {
      if (was !== undefined && was.mode !== "40000") yield { path, before: was.oid, after: null };
      yield* changesOf(store, was?.mode === "40000" ? was.oid : null, entry.oid, `${path}/`);
    } else {
      if (was?.mode === "40000") yield* changesOf(store, was.oid, null, `${path}/`);
      yield { path, before: was === undefined || was.mode === "40000" ? null : was.oid, after: entry.oid };
    }
  }
  for (const [name, was] of former) {
    const path = prefix + name;
    if (was.mode === "40000") yield* changesOf(store, was.oid, null, `${path}/`);
    else yield { path, before: was.oid, after: null };
  }
}

/** Without files a walk would find nothing wrong, and of trees of empty trees it would find no end. */
async function entriesOf(store: Trees, tree: Oid, prefix: string): Promise<readonly TreeEntry[]> {
  const entries = await store.readTree(tree);
  if (entries.length === 0) throw new HxError("lane-invalid", `'${prefix}' is an empty tree`);
  return entries;
}

function requirePlain(entry: TreeEntry, path: string): void {
  if (entry.mode !== "40000" && entry.mode !== "100644") {
    throw new HxError("lane-invalid", `'${path}' has mode ${entry.mode}`);
  }
}
