import { access, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isOid, isRefName, refName } from "../../domain/ids.ts";
import type { Oid, RefName } from "../../domain/ids.ts";

/** Refs as git's `files` backend stores them, read without starting git. */
export interface RefFiles {
  /** False for another backend (reftable): ask git then. */
  usable(): Promise<boolean>;
  /** Undefined where git must be asked: a symbolic ref, a file that is being written. */
  read(ref: RefName): Promise<Oid | null | undefined>;
  list(prefix: string): Promise<ReadonlyMap<RefName, Oid> | undefined>;
}

export function refFiles(directory: string): RefFiles {
  return {
    async usable() {
      return access(join(directory, "reftable")).then(() => false, () => true);
    },
    async read(ref) {
      // Loose before packed: git writes a packed ref before it removes the loose one.
      const loose = await looseRef(join(directory, ref));
      if (loose !== null) return loose;
      return (await packedRefs(directory)).get(ref) ?? null;
    },
    async list(prefix) {
      const loose = new Map<string, Oid | undefined>();
      await collect(directory, prefix.slice(0, prefix.lastIndexOf("/")), loose);
      const found = new Map<string, Oid | undefined>([...(await packedRefs(directory)), ...loose]);
      const refs = new Map<RefName, Oid>();
      for (const name of [...found.keys()].filter((key) => key.startsWith(prefix)).sort()) {
        const oid = found.get(name);
        if (oid === undefined) return undefined;
        if (isRefName(name)) refs.set(refName(name), oid);
      }
      return refs;
    },
  };
}

/** Null: no such file. Undefined: not an object id. */
async function looseRef(path: string): Promise<Oid | null | undefined> {
  const text = await readFile(path, "latin1").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR", "EISDIR"].includes(String(error.code))) return null;
    throw error;
  });
  if (text === null) return null;
  const value = text.trimEnd();
  return isOid(value) ? value : undefined;
}

async function collect(directory: string, below: string, into: Map<string, Oid | undefined>): Promise<void> {
  const entries = await readdir(join(directory, below), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const name = `${below}/${entry.name}`;
    if (entry.isDirectory()) await collect(directory, name, into);
    else if (!name.endsWith(".lock")) {
      const oid = await looseRef(join(directory, name));
      if (oid !== null) into.set(name, oid);
    }
  }
}

/** Format: `<oid> <ref>` a line; `#` begins a comment, `^` the object a tag points to (gitrepository-layout). */
async function packedRefs(directory: string): Promise<Map<string, Oid>> {
  const text = await readFile(join(directory, "packed-refs"), "utf8").catch(() => "");
  const refs = new Map<string, Oid>();
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    const oid = line.slice(0, space);
    if (space > 0 && isOid(oid)) refs.set(line.slice(space + 1), oid);
  }
  return refs;
}
