import { compare, utf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { encodeCbor } from "./cbor.ts";
import type { Hash } from "./primitives.ts";

export interface StateEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Hash of the blob, or state of the directory. */
  readonly hash: Uint8Array;
}

/** The state of one directory, docs/spec/lane.md. Entries may come in any order. */
export function directoryState(h: Hash, entries: readonly StateEntry[]): Uint8Array {
  const sorted = entries.map((entry) => ({ ...entry, order: utf8(entry.name) })).sort((a, b) => compare(a.order, b.order));
  sorted.forEach((entry, i) => {
    if (entry.name === "" || entry.name.includes("/")) throw new HxError("encoding-invalid", `not a name in a tree: '${entry.name}'`);
    if (entry.name === sorted[i - 1]?.name) throw new HxError("encoding-invalid", `twice in one tree: '${entry.name}'`);
  });
  return h(encodeCbor(["hx/state/v1", sorted.map(({ name, kind, hash }) => [name, kind === "file" ? 0 : 1, hash])]));
}

/** The state of a whole tree from the hash of each of its files, by path. */
export function treeState(h: Hash, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries: StateEntry[] = [];
  const directories = new Map<string, Map<string, Uint8Array>>();
  for (const [path, hash] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      entries.push({ name: path, kind: "file", hash });
      continue;
    }
    const name = path.slice(0, slash);
    const inside = directories.get(name) ?? new Map<string, Uint8Array>();
    directories.set(name, inside.set(path.slice(slash + 1), hash));
  }
  for (const [name, inside] of directories) entries.push({ name, kind: "directory", hash: treeState(h, inside) });
  return directoryState(h, entries);
}
