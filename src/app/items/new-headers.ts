import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { ItemId, Oid } from "../../domain/ids.ts";
import { parseCommit } from "../../format/commit.ts";
import { decodeEnvelope, openEnvelope } from "../../format/envelope.ts";
import { decodeHeader, openBody, type LaneHead } from "../../format/header.ts";
import { bodyPath, HEADER_PATH, parseLanePath } from "../../format/paths.ts";
import { directoryAt, entryAt } from "../lane/tree.ts";
import type { LaneTrust } from "../lane/trust.ts";
import type { Ledger } from "../ledger.ts";
import type { LaneSource } from "../read/lane-source.ts";
import type { Spot } from "./index-file.ts";

/** What one commit of a lane adds, as far as the index of items asks. */
export interface NewHeader {
  readonly seq: number;
  /** Whether this is the header with that `seq` that the trust state holds. */
  readonly isVerified: boolean;
  readonly items: readonly Spot[];
  readonly named: readonly LaneHead[];
}

/**
 * The commits of a lane that are new since `after`, oldest first; `base` is `after`, or null when the lane does not build on it.
 * Nothing but the parents is read.
 */
export async function newCommits({ store, head }: LaneSource, after: Oid | null): Promise<{ readonly commits: readonly Oid[]; readonly base: Oid | null }> {
  const commits: Oid[] = [];
  let at: Oid | null = head;
  while (at !== null && at !== after) {
    commits.push(at);
    at = parseCommit(await store.readCommit(at)).parents[0] ?? null;
  }
  return { commits: commits.reverse(), base: at };
}

/**
 * Reads the header of one commit and what its body lists. It is the verified one, or the lane's key has signed it.
 * @throws HxError `signature-invalid`, `lane-invalid`, `encoding-invalid`, `too-new`, `missing-object`
 */
export async function readNewHeader(ledger: Pick<Ledger, "crypto">, source: LaneSource, trust: LaneTrust | null, oid: Oid): Promise<NewHeader> {
  const { store, publicKey } = source;
  const { hashes, signer } = ledger.crypto;
  const commit = parseCommit(await store.readCommit(oid));
  const entry = await entryAt(store, commit.tree, HEADER_PATH);
  if (entry === null) throw new HxError("lane-invalid", `a commit of lane '${source.lane}' has no header`);
  const envelope = await store.readBlob(entry.oid);
  const header = decodeHeader(decodeEnvelope(envelope, "hx/header/v1").payload);
  const isVerified = trust?.chain[header.seq] === toHex(hashes.h(envelope));
  if (!isVerified) openEnvelope(envelope, "hx/header/v1", (message, signature) => signer.verify(publicKey, message, signature));
  if (!equal(header.lane, publicKey)) throw new HxError("lane-invalid", `a header in lane '${source.lane}' is that of another`);
  const listed = new Map((await directoryAt(store, commit.tree, "b")).map((piece) => [`b/${piece.name}`, piece.oid]));
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < header.body.n; i++) {
    const piece = listed.get(bodyPath(i));
    if (piece === undefined) throw new HxError("lane-invalid", `'${bodyPath(i)}' is missing`);
    pieces.push(await store.readBlob(piece));
  }
  const { batch, heads } = openBody(hashes.h, header, pieces);
  const ids = batch.flatMap(({ path }): ItemId[] => {
    const place = parseLanePath(path);
    return place?.kind === "item" ? [place.id] : [];
  });
  return { seq: header.seq, isVerified, items: ids.map((id) => ({ id, seq: header.seq, head: header.head.n, day: commit.day })), named: heads };
}
