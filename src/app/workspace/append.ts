import type { Oid, RefName } from "../../domain/ids.ts";
import { commitDay, parseSessionsCommit } from "../../format/commit.ts";
import { statementPath } from "../../format/paths.ts";
import { cutPieces } from "../../format/pieces.ts";
import type { ObjectReader, ObjectWriter, Store, TreeEntry } from "../../ports/git.ts";
import { readChain } from "./chain.ts";
import type { Chain } from "./chain.ts";

/**
 * Writes a commit that adds statements to a chain (null: begins one). No ref is moved.
 * @param now ms since 1970
 */
export async function writeStatements(store: ObjectReader & ObjectWriter, chain: Chain | null, statements: readonly Uint8Array[], now: number): Promise<Oid> {
  const added = new Map<string, TreeEntry[]>();
  let n = chain?.statements.length ?? 0;
  for (const statement of statements) {
    for (const [k, piece] of cutPieces(statement).entries()) {
      const [, fan = "", name = ""] = statementPath(n, k).split("/");
      added.set(fan, [...(added.get(fan) ?? []), { name, mode: "100644", oid: await store.writeBlob(piece) }]);
    }
    n++;
  }
  const fans = new Map((chain === null ? [] : await fanTrees(store, chain.tip, now)).map((entry) => [entry.name, entry] as const));
  for (const [name, entries] of added) {
    const old = fans.get(name);
    const kept = old === undefined ? [] : await store.readTree(old.oid);
    fans.set(name, { name, mode: "40000", oid: await store.writeTree([...kept, ...entries]) });
  }
  const c = await store.writeTree([...fans.values()]);
  const tree = await store.writeTree([{ name: "c", mode: "40000", oid: c }]);
  return await store.writeCommit({ tree, parents: chain === null ? [] : [chain.tip], day: commitDay(now, chain?.day) });
}

/**
 * Adds statements to the chain of a ref, by compare-and-swap.
 * @returns the longer chain, or null when somebody else moved the ref first
 */
export async function appendStatements(store: Store, ref: RefName, chain: Chain | null, statements: readonly Uint8Array[], now: number): Promise<Chain | null> {
  const to = await writeStatements(store, chain, statements, now);
  const moved = await store.update([{ ref, from: chain?.tip ?? null, to }]);
  return moved ? await readChain(store, to, now) : null;
}

async function fanTrees(store: ObjectReader, tip: Oid, now: number): Promise<readonly TreeEntry[]> {
  const { tree } = parseSessionsCommit(await store.readCommit(tip), now);
  const c = (await store.readTree(tree))[0];
  return c === undefined ? [] : await store.readTree(c.oid);
}
