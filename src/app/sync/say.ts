import { HxError, isHxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { keysRef, laneRef, SESSIONS_PREFIX } from "../../format/paths.ts";
import { parseCommit } from "../../format/commit.ts";
import type { Remote } from "../../ports/git.ts";
import { readKeysHeader } from "../lane/keys.ts";
import { readLaneHead } from "../lane/own-head.ts";
import type { WritableLedger } from "../ledger.ts";
import { isEmpty, toAdd, type Additions } from "../publish/additions.ts";
import { isAncestor } from "./own-lane.ts";
import { sync, type SyncOptions, type SyncResult } from "./sync.ts";

/** What became of something that was said. `sync` is null when it ended before it could tell. */
export type Spoken =
  /** The remote says by itself that it has the lane's head, in which the additions are, and the keys that belong to it. */
  | { readonly kind: "acknowledged"; readonly head: Oid; readonly sync: SyncResult | null }
  | NotSpoken;

/**
 * `published`: the additions are in the local lane, and go out with the next push. Else nothing was written.
 * `unreachable`: nobody knows whether the remote has them.
 */
export interface NotSpoken {
  readonly kind: "refused" | "unreachable";
  readonly reason: string;
  readonly published: boolean;
  readonly sync: SyncResult | null;
}

/**
 * Publishes and pushes additions with all that waits, and then asks the remote what it has: "waits for the remote's word". What
 * the remote says is all that this proves; one that lies, or is faked, is believed.
 * @throws HxError what `sync` throws but `remote-failed`, and what `toAdd` throws
 */
export async function sayAndPush(ledger: WritableLedger, remote: Remote, url: string, additions: Additions, options: Omit<SyncOptions, "additions">): Promise<Spoken> {
  const done = await attempt(() => sync(ledger, remote, url, { ...options, additions }));
  const result = done instanceof HxError ? null : done;
  const head = result?.head ?? (await headThatHas(ledger, additions));
  const not = (kind: NotSpoken["kind"], reason: string): NotSpoken => ({ kind, reason, published: head !== null, sync: result });
  if (head === null) return not("unreachable", done instanceof HxError ? done.message : `'${url}' was not reached`);
  if (result?.push.kind === "refused" || result?.push.kind === "unreachable") return not(result.push.kind, result.push.reason);
  const listed = await attempt(() => remote.list(url, SESSIONS_PREFIX, options));
  if (listed instanceof HxError) return not("unreachable", listed.message);
  const theirs = listed.get(laneRef(ledger.lane.id));
  const theirKeys = listed.get(keysRef(ledger.lane.id));
  if (theirs !== undefined && (await isAncestor(ledger, head, theirs)) && (await hasKeys(ledger, head, theirKeys))) return { kind: "acknowledged", head, sync: result };
  if (done instanceof HxError) return not("unreachable", done.message);
  return not("refused", `'${url}' does not have what was pushed to it`);
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Value | HxError> {
  try {
    return await work();
  } catch (error) {
    if (isHxError(error) && error.code === "remote-failed") return error;
    throw error;
  }
}

async function headThatHas(ledger: WritableLedger, additions: Additions): Promise<Oid | null> {
  const oid = await ledger.repository.store.read(laneRef(ledger.lane.id));
  if (oid === null) return null;
  const head = await readLaneHead(ledger.repository.store, ledger.crypto, ledger.lane.id, ledger.lane.publicKey, oid);
  return isEmpty(await toAdd(ledger, head, additions)) ? oid : null;
}

/** Another process of this clone may have pushed newer keys meanwhile: those count too. */
async function hasKeys(ledger: WritableLedger, head: Oid, theirs: Oid | undefined): Promise<boolean> {
  const { store } = ledger.repository;
  const { header } = await readLaneHead(store, ledger.crypto, ledger.lane.id, ledger.lane.publicKey, head);
  if (header.keys === 0) return true;
  if (theirs === undefined || (await store.info(theirs)) === null) return false;
  const { tree } = parseCommit(await store.readCommit(theirs));
  return (await readKeysHeader(store, ledger.crypto, ledger.lane.publicKey, tree)).counter >= header.keys;
}
