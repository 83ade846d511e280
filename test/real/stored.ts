import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** SHA-256 by path, relative to the directory with `/`. */
export type Hashes = ReadonlyMap<string, string>;

/**
 * Every file below a directory whose path agrees. An absent directory has none.
 * @param moved text that is taken for another one: a path that was mapped, and what it was before
 */
export async function hashesBelow(directory: string, which: RegExp = /^/, moved?: readonly [string, string]): Promise<Hashes> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const chosen = paths.map((path) => [relative(directory, path).replaceAll("\\", "/"), path] as const).filter(([name]) => which.test(name));
  return new Map(await Promise.all(chosen.map(async ([name, path]) => [name, createHash("sha256").update(await bytesOf(path, moved)).digest("hex")] as const)));
}

/** Paths of `a` whose bytes are nowhere in `b`, whatever they are called there. */
export function missingFrom(a: Hashes, b: Hashes): readonly string[] {
  const there = new Set(b.values());
  return [...a].filter(([, hash]) => !there.has(hash)).map(([path]) => path);
}

async function bytesOf(path: string, moved: readonly [string, string] | undefined): Promise<Buffer> {
  const bytes = await readFile(path);
  return moved === undefined ? bytes : Buffer.from(bytes.toString("latin1").replaceAll(latin1(moved[0]), latin1(moved[1])), "latin1");
}

/** The bytes of a text in UTF-8, a character each. */
function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
