import type { Oid, RefName } from "../../domain/ids.ts";
import { commitDay, parseSessionsCommit } from "../../format/commit.ts";
import { documentPath, statementPath } from "../../format/paths.ts";
import { cutPieces } from "../../format/pieces.ts";
import type { ObjectReader, ObjectWriter, Store, TreeEntry } from "../../ports/git.ts";
import { readChain } from "./chain.ts";
import type { Chain } from "./chain.ts";
import type { Documents } from "./documents.ts";

/**
 * Writes a commit that adds statements to a chain (null: begins one). No ref is moved.
 * @param now ms since 1970
 * @param documents texts that these statements, or earlier ones, name; those that the chain has are not written again
 */
export async function writeStatements(store: ObjectReader & ObjectWriter, chain: Chain | null, statements: readonly Uint8Array[], now: number, documents: Documents = new Map()): Promise<Oid> {
  const added = new Map<string, TreeEntry[]>();
  let n = chain?.statements.length ?? 0;
  for (const statement of statements) {
    for (const [k, piece] of cutPieces(statement).entries()) {
      const [, fan = "", name = ""] = statementPath(n, k).split("/");
      added.set(fan, [...(added.get(fan) ?? []), { name, mode: "100644", oid: await store.writeBlob(piece) }]);
    }
    n++;
  }
  const top = chain === null ? [] : await topTrees(store, chain.tip, now);
  const fans = new Map((await inside(store, top, "c")).map((entry) => [entry.name, entry] as const));
  for (const [name, entries] of added) {
    const old = fans.get(name);
    const kept = old === undefined ? [] : await store.readTree(old.oid);
    fans.set(name, { name, mode: "40000", oid: await store.writeTree([...kept, ...entries]) });
  }
  const c = await store.writeTree([...fans.values()]);
  const texts = await writeDocuments(store, await inside(store, top, "p"), documents);
  const p: readonly TreeEntry[] = texts.length === 0 ? [] : [{ name: "p", mode: "40000", oid: await store.writeTree(texts) }];
  const tree = await store.writeTree([{ name: "c", mode: "40000", oid: c }, ...p]);
  return await store.writeCommit({ tree, parents: chain === null ? [] : [chain.tip], day: commitDay(now, chain?.day) });
}

/**
 * Adds statements to the chain of a ref, by compare-and-swap.
 * @returns the longer chain, or null when somebody else moved the ref first
 */
export async function appendStatements(store: Store, ref: RefName, chain: Chain | null, statements: readonly Uint8Array[], now: number, documents?: Documents): Promise<Chain | null> {
  const to = await writeStatements(store, chain, statements, now, documents);
  const moved = await store.update([{ ref, from: chain?.tip ?? null, to }]);
  return moved ? await readChain(store, to, now) : null;
}

async function writeDocuments(store: ObjectWriter, old: readonly TreeEntry[], documents: Documents): Promise<readonly TreeEntry[]> {
  const entries = new Map(old.map((entry) => [entry.name, entry]));
  for (const [hash, bytes] of documents) {
    if (entries.has(hash)) continue;
    const pieces: TreeEntry[] = [];
    for (const [k, piece] of cutPieces(bytes).entries()) {
      const [, , name = ""] = documentPath(hash, k).split("/");
      pieces.push({ name, mode: "100644", oid: await store.writeBlob(piece) });
    }
    entries.set(hash, { name: hash, mode: "40000", oid: await store.writeTree(pieces) });
  }
  return [...entries.values()];
}

async function topTrees(store: ObjectReader, tip: Oid, now: number): Promise<readonly TreeEntry[]> {
  const { tree } = parseSessionsCommit(await store.readCommit(tip), now);
  return await store.readTree(tree);
}

async function inside(store: ObjectReader, top: readonly TreeEntry[], name: "c" | "p"): Promise<readonly TreeEntry[]> {
  const found = top.find((entry) => entry.name === name);
  return found === undefined ? [] : await store.readTree(found.oid);
}
