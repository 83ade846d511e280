import { HxError } from "../../domain/errors.ts";
import type { LaneId, Oid } from "../../domain/ids.ts";
import { parseCommit, type SessionsCommit } from "../../format/commit.ts";
import { openEnvelope } from "../../format/envelope.ts";
import { decodeHeader, type Header } from "../../format/header.ts";
import { HEADER_PATH } from "../../format/paths.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { entryAt } from "./tree.ts";

/** The head of a lane: its commit, and the header in it. */
export interface LaneHead {
  readonly oid: Oid;
  readonly commit: SessionsCommit;
  readonly header: Header;
  /** The envelope's bytes. */
  readonly envelope: Uint8Array;
}

/** Reads and verifies the header of one commit of a lane. @throws HxError `lane-invalid`, `signature-invalid` */
export async function readLaneHead(store: ObjectReader, crypto: Crypto, lane: LaneId, publicKey: Uint8Array, oid: Oid): Promise<LaneHead> {
  const commit = parseCommit(await store.readCommit(oid));
  const entry = await entryAt(store, commit.tree, HEADER_PATH);
  if (entry === null) throw new HxError("lane-invalid", `a commit of lane '${lane}' has no header`);
  const envelope = await store.readBlob(entry.oid);
  const { payload } = openEnvelope(envelope, "hx/header/v1", (message, signature) => crypto.signer.verify(publicKey, message, signature));
  return { oid, commit, header: decodeHeader(payload), envelope };
}
