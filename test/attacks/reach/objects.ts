import { execFileSync } from "node:child_process";

export interface GitObject {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Everything in an object store, whether a ref reaches it or not; by object id. */
export type Objects = ReadonlyMap<string, GitObject>;

export function objectsIn(directory: string, env: Readonly<Record<string, string>>): Objects {
  const raw = execFileSync("git", ["cat-file", "--batch-all-objects", "--batch"], { cwd: directory, env: { ...env, GIT_NO_LAZY_FETCH: "1" }, maxBuffer: 1 << 28 });
  const found = new Map<string, GitObject>();
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf(10, at);
    const [oid = "", type = "", size = ""] = raw.subarray(at, end).toString().split(" ");
    found.set(oid, { type, bytes: Uint8Array.from(raw.subarray(end + 1, end + 1 + Number(size))) });
    at = end + 1 + Number(size) + 1;
  }
  return found;
}

export interface Entry {
  readonly name: string;
  readonly oid: string;
}

export function treeEntries(bytes: Uint8Array): readonly Entry[] {
  const raw = Buffer.from(bytes);
  const entries: Entry[] = [];
  for (let at = 0; at < raw.length; ) {
    const space = raw.indexOf(32, at);
    const end = raw.indexOf(0, space);
    entries.push({ name: raw.subarray(space + 1, end).toString(), oid: raw.subarray(end + 1, end + 21).toString("hex") });
    at = end + 21;
  }
  return entries;
}
