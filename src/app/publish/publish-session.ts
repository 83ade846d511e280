import { fromHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { SUITE } from "../../format/fields.ts";
import type { BatchEntry } from "../../format/header.ts";
import { manifestPayload } from "../../format/manifest.ts";
import { chainHash, CHAIN_START, decodePartRecord, encodePartRecord, type PartRecord } from "../../format/part-record.ts";
import { manifestPath, partPath, segmentPath, sessionPath } from "../../format/paths.ts";
import type { ObjectBatch } from "../../ports/git.ts";
import { SessionIndexes, type SessionIndex } from "../capture/session-index.ts";
import type { WritableLedger } from "../ledger.ts";
import { manifestOf } from "../lane/manifests.ts";
import { directoryAt } from "../lane/tree.ts";
import type { ClosedSession } from "./close-stage.ts";
import { foldPart, type FoldBudget } from "./fold.ts";

/** What a commit adds to the lane. */
export interface Added {
  readonly oids: Map<string, Oid>;
  readonly batch: BatchEntry[];
  /** Bytes of all of them. */
  bytes: number;
}

/** Folds the closed parts of one session, writes their blobs into the work repository, and signs the manifest. */
export async function publishSession(
  ledger: WritableLedger,
  batch: ObjectBatch,
  laneTree: Oid | null,
  closed: ClosedSession,
  index: SessionIndex | null,
  budget: FoldBudget,
  added: Added,
): Promise<void> {
  const { h } = ledger.crypto.hashes;
  const add = async (path: string, bytes: Uint8Array): Promise<Oid> => {
    const oid = await batch.writeBlob(bytes);
    added.oids.set(path, oid);
    added.batch.push({ path, hash: h(bytes) });
    added.bytes += bytes.length;
    return oid;
  };
  let { count, hash: chain } = await publishedParts(ledger, laneTree, closed);
  if (Math.min(...closed.parts.keys()) !== count) {
    // The local work files were older than the lane, or the stage lost a part. What is staged does not follow what is
    // published: it is dropped with the index, and the next capture takes the session from the agent's files anew.
    await new SessionIndexes(ledger.work, ledger.crypto.hashes).forget(closed.session);
    return;
  }
  for (const number of [...closed.parts.keys()].sort((a, b) => a - b)) {
    if (number !== count) throw new HxError("internal", `part ${number} of session '${closed.session}' does not follow part ${count - 1}`);
    const staged = decodePartRecord(await ledger.stage.readBlob(required(closed.parts.get(number), partPath(closed.session, number))));
    const record = await publishPart(ledger, closed, index, staged, budget, add);
    const bytes = encodePartRecord(record);
    await add(partPath(closed.session, number), bytes);
    chain = chainHash(h, chain, h(bytes));
    count += 1;
  }
  const payload = manifestPayload({
    suite: SUITE,
    repo: ledger.repo,
    lane: ledger.lane.publicKey,
    session: closed.session,
    kind: "original",
    parts: { count, hash: chain },
  });
  await add(manifestPath(closed.session), signEnvelope("hx/manifest/v1", payload, (message) => ledger.crypto.signer.sign(ledger.lane.seed, message)));
}

async function publishedParts(ledger: WritableLedger, laneTree: Oid | null, closed: ClosedSession): Promise<{ count: number; hash: Uint8Array }> {
  const entries = await directoryAt(ledger.repository.store, laneTree, sessionPath(closed.session));
  const manifest = entries.find(({ name }) => name === "m");
  if (manifest === undefined) return { count: 0, hash: CHAIN_START };
  return manifestOf(ledger, await ledger.repository.store.readBlob(manifest.oid), ledger.lane.publicKey, closed.session).parts;
}

async function publishPart(
  ledger: WritableLedger,
  closed: ClosedSession,
  index: SessionIndex | null,
  staged: PartRecord,
  budget: FoldBudget,
  add: (path: string, bytes: Uint8Array) => Promise<Oid>,
): Promise<PartRecord> {
  const read = (segment: number): Promise<Uint8Array> => ledger.stage.readBlob(required(closed.segments.get(segment), segmentPath(closed.session, segment)));
  const closing = index?.closing.find(({ part }) => part === staged.n);
  if (closing !== undefined) {
    const deps = { crypto: ledger.crypto, compressor: ledger.compressor, repo: ledger.repo, session: closed.session, read };
    const folded = await foldPart(deps, staged, fromHex(closing.key), budget);
    if (folded !== null) {
      for (const { entry, blob } of folded) await add(segmentPath(closed.session, entry.number), blob);
      return { ...staged, segments: folded.map(({ entry }) => entry) };
    }
  }
  for (const { number } of staged.segments) await add(segmentPath(closed.session, number), await read(number));
  return staged;
}

function required(oid: Oid | undefined, path: string): Oid {
  if (oid === undefined) throw new HxError("io-failed", `'${path}' is missing from what was staged`, { hints: ["hx doctor"] });
  return oid;
}
