import { HxError, isHxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { DOCUMENT_LIMIT, MOST_DOCUMENTS } from "../../domain/policy/version.ts";
import { parseSessionsCommit } from "../../format/commit.ts";
import { parseRootPath } from "../../format/paths.ts";
import { PIECE_LENGTH, joinPieces } from "../../format/pieces.ts";
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
  /** Texts of policies by their name in the tree, H of their bytes in hex: what `replayWhole` checks. */
  readonly documents: ReadonlyMap<string, Uint8Array>;
}

/** Far more than a workspace needs, and far less than would exhaust a reader. */
const MAX_STATEMENTS = 100_000;
const MAX_PIECES = 64;
const MAX_DOCUMENT_PIECES = Math.ceil(DOCUMENT_LIMIT / PIECE_LENGTH);
/** Statements that are read at a time: git answers them together. */
const AT_ONCE = 64;

/**
 * Reads the chain below a commit and checks its grammar: every commit back to the first, every tree, and
 * that a commit only adds statements. Reads blobs of the tip alone.
 * @param now ms since 1970
 * @throws HxError `workspace-invalid`; `missing-object`
 */
export async function readChain(store: ObjectReader, tip: Oid, now: number): Promise<Chain> {
  return await wellFormed(async () => {
    const history = await readHistory(store, tip, now);
    const newest = history.at(-1);
    if (newest === undefined) throw new HxError("encoding-invalid", "no commit");
    const trees: Listings = new Map();
    let before: RootFiles = { statements: new Map(), documents: new Map() };
    const days: number[] = [];
    for (const { tree, day } of history) {
      const files = await filesOf(store, tree, trees);
      checkOnlyAdds(before, files);
      const added = files.statements.size - days.length;
      for (let i = 0; i < added; i++) days.push(day);
      before = files;
    }
    return { tip, commits: history.map(({ commit }) => commit), day: newest.day, days, ...(await contentOf(store, before)) };
  });
}

/** What a replay needs of a chain. */
export type ChainContent = Pick<Chain, "statements" | "documents">;

/** The content of one commit, whose history is not looked at: it was when the commit came. @throws as `readChain` */
export async function readContentAt(store: ObjectReader, tip: Oid, now: number): Promise<ChainContent> {
  return await wellFormed(async () => {
    const { tree } = parseSessionsCommit(await readCommit(store, tip), now);
    return await contentOf(store, await filesOf(store, tree, new Map()));
  });
}

async function contentOf(store: ObjectReader, files: RootFiles): Promise<ChainContent> {
  return { statements: await readStatements(store, files.statements), documents: await readDocuments(store, files) };
}

/**
 * The whole content of a chain of which an earlier commit was verified: only what came since is looked at.
 * @param since the earlier commit
 * @returns null when the chain does not go back to that commit
 * @throws as `readChain`
 */
export async function readChainSince(store: ObjectReader, tip: Oid, since: Oid, now: number): Promise<ChainContent | null> {
  return await wellFormed(async () => {
    const [last, ...added] = await readHistory(store, tip, now, since);
    if (last?.commit !== since) return null;
    const trees: Listings = new Map();
    let before = await filesOf(store, last.tree, trees);
    for (const { tree } of added) {
      const files = await filesOf(store, tree, trees);
      checkOnlyAdds(before, files);
      before = files;
    }
    return await contentOf(store, before);
  });
}

async function wellFormed<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
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

/** Oldest first, from `since` on where the history has it. */
async function readHistory(store: ObjectReader, tip: Oid, now: number, since?: Oid): Promise<readonly ChainCommit[]> {
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
    at = at === since ? undefined : parents[0];
  }
  return history.reverse();
}

async function readCommit(store: ObjectReader, at: Oid): Promise<Uint8Array> {
  const info = await store.info(at);
  if (info !== null && info.type !== "commit") throw new HxError("encoding-invalid", `a ${info.type} where a commit belongs`);
  return await store.readCommit(at);
}

/** Piece → blob. */
type Pieces = ReadonlyMap<number, Oid>;
/** Listings of subtrees, which most commits share. */
type Listings = Map<Oid, ReadonlyMap<string, Oid>>;

interface RootFiles {
  readonly statements: ReadonlyMap<number, Pieces>;
  readonly documents: ReadonlyMap<string, Pieces>;
}

async function filesOf(store: ObjectReader, root: Oid, known: Listings): Promise<RootFiles> {
  const statements = new Map<number, Map<number, Oid>>();
  const documents = new Map<string, Map<number, Oid>>();
  const top = await store.readTree(root);
  if (!top.some(({ name }) => name === "c")) throw outside("");
  for (const { name, mode, oid } of top) {
    if (mode !== "40000" || (name !== "c" && name !== "p")) throw outside(name);
    const listing = await store.readTree(oid);
    if (listing.length === 0) throw outside(name);
    // Git sorts `c` before `p`: the statements are known here.
    if (name === "p" && listing.length > statements.size * MOST_DOCUMENTS) throw new HxError("encoding-invalid", "more texts than its statements can name");
    for (const inner of listing) {
      if (inner.mode !== "40000") throw outside(`${name}/${inner.name}`);
      for (const [path, blob] of await innerFiles(store, name, inner, known)) {
        const place = parseRootPath(path);
        if (place?.kind === "statement") addPiece(statements, place.number, place.piece, blob);
        else if (place?.kind === "document") addPiece(documents, place.hash, place.piece, blob);
      }
    }
  }
  return { statements, documents };
}

function addPiece<Key>(to: Map<Key, Map<number, Oid>>, key: Key, piece: number, blob: Oid): void {
  const pieces = to.get(key) ?? new Map<number, Oid>();
  to.set(key, pieces.set(piece, blob));
}

/** Path → blob of one directory below `c` or `p`. */
async function innerFiles(store: ObjectReader, top: string, inner: TreeEntry, known: Listings): Promise<ReadonlyMap<string, Oid>> {
  const key = `${top}/${inner.name}`;
  const cached = known.get(inner.oid);
  // The same tree under another name is another directory.
  if (cached !== undefined && [...cached.keys()][0]?.startsWith(`${key}/`) === true) return cached;
  const files = new Map<string, Oid>();
  for (const { name, mode, oid } of await store.readTree(inner.oid)) {
    const path = `${key}/${name}`;
    if (mode !== "100644" || parseRootPath(path) === null || files.has(path)) throw outside(path);
    files.set(path, oid);
  }
  if (files.size === 0) throw outside(key);
  known.set(inner.oid, files);
  return files;
}

function checkOnlyAdds(before: RootFiles, after: RootFiles): void {
  if (after.statements.size <= before.statements.size) throw new HxError("encoding-invalid", "a commit that adds no statement");
  for (const [n, pieces] of before.statements) requireSame(pieces, after.statements.get(n), `statement ${n}`);
  for (const [hash, pieces] of before.documents) requireSame(pieces, after.documents.get(hash), `the text '${hash}'`);
}

function requireSame(before: Pieces, after: Pieces | undefined, what: string): void {
  for (const [piece, blob] of before) if (after?.get(piece) !== blob) throw new HxError("encoding-invalid", `a commit that changes ${what}`);
  if (after?.size !== before.size) throw new HxError("encoding-invalid", `a commit that adds a piece to ${what}`);
}

async function readStatements(store: ObjectReader, found: ReadonlyMap<number, Pieces>): Promise<readonly Uint8Array[]> {
  if (found.size > MAX_STATEMENTS) throw new HxError("encoding-invalid", "too many statements");
  const statements: Uint8Array[] = [];
  for (let at = 0; at < found.size; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, found.size - at) }, (_, i) => readPieces(store, found.get(at + i), `statement ${at + i}`, MAX_PIECES));
    statements.push(...(await Promise.all(some)));
  }
  return statements;
}

async function readDocuments(store: ObjectReader, { documents }: RootFiles): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const [hash, pieces] of documents) found.set(hash, await readPieces(store, pieces, `the text '${hash}'`, MAX_DOCUMENT_PIECES));
  return found;
}

async function readPieces(store: ObjectReader, pieces: Pieces | undefined, what: string, most: number): Promise<Uint8Array> {
  if (pieces === undefined) throw new HxError("encoding-invalid", `${what} is missing`);
  if (pieces.size > most) throw new HxError("encoding-invalid", `${what} is too long`);
  const bytes = await Promise.all(
    Array.from({ length: pieces.size }, async (_, k) => {
      const blob = pieces.get(k);
      if (blob === undefined) throw new HxError("encoding-invalid", `piece ${k} of ${what} is missing`);
      const info = await store.info(blob);
      if (info !== null && (info.type !== "blob" || info.size > PIECE_LENGTH)) throw new HxError("encoding-invalid", `piece ${k} of ${what} is not a blob of at most ${PIECE_LENGTH} bytes`);
      return await store.readBlob(blob);
    }),
  );
  return joinPieces(bytes);
}

function outside(path: string): HxError {
  return new HxError("encoding-invalid", `'${path.slice(0, 80)}' has no place in the tree of the workspace chain`);
}
