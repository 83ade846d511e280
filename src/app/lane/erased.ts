import { equal } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import { openEnvelope } from "../../format/envelope.ts";
import { authorWrapId } from "../../format/part-keys.ts";
import { tombstonePath, wrapPath } from "../../format/paths.ts";
import { decodeTombstone } from "../../format/tombstone.ts";
import type { Ledger } from "../ledger.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { directoryAt, entryAt } from "./tree.ts";

type Place = Pick<LaneSource, "store" | "publicKey" | "eraser" | "keys">;
type Tools = Pick<Ledger, "crypto" | "repo">;

/** Reason of the tombstones of an author's wraps. It tells nothing that the absence of such a wrap does not: its place follows from the session's id. */
export const ERASED = "erased";

/** Whether the author removed their wrap of a session, with a tombstone that the lane's eraser key signed: docs/spec/lane.md, "Erasure". */
export async function isErased(ledger: Tools, source: Place, session: SessionId, chain = 0): Promise<boolean> {
  const { store, keys } = source;
  if (keys === null) return false;
  const id = authorWrapId(ledger.crypto.hashes, session, chain);
  const tombstone = await entryAt(store, keys, tombstonePath(id));
  if (tombstone === null || (await entryAt(store, keys, wrapPath(id))) !== null) return false;
  return isOf(ledger, source, wrapPath(id), await store.readBlob(tombstone.oid));
}

/** As `isErased`, for many sessions of one lane: where nothing was removed, nothing is looked for. */
export async function erasedIn(ledger: Tools, source: Place): Promise<(session: SessionId) => Promise<boolean>> {
  const fans = new Set((await directoryAt(source.store, source.keys, "t")).map(({ name }) => name));
  return async (session) => fans.has(authorWrapId(ledger.crypto.hashes, session, 0).slice(0, 2)) && (await isErased(ledger, source, session));
}

export function erasedError(session: SessionId): HxError {
  return new HxError("erased", `session '${session}' was erased by its author`, { hints: ["hx list"] });
}

/** Which wrap it was, nobody can tell from its hash any more; who removed it, the signature tells. */
function isOf({ crypto, repo }: Tools, { publicKey, eraser }: Place, path: string, bytes: Uint8Array): boolean {
  try {
    const { payload } = openEnvelope(bytes, "hx/tombstone/v1", (message, signature) => crypto.signer.verify(eraser, message, signature));
    const tombstone = decodeTombstone(payload);
    return tombstone.repo === repo && equal(tombstone.lane, publicKey) && tombstone.path === path;
  } catch (error) {
    if (isHxError(error)) return false;
    throw error;
  }
}
