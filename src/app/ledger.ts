import type { LaneId, PersonId, RepoId, WorkspaceId } from "../domain/ids.ts";
import type { Certificate } from "../format/header.ts";
import type { Clock } from "../ports/clock.ts";
import type { Compressor } from "../ports/compressor.ts";
import type { Crypto } from "../ports/crypto.ts";
import type { Repository, Store } from "../ports/git.ts";
import type { WorkFiles } from "../ports/work-files.ts";
import type { CaptureScanner } from "./scan/session-scan.ts";

/** The lane that this clone writes: docs/spec/keyfile.md, "lane key". It opens nothing. */
export interface OwnLane {
  readonly id: LaneId;
  readonly publicKey: Uint8Array;
  readonly seed: Uint8Array;
  readonly eraser: Uint8Array;
  /** Absent until its author is admitted: what is captured for it waits here. */
  readonly certificate?: Certificate;
  /** X-Wing public key of the author's person key, to which `C[0]` is wrapped. */
  readonly to: Uint8Array;
  readonly person: PersonId;
  readonly epoch: number;
  /** The sealed item that ties the lane to its author; it goes into the lane's first commit. */
  readonly tie: Uint8Array;
  /** It is that of a capture-only key: no identity here certifies it anew. */
  readonly carried?: true;
}

/** What use cases on one connected repository work with. */
export interface Ledger {
  readonly repository: Repository;
  /** A bare store beside the repository, for captures that are not published yet. No push reads it. */
  readonly stage: Store;
  /** A bare store beside the repository, for lanes that were fetched. May lack segments. */
  readonly others: Store;
  /** `<git common dir>/hx/`: a cache. */
  readonly work: WorkFiles;
  /** Trust state of this repository, outside the clone: not a cache. */
  readonly trust: WorkFiles;
  readonly crypto: Crypto;
  readonly compressor: Compressor;
  readonly clock: Clock;
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
}

/** A ledger of a clone that may write. */
export interface WritableLedger extends Ledger {
  readonly lane: OwnLane;
  /** Scans what is captured for secrets. Absent: captures carry no digest. */
  readonly scanner?: CaptureScanner;
}
