import { HxError, isHxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { parseSessionsCommit } from "../../format/commit.ts";
import { parseRootPath } from "../../format/paths.ts";
import { joinPieces } from "../../format/pieces.ts";
import type { ObjectReader, TreeEntry } from "../../ports/git.ts";

/** The workspace chain as it lies below one commit: whole statements, nothing replayed yet. */
export interface Chain {
  readonly tip: Oid;
  /** Oldest first; the last one is the tip. */
  readonly commits: readonly Oid[];
  /** Day of the tip, seconds since 1970. */
  readonly day: number;
  /** Envelope bytes, index is the number. */
  readonly statements: readonly Uint8Array[];
  /** Day of the commit that added each statement, seconds since 1970, index is the number: told by who wrote it, and proves nothing. */
  readonly days: readonly number[];
}

/** Far more than a workspace needs, and far less than would exhaust a reader. */
const MAX_STATEMENTS = 100_000;
const MAX_PIECES = 64;
/** Statements that are read at a time: git answers them together. */
const AT_ONCE = 64;

/**
 * Reads the chain below a commit and checks its grammar: every commit back to the first, every tree, and
 * that a commit only adds statements. Reads blobs of the tip alone.
 * @param now ms since 1970
 * @throws HxError `workspace-invalid`; `missing-object`
 */
export async function readChain(store: ObjectReader, tip: Oid, now: number): Promise<Chain> {
  try {
    const history = await readHistory(store, tip, now);
    const newest = history.at(-1);
    if (newest === undefined) throw new HxError("encoding-invalid", "no commit");
    const trees = new Map<Oid, ReadonlyMap<string, Oid>>();
    let before: ReadonlyMap<string, Oid> = new Map();
    const days: number[] = [];
    for (const { tree, day } of history) {
      const files = await filesOf(store, tree, trees);
      checkOnlyAdds(before, files);
      const added = numbersOf(files) - days.length;
      for (let i = 0; i < added; i++) days.push(day);
      before = files;
    }
    return { tip, commits: history.map(({ commit }) => commit), day: newest.day, statements: await readStatements(store, before), days };
  } catch (cause) {
    if (!isHxError(cause) || cause.code === "workspace-invalid" || cause.code === "missing-object") throw cause;
    throw new HxError("workspace-invalid", `the workspace chain is not well formed: ${cause.message}`, { cause, hints: ["hx verify"] });
  }
}

interface ChainCommit {
  readonly commit: Oid;
  readonly tree: Oid;
  readonly day: number;
}

/** Oldest first. */
async function readHistory(store: ObjectReader, tip: Oid, now: number): Promise<readonly ChainCommit[]> {
  const history: ChainCommit[] = [];
  let at: Oid | undefined = tip;
  let childDay = Number.POSITIVE_INFINITY;
  while (at !== undefined) {
    const { tree, parents, day } = parseSessionsCommit(await readCommit(store, at), now);
    if (parents.length > 1) throw new HxError("encoding-invalid", "a commit with two parents");
    if (day > childDay) throw new HxError("encoding-invalid", "a commit that is older than its parent");
    if (history.length >= MAX_STATEMENTS) throw new HxError("encoding-invalid", "too many commits");
    history.push({ commit: at, tree, day });
    childDay = day;
    at = parents[0];
  }
  return history.reverse();
}

async function readCommit(store: ObjectReader, at: Oid): Promise<Uint8Array> {
  const info = await store.info(at);
  if (info !== null && info.type !== "commit") throw new HxError("encoding-invalid", `a ${info.type} where a commit belongs`);
  return await store.readCommit(at);
}

/** Path → blob. `known` keeps the listing of subtrees, which most commits share. */
async function filesOf(store: ObjectReader, root: Oid, known: Map<Oid, ReadonlyMap<string, Oid>>): Promise<ReadonlyMap<string, Oid>> {
  const files = new Map<string, Oid>();
  const [top, ...rest] = await store.readTree(root);
  if (top === undefined || rest.length > 0 || top.name !== "c" || top.mode !== "40000") throw outside(top?.name ?? "");
  for (const fan of await store.readTree(top.oid)) {
    if (fan.mode !== "40000") throw outside(`c/${fan.name}`);
    for (const [path, blob] of await fanFiles(store, fan, known)) files.set(path, blob);
  }
  return files;
}

async function fanFiles(store: ObjectReader, fan: TreeEntry, known: Map<Oid, ReadonlyMap<string, Oid>>): Promise<ReadonlyMap<string, Oid>> {
  const cached = known.get(fan.oid);
  if (cached !== undefined) return cached;
  const files = new Map<string, Oid>();
  for (const { name, mode, oid } of await store.readTree(fan.oid)) {
    const path = `c/${fan.name}/${name}`;
    if (mode !== "100644" || parseRootPath(path) === null || files.has(path)) throw outside(path);
    files.set(path, oid);
  }
  if (files.size === 0) throw outside(`c/${fan.name}`);
  known.set(fan.oid, files);
  return files;
}

/** How many statements there are. */
function numbersOf(files: ReadonlyMap<string, Oid>): number {
  return new Set([...files.keys()].map((path) => parseRootPath(path)?.number)).size;
}

function checkOnlyAdds(before: ReadonlyMap<string, Oid>, after: ReadonlyMap<string, Oid>): void {
  if (after.size <= before.size) throw new HxError("encoding-invalid", "a commit that adds no statement");
  const numbers = new Set<number>();
  for (const path of before.keys()) numbers.add(parseRootPath(path)?.number ?? 0);
  for (const [path, blob] of before) if (after.get(path) !== blob) throw new HxError("encoding-invalid", `a commit that changes '${path}'`);
  for (const path of after.keys()) {
    if (!before.has(path) && numbers.has(parseRootPath(path)?.number ?? 0)) throw new HxError("encoding-invalid", `a commit that adds a piece to an old statement: '${path}'`);
  }
}

async function readStatements(store: ObjectReader, files: ReadonlyMap<string, Oid>): Promise<readonly Uint8Array[]> {
  const found = new Map<number, Map<number, Oid>>();
  for (const [path, blob] of files) {
    const place = parseRootPath(path);
    if (place === null) throw outside(path);
    const pieces = found.get(place.number) ?? new Map<number, Oid>();
    found.set(place.number, pieces.set(place.piece, blob));
  }
  if (found.size > MAX_STATEMENTS) throw new HxError("encoding-invalid", "too many statements");
  const statements: Uint8Array[] = [];
  for (let at = 0; at < found.size; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, found.size - at) }, (_, i) => readStatement(store, at + i, found.get(at + i)));
    statements.push(...(await Promise.all(some)));
  }
  return statements;
}

async function readStatement(store: ObjectReader, n: number, pieces: ReadonlyMap<number, Oid> | undefined): Promise<Uint8Array> {
  if (pieces === undefined) throw new HxError("encoding-invalid", `statement ${n} is missing`);
  if (pieces.size > MAX_PIECES) throw new HxError("encoding-invalid", `statement ${n} is too long`);
  const bytes: Uint8Array[] = [];
  for (let k = 0; k < pieces.size; k++) {
    const blob = pieces.get(k);
    if (blob === undefined) throw new HxError("encoding-invalid", `piece ${k} of statement ${n} is missing`);
    const info = await store.info(blob);
    if (info !== null && (info.type !== "blob" || info.size > 4000)) throw new HxError("encoding-invalid", `piece ${k} of statement ${n} is not a blob of at most 4000 bytes`);
    bytes.push(await store.readBlob(blob));
  }
  return joinPieces(bytes);
}

function outside(path: string): HxError {
  return new HxError("encoding-invalid", `'${path.slice(0, 80)}' has no place in the tree of the workspace chain`);
}
