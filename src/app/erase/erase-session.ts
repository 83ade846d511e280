import { HxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import { erasureBody, type Erasure } from "../../format/erasure.ts";
import { sealItem } from "../../format/item.ts";
import { authorWrapId } from "../../format/part-keys.ts";
import { wrapPath } from "../../format/paths.ts";
import { noteErased } from "../capture/erased-names.ts";
import { dropStaged } from "../capture/drop-staged.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import { ERASED } from "../lane/erased.ts";
import { sessionParts } from "../lane/manifests.ts";
import { tombstoneFor } from "../lane/tombstone.ts";
import { entryAt } from "../lane/tree.ts";
import type { Ledger, WritableLedger } from "../ledger.ts";
import type { Additions, RemovedWrap } from "../publish/additions.ts";
import type { LaneSource } from "../read/lane-source.ts";
import type { OwnRecord } from "./own-records.ts";

/**
 * From here on no hook captures it, and what is staged of it is gone. First of all, so that nothing of it is published in between.
 * @throws HxError `busy`
 */
export async function stopCapture(ledger: WritableLedger, { name, session: shown, kept }: OwnRecord, waitMs: number): Promise<void> {
  const lock = await ledger.work.lock(`session-${name}`, waitMs);
  if (lock === null) throw new HxError("busy", "another process captures this session now", { hints: [`hx erase ${shown}`] });
  try {
    await noteErased(ledger.trust, kept.map(({ session }) => ({ session, name })));
    for (const { session } of kept) await dropStaged(ledger, session, waitMs);
  } finally {
    await lock.release();
  }
}

export interface Erasing extends Erasure {
  readonly source: LaneSource;
}

/**
 * What erases sessions of one lane, which `ledger` writes: their author's wraps go, with tombstones, and a sealed item tells the author's
 * other devices which session of the agent it was.
 * @param to X-Wing public key of the author
 */
export async function erasureAdditions(ledger: WritableLedger, identity: UnlockedIdentity, to: Uint8Array, erasing: readonly Erasing[]): Promise<Additions> {
  const removed: RemovedWrap[] = [];
  const items: Uint8Array[] = [];
  for (const { source, session, name } of erasing) {
    for (const path of await authorWraps(ledger, source, session)) {
      const entry = source.keys === null ? null : await entryAt(source.store, source.keys, path);
      if (entry !== null) removed.push({ path, tombstone: tombstoneFor(ledger, identity, path, await source.store.readBlob(entry.oid), ERASED) });
    }
    items.push(sealItem(ledger.crypto, [to, to], { repo: ledger.repo, lane: ledger.lane.publicKey }, erasureBody({ session, name })));
  }
  return { items, wraps: new Map(), removed };
}

/** Where the wraps of a session to its author lie: one for each key chain. */
async function authorWraps(ledger: Pick<Ledger, "crypto" | "repo">, source: LaneSource, session: SessionId): Promise<readonly string[]> {
  const { parts } = await sessionParts(source.store, ledger, source.publicKey, source.tree, session);
  return [...new Set(parts.map(({ chain }) => chain))].map((chain) => wrapPath(authorWrapId(ledger.crypto.hashes, session, chain)));
}
