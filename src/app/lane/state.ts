import { fromHex, fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import type { Oid } from "../../domain/ids.ts";
import { decodePartRecord } from "../../format/part-record.ts";
import { directoryState, type StateEntry } from "../../format/state.ts";
import type { Hash } from "../../format/primitives.ts";
import type { ObjectReader } from "../../ports/git.ts";
import type { WorkFiles } from "../../ports/work-files.ts";

/** Directories whose states are kept: those of a lane and its keys at 256 each, for some pushes. */
const MOST = 4096;

/** Blobs that are read at a time: git answers them together, and a process may have only so many files open. */
const AT_ONCE = 64;

/** States of directories by the id of their tree. A cache: an absent or damaged one costs time. */
export class StateCache {
  readonly #files: WorkFiles;
  readonly #name: string;
  #known: Map<string, string> | null = null;
  readonly #fresh = new Map<string, string>();

  constructor(files: WorkFiles, lane: string) {
    this.#files = files;
    this.#name = `state/${lane}`;
  }

  async get(tree: Oid): Promise<Uint8Array | null> {
    this.#known ??= await this.#load();
    const hex = this.#fresh.get(tree) ?? this.#known.get(tree);
    if (hex === undefined) return null;
    this.#fresh.set(tree, hex);
    return fromHex(hex);
  }

  put(tree: Oid, state: Uint8Array): void {
    this.#fresh.set(tree, toHex(state));
  }

  /** Keeps what this run used, and of the rest as much as has room. */
  async save(): Promise<void> {
    for (const [tree, state] of this.#known ?? []) if (this.#fresh.size < MOST && !this.#fresh.has(tree)) this.#fresh.set(tree, state);
    const lines = [...this.#fresh].map(([tree, state]) => `${tree} ${state}\n`);
    await this.#files.write(this.#name, utf8(lines.join("")));
  }

  async #load(): Promise<Map<string, string>> {
    const bytes = await this.#files.read(this.#name);
    const known = new Map<string, string>();
    if (bytes === null) return known;
    for (const line of fromUtf8(bytes).split("\n")) {
      const [tree, state] = line.split(" ");
      if (tree !== undefined && state !== undefined && /^[0-9a-f]{64}$/.test(state)) known.set(tree, state);
    }
    return known;
  }
}

/**
 * State of the tree of a lane (docs/spec/lane.md) without `h` and `b`, or of a keys ref without `h`. The hash of a
 * segment is taken from the part record that lists it, so segments need not be present; `sessionParts` checks that
 * every segment is listed.
 */
export async function treeState(store: ObjectReader, h: Hash, tree: Oid | null, cache: StateCache): Promise<Uint8Array> {
  const entries: StateEntry[] = [];
  for (const entry of tree === null ? [] : await store.readTree(tree)) {
    if (entry.name === "h" || entry.name === "b") continue;
    entries.push({ name: entry.name, kind: "directory", hash: await branchState(store, h, entry.oid, 1, cache) });
  }
  return directoryState(h, entries);
}

/** @param depth 1 for `s`, `x`, `w`, `t`; 2 for their `<xx>`; 3 for a session */
async function branchState(store: ObjectReader, h: Hash, tree: Oid, depth: number, cache: StateCache): Promise<Uint8Array> {
  const known = depth <= 2 ? await cache.get(tree) : null;
  if (known !== null) return known;
  const entries: StateEntry[] = [];
  const listed = await store.readTree(tree);
  if (depth === 3) return directoryState(h, await sessionEntries(store, h, listed));
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const files = listed.slice(at, at + AT_ONCE).filter(({ mode }) => mode !== "40000");
    const read = await Promise.all(files.map(async ({ name, oid }): Promise<StateEntry> => ({ name, kind: "file", hash: h(await store.readBlob(oid)) })));
    entries.push(...read);
  }
  for (const { name, mode, oid } of listed) {
    if (mode === "40000") entries.push({ name, kind: "directory", hash: await branchState(store, h, oid, depth + 1, cache) });
  }
  const state = directoryState(h, entries);
  cache.put(tree, state);
  return state;
}

async function sessionEntries(store: ObjectReader, h: Hash, listed: readonly { readonly name: string; readonly oid: Oid }[]): Promise<StateEntry[]> {
  const entries: StateEntry[] = [];
  for (const { name, oid } of listed) {
    if (name !== "m" && !name.startsWith("p")) continue;
    const bytes = await store.readBlob(oid);
    entries.push({ name, kind: "file", hash: h(bytes) });
    if (name === "m") continue;
    for (const segment of decodePartRecord(bytes).segments) entries.push({ name: String(segment.number), kind: "file", hash: segment.hash });
  }
  return entries;
}
