import type { RepoId, SessionId } from "../../domain/ids.ts";
import { MAX_SEGMENTS, type PartRecord, type SegmentEntry } from "../../format/part-record.ts";
import type { Compressor, Effort } from "../../ports/compressor.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { openPart } from "../lane/part-reader.ts";
import { SegmentSealer } from "../lane/segment-sealer.ts";

/** Sealed bytes up to which a part is folded; beyond it is published as it was staged. */
const FOLD_MOST = 4 << 20;
/** Sealed bytes of a part, and of a whole publication, up to which it is compressed as well as can be (about 1 MB raw a second). */
const BEST_PART = 192 << 10;
const BEST_ALL = 512 << 10;

/** How much of the effort "best" a publication has left. */
export interface FoldBudget {
  best: number;
}

export const newBudget = (): FoldBudget => ({ best: BEST_ALL });

export interface FoldDeps {
  readonly crypto: Crypto;
  readonly compressor: Compressor;
  readonly repo: RepoId;
  readonly session: SessionId;
  readonly read: (segment: number) => Promise<Uint8Array>;
}

export interface FoldedSegment {
  readonly entry: SegmentEntry;
  readonly blob: Uint8Array;
}

/**
 * Seals what many captures staged of a part anew, as one stream. What was staged never left this machine, so
 * nobody sees two ciphertexts of one place.
 * @returns the new segments, or null when the part is better left as it is
 */
export async function foldPart(
  deps: FoldDeps,
  record: PartRecord,
  key: Uint8Array,
  budget: FoldBudget,
): Promise<readonly FoldedSegment[] | null> {
  const sealed = record.segments.reduce((sum, segment) => sum + segment.length, 0);
  const first = record.segments[0];
  const effort: Effort = sealed <= BEST_PART && sealed <= budget.best ? "best" : "normal";
  if (first === undefined || sealed > FOLD_MOST || (effort === "normal" && record.segments.length === 1)) return null;
  if (effort === "best") budget.best -= sealed;
  const blobs: Uint8Array[] = [];
  const sealer = new SegmentSealer({ ...deps, write: async (_, blob) => void blobs.push(blob) }, { n: record.n, key }, first.number, effort);
  for await (const plain of openPart(deps, record, key, deps.read)) await sealer.put(plain);
  const segments = await sealer.finish();
  if (segments.length > MAX_SEGMENTS) return null;
  return segments.flatMap((entry, i) => {
    const blob = blobs[i];
    return blob === undefined ? [] : [{ entry, blob }];
  });
}
