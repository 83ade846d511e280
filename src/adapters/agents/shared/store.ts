import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";

/** `child` is `parent` or lies below it. Both absolute. */
export function isInside(parent: string, child: string): boolean {
  const relative = path.relative(parent, child);
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}

/** The real path; null when there is nothing. */
export async function realPathOf(file: string): Promise<string | null> {
  if (file.includes("\0")) return null;
  return realpath(file).catch(() => null);
}

/** The real path of a directory that exists; null otherwise. */
export async function realDirectory(directory: string): Promise<string | null> {
  const real = await realPathOf(directory);
  if (real === null) return null;
  const stats = await statOf(real);
  return stats?.isDirectory() === true ? real : null;
}

export async function statOf(file: string): Promise<Stats | null> {
  return stat(file).catch(() => null);
}

/** The entries of a directory, by name; none when it cannot be read. */
export async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((): Dirent[] => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The directories given, and what they really are. */
export async function withRealPaths(directories: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(directories.map((directory) => realPathOf(directory)));
  return [...new Set([...directories, ...real.filter((directory) => directory !== null)])];
}

const DEEPEST = 12;

/**
 * The regular files below a directory, relative with `/`, sorted. Links are followed nowhere: what an
 * agent writes itself are plain files, and a link could lead out of the store.
 */
export async function filesBelow(directory: string, depth = 0): Promise<readonly string[]> {
  if (depth > DEEPEST) return [];
  const files: string[] = [];
  for (const entry of await entriesOf(directory)) {
    if (entry.isFile()) files.push(entry.name);
    if (!entry.isDirectory()) continue;
    for (const below of await filesBelow(path.join(directory, entry.name), depth + 1)) files.push(`${entry.name}/${below}`);
  }
  return files;
}
