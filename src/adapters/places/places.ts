import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import * as path from "node:path";
import type { BrokenPlace, GitPlace, Places } from "../../ports/places.ts";

/** Git reads no more of a `.git` file, and a path is never longer. */
const LINK_LIMIT = 4096 + 16;

/** The file system of this machine. */
export function filePlaces(): Places {
  return { realDirectory, gitAt, same, parent, absolute, below, read };
}

function realDirectory(directory: string): string | null {
  if (absolute(directory) === null) return null;
  try {
    const real = realpathSync.native(directory);
    return statSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

/** The order is git's: `.git` in the directory, then the directory itself as a bare repository. */
function gitAt(directory: string): GitPlace | BrokenPlace | null {
  const dotGit = path.join(directory, ".git");
  const kind = kindOf(dotGit);
  if (kind === "file") {
    const target = linkTarget(dotGit, directory);
    return (target === null ? null : gitDirectoryAt(target)) ?? { kind: "broken" };
  }
  return (kind === "directory" ? gitDirectoryAt(dotGit) : null) ?? gitDirectoryAt(directory);
}

/** A directory that git takes for a git directory: HEAD, and objects and refs there or in the common directory. */
function gitDirectoryAt(directory: string): GitPlace | null {
  if (kindOf(path.join(directory, "HEAD")) !== "file") return null;
  const real = realDirectory(directory);
  if (real === null) return null;
  const shared = text(path.join(real, "commondir"));
  const common = shared === null ? real : realDirectory(path.resolve(real, shared));
  if (common === null) return null;
  if (kindOf(path.join(common, "objects")) !== "directory" || kindOf(path.join(common, "refs")) !== "directory") return null;
  return { kind: "found", gitDirectory: real, commonDirectory: common };
}

/** gitrepository-layout(5): a `.git` file holds `gitdir: <path>`, relative to its own directory. */
function linkTarget(file: string, directory: string): string | null {
  const target = /^gitdir: (.+)$/s.exec(text(file) ?? "")?.[1];
  return target === undefined ? null : path.resolve(directory, target);
}

function text(file: string): string | null {
  const bytes = read(file, LINK_LIMIT);
  return bytes === null ? null : new TextDecoder().decode(bytes).replace(/[\r\n]+$/, "");
}

function kindOf(place: string): "file" | "directory" | null {
  try {
    const stat = statSync(place);
    return stat.isDirectory() ? "directory" : stat.isFile() ? "file" : null;
  } catch {
    return null;
  }
}

function same(a: string, b: string): boolean {
  try {
    const one = statSync(a, { bigint: true });
    const other = statSync(b, { bigint: true });
    return one.ino === other.ino && one.dev === other.dev;
  } catch {
    return false;
  }
}

function parent(place: string): string | null {
  const up = path.dirname(place);
  return up === place ? null : up;
}

function absolute(place: string): string | null {
  if (place.includes("\0") || !path.isAbsolute(place)) return null;
  return path.resolve(place);
}

function below(root: string, place: string): string | null {
  const relative = path.relative(root, place);
  if (relative === "") return ".";
  if (path.isAbsolute(relative)) return null;
  const parts = relative.split(path.sep);
  return parts[0] === ".." ? null : parts.join("/");
}

function read(file: string, limit: number): Uint8Array | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size > limit) return null;
    const bytes = new Uint8Array(limit + 1);
    let filled = 0;
    for (let got = -1; got !== 0 && filled <= limit; filled += got) got = readSync(descriptor, bytes, filled, limit + 1 - filled, filled);
    return filled > limit ? null : bytes.slice(0, filled);
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}
