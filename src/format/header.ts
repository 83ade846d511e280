import { compare, concat, equal, utf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { LaneId, RepoId, WorkspaceId } from "../domain/ids.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborInput, CborMap, CborValue } from "./cbor.ts";
import { asBytes, asInt, asList, asText, bad, bytesField, checkVersion, intField, listField, mapField, optionalBytesField, rising, suiteField } from "./fields.ts";
import { idBytes, labelled, laneIdBytes, laneIdFrom, repoField, workspaceField } from "./ids.ts";
import { parseLanePath } from "./paths.ts";
import { cutPieces, joinPieces } from "./pieces.ts";
import type { Hash } from "./primitives.ts";

/** The feature level that this program writes and knows. */
export const LEVEL = 1;

/** A number and a hash: of pieces, of a statement, of a chain of part records. */
export interface Numbered {
  readonly n: number;
  readonly hash: Uint8Array;
}

export interface Certificate {
  readonly epoch: number;
  readonly signature: Uint8Array;
}

/** docs/spec/lane.md, "Header". */
export interface Header {
  readonly suite: number;
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** Public key of the lane. */
  readonly lane: Uint8Array;
  readonly eraser: Uint8Array;
  readonly certificate: Certificate;
  readonly seq: number;
  /** Hash of the envelope of the header before; absent at seq 0. */
  readonly previous?: Uint8Array;
  readonly body: Numbered;
  readonly state: Uint8Array;
  /** Counter of the keys ref that belongs to this push. */
  readonly keys: number;
  /** Newest statement of the workspace chain that the writer had verified. */
  readonly head: Numbered;
  readonly level: number;
}

export function headerPayload(header: Header): CborInput {
  return {
    v: 1,
    suite: header.suite,
    ws: idBytes(header.workspace),
    repo: idBytes(header.repo),
    lane: header.lane,
    eraser: header.eraser,
    cert: { epoch: header.certificate.epoch, sig: header.certificate.signature },
    seq: header.seq,
    prev: header.previous,
    body: [header.body.n, header.body.hash],
    state: header.state,
    keys: header.keys,
    head: [header.head.n, header.head.hash],
    level: header.level,
  };
}

/** @throws HxError `encoding-invalid`, or `too-new` for a version, suite or level that is not known. */
export function decodeHeader(payload: Uint8Array): Header {
  const map = decodeCborMap(payload);
  checkVersion(map, "header");
  const previous = optionalBytesField(map, "prev", 32);
  const header: Header = {
    suite: suiteField(map),
    workspace: workspaceField(map, "ws"),
    repo: repoField(map, "repo"),
    lane: bytesField(map, "lane", 32),
    eraser: bytesField(map, "eraser", 32),
    certificate: certificateOf(mapField(map, "cert")),
    seq: intField(map, "seq"),
    ...(previous === undefined ? {} : { previous }),
    body: numbered(listField(map, "body", 2), "body"),
    state: bytesField(map, "state", 32),
    keys: intField(map, "keys"),
    head: numbered(listField(map, "head", 2), "head"),
    level: intField(map, "level"),
  };
  if ((header.seq === 0) !== (previous === undefined)) throw bad("prev", "absent at seq 0 and there after it");
  if (header.body.n === 0) throw bad("body", "at least one piece");
  if (header.level > LEVEL) throw new HxError("too-new", `the lane has feature level ${header.level}, this program knows ${LEVEL}`);
  if (header.level === 0) throw bad("level", "at least 1");
  return header;
}

export function certificateOf(map: CborMap): Certificate {
  return { epoch: intField(map, "epoch"), signature: bytesField(map, "sig", 64) };
}

function numbered(pair: readonly CborValue[], key: string): Numbered {
  return { n: asInt(pair[0], key), hash: asBytes(pair[1], key, 32) };
}

/** What the membership signing key signs to certify a lane. */
export function certificateMessage(workspace: WorkspaceId, repo: RepoId, lane: Uint8Array, eraser: Uint8Array): Uint8Array {
  return labelled("hx/cert/v1", encodeCbor([idBytes(workspace), idBytes(repo), lane, eraser]));
}

export interface BatchEntry {
  readonly path: string;
  readonly hash: Uint8Array;
}

export interface LaneHead {
  readonly lane: LaneId;
  readonly seq: number;
  /** Hash of that header's envelope. */
  readonly hash: Uint8Array;
}

/** docs/spec/lane.md: what a commit added or replaced, and the heads of other lanes that changed. */
export interface Body {
  readonly batch: readonly BatchEntry[];
  readonly heads: readonly LaneHead[];
}

/** The pieces `b/0`, `b/1`, …, sorted as the format wants. */
export function encodeBody(body: Body): Uint8Array[] {
  const batch = body.batch.map((entry) => ({ ...entry, order: utf8(entry.path) })).sort((a, b) => compare(a.order, b.order));
  const heads = body.heads.map((head) => ({ ...head, id: laneIdBytes(head.lane) })).sort((a, b) => compare(a.id, b.id));
  return cutPieces(encodeCbor({ batch: batch.map(({ path, hash }) => [path, hash]), heads: heads.map(({ id, seq, hash }) => [id, seq, hash]) }));
}

/** @throws HxError `encoding-invalid`, also for entries that are not sorted, repeated, or outside the grammar. */
export function decodeBody(pieces: readonly Uint8Array[]): Body {
  const map = decodeCborMap(joinPieces(pieces));
  const batch = listField(map, "batch").map(batchEntry);
  const heads = listField(map, "heads").map(laneHead);
  rising(batch.map(({ path }) => utf8(path)), "batch");
  rising(heads.map(({ lane }) => laneIdBytes(lane)), "heads");
  return { batch, heads };
}

/** What the header says of its body. */
export function bodyDigest(h: Hash, pieces: readonly Uint8Array[]): Numbered {
  return { n: pieces.length, hash: h(concat(...pieces)) };
}

/** Checks the pieces against the header, then decodes them. @throws HxError `encoding-invalid` */
export function openBody(h: Hash, header: Header, pieces: readonly Uint8Array[]): Body {
  const digest = bodyDigest(h, pieces);
  if (digest.n !== header.body.n || !equal(digest.hash, header.body.hash)) throw bad("body", "what the header committed to");
  return decodeBody(pieces);
}

function batchEntry(value: CborValue): BatchEntry {
  const [path, hash] = asList(value, "batch", 2);
  const entry = { path: asText(path, "batch"), hash: asBytes(hash, "batch", 32) };
  const parsed = parseLanePath(entry.path);
  if (parsed === null || parsed.kind === "header" || parsed.kind === "body") throw bad("batch", "a list of paths of a lane");
  return entry;
}

function laneHead(value: CborValue): LaneHead {
  const [lane, seq, hash] = asList(value, "heads", 3);
  return { lane: laneIdFrom(asBytes(lane, "heads", 16)), seq: asInt(seq, "heads"), hash: asBytes(hash, "heads", 32) };
}
