import { toHex } from "../../domain/bytes.ts";
import type { OpenFile } from "../../ports/agent.ts";
import type { Hashes } from "../../ports/crypto.ts";

type Window = [offset: number, length: number, hash: string];

const WINDOW = 1024;
const MOST = 16;

/**
 * Samples of a captured prefix, by which a rewrite in place is noticed without reading the prefix again:
 * the head, the tail, and the tails of earlier captures. A rewrite that keeps the file's inode, its length or
 * more, and all sampled ranges is not noticed; docs/spec/segment.md and the threat model say so.
 */
export async function addWindows(hashes: Hashes, file: OpenFile, windows: readonly Window[], size: number): Promise<Window[]> {
  if (size === 0) return [];
  const kept = windows.filter(([offset, length]) => offset + length <= size);
  const head = kept[0]?.[0] === 0 ? [] : [await sample(hashes, file, 0, Math.min(WINDOW, size))];
  const from = Math.max(0, size - WINDOW);
  const all = [...head, ...kept, await sample(hashes, file, from, size - from)];
  return all.length <= MOST ? all : thinned(all);
}

export async function windowsHold(hashes: Hashes, file: OpenFile, windows: readonly Window[]): Promise<boolean> {
  for (const [offset, length, hash] of windows) {
    const [, , now] = await sample(hashes, file, offset, length);
    if (now !== hash) return false;
  }
  return true;
}

async function sample(hashes: Hashes, file: OpenFile, offset: number, length: number): Promise<Window> {
  return [offset, length, toHex(hashes.h16(await file.read(offset, length)))];
}

/** Head and tail stay; of those between, every second goes. */
function thinned(windows: readonly Window[]): Window[] {
  return windows.filter((_, i) => i === 0 || i === windows.length - 1 || i % 2 === 0);
}
