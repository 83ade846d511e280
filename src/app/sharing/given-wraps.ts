import type { Oid, PersonId } from "../../domain/ids.ts";
import type { Covering } from "../../domain/sharing/sharing.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { wrapPath } from "../../format/paths.ts";
import { shareKeyId, sharePieces, shareWrapId, type ShareRecipient } from "../../format/sharing/share-wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { entryAt } from "../lane/tree.ts";

/** Wraps of a lane, as they lie in its keys ref. */
export interface KeysTree {
  readonly store: ObjectReader;
  /** null: the lane has none. */
  readonly keys: Oid | null;
}

/** Everybody to whom a wrap of an approval can have been sealed at some time: a key of any epoch since it was given. */
export function possibleRecipients(state: WorkspaceState, { statement: { said } }: Pick<Covering, "statement">): readonly ShareRecipient[] {
  if (said.audience === "team") return (state.teams.get(said.team)?.keys ?? []).slice(said.epoch).map(({ epoch }) => ({ team: said.team, epoch }));
  return said.audience.flatMap((person: PersonId) => (state.persons.get(person)?.keys ?? []).map(({ epoch }) => ({ person, epoch })));
}

/** Where the wraps of what an approval covers lie for one recipient, piece by piece. */
export function wrapPathsOf(crypto: Pick<Crypto, "hashes">, { statement: { said }, parts }: Covering, to: ShareRecipient): readonly string[] {
  return [...sharePieces(parts)].map((first) => wrapPath(shareWrapId(crypto.hashes, said.tag, parts.session, to, first)));
}

/** Where the wrap of the share key lies that an approving statement may have for one recipient. */
export function shareKeyPathOf(crypto: Pick<Crypto, "hashes">, { statement: { said } }: Pick<Covering, "statement">, to: ShareRecipient): string {
  return wrapPath(shareKeyId(crypto.hashes, said.tag, to));
}

/** Which of these wraps are there. */
export async function presentWraps({ store, keys }: KeysTree, paths: readonly string[]): Promise<readonly { readonly path: string; readonly oid: Oid }[]> {
  if (keys === null) return [];
  const found = await Promise.all(paths.map(async (path) => ({ path, entry: await entryAt(store, keys, path) })));
  return found.flatMap(({ path, entry }) => (entry === null ? [] : [{ path, oid: entry.oid }]));
}
