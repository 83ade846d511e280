import { HxError } from "../../domain/errors.ts";
import type { Oid, RefName } from "../../domain/ids.ts";
import { commitDay, parseCommit } from "../../format/commit.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { SUITE } from "../../format/fields.ts";
import { keysHeaderPayload } from "../../format/keys-header.ts";
import { HEADER_PATH, keysRef } from "../../format/paths.ts";
import type { ObjectBatch, RefUpdate } from "../../ports/git.ts";
import { readKeysHeader } from "../lane/keys.ts";
import { treeState, type StateCache } from "../lane/state.ts";
import { editTree } from "../lane/tree.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Adding } from "./additions.ts";
import type { ClosedStage } from "./close-stage.ts";

export interface KeysChange {
  readonly closed: ClosedStage | null;
  readonly adding: Adding;
  /** Of the header that it is made with. */
  readonly seq: number;
  readonly cache: StateCache;
}

/** Adds wraps to the keys ref, and takes away those that are removed; it is replaced as a whole, with a higher counter. */
export async function replaceKeys(ledger: WritableLedger, batch: ObjectBatch, change: KeysChange): Promise<{ counter: number; updates: RefUpdate[] }> {
  const { crypto, lane } = ledger;
  const { closed, adding } = change;
  const ref: RefName = keysRef(lane.id);
  const former = await ledger.repository.store.read(ref);
  const current = former === null ? null : await readKeysCommit(ledger, former);
  if (current !== null && (closed === null || closed.wraps.size === 0) && adding.keys.size === 0) return { counter: current.counter, updates: [] };
  const files = new Map<string, Oid | null>([[HEADER_PATH, null]]);
  for (const [path, oid] of closed?.wraps ?? []) files.set(path, await batch.writeBlob(await ledger.stage.readBlob(oid)));
  for (const [path, bytes] of adding.keys) files.set(path, bytes === null ? null : await batch.writeBlob(bytes));
  const list = await editTree(batch, current?.tree ?? null, files);
  const counter = (current?.counter ?? 0) + 1;
  const payload = keysHeaderPayload({
    suite: SUITE,
    repo: ledger.repo,
    lane: lane.publicKey,
    counter,
    seq: change.seq,
    list: await treeState(batch, crypto.hashes.h, list, change.cache),
  });
  const header = signEnvelope("hx/keys/v1", payload, (message) => crypto.signer.sign(lane.seed, message));
  const tree = await editTree(batch, list, new Map([[HEADER_PATH, await batch.writeBlob(header)]]));
  if (tree === null) throw new HxError("internal", "a keys commit without a tree");
  const commit = await batch.writeCommit({ tree, parents: [], day: commitDay(ledger.clock.now(), current?.day) });
  return { counter, updates: [{ ref, from: former, to: commit }] };
}

async function readKeysCommit(ledger: WritableLedger, oid: Oid): Promise<{ tree: Oid; day: number; counter: number }> {
  const commit = parseCommit(await ledger.repository.store.readCommit(oid));
  const header = await readKeysHeader(ledger.repository.store, ledger.crypto, ledger.lane.publicKey, commit.tree);
  return { tree: commit.tree, day: commit.day, counter: header.counter };
}
