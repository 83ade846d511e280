import { compare, equal, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { Oid, RepoId, SessionId } from "../../domain/ids.ts";
import type { BatchEntry, Body } from "../../format/header.ts";
import { itemIdOf } from "../../format/ids.ts";
import { ITEM_LENGTH } from "../../format/item.ts";
import { manifestPath, parseLanePath, segmentPath, sessionPath } from "../../format/paths.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { manifestOf, partsIn } from "./manifests.ts";
import { checkSegmentBytes } from "./segment-bytes.ts";
import { changesOf, directoryAt, entryAt, type Change } from "./tree.ts";

interface LanePlace {
  readonly crypto: Crypto;
  readonly repo: RepoId;
  readonly lane: Uint8Array;
  readonly wholeSegments: boolean;
}

/** Every blob that is not a segment is shorter. */
const SMALL = 4096;

/**
 * What really changed between two trees of a lane: within the grammar, only added to, and exactly what the signed body says.
 * @throws HxError `lane-invalid` and what manifests and part records throw
 */
export async function verifyBatch(store: ObjectReader, place: LanePlace, before: Oid | null, after: Oid, body: Body, pieces: number): Promise<void> {
  const actual: BatchEntry[] = [];
  const sessions = new Set<SessionId>();
  for await (const change of changesOf(store, before, after)) {
    const path = parseLanePath(change.path);
    if (path === null) throw invalid(`'${change.path}' may not lie in a lane`);
    if (path.kind === "header") continue;
    if (path.kind === "body") {
      if (change.after !== null && path.number >= pieces) throw invalid(`'${change.path}' is not a piece of the body`);
      continue;
    }
    if (change.after === null) throw invalid(`'${change.path}' was removed`);
    if (change.before !== null && path.kind !== "manifest") throw invalid(`'${change.path}' was changed`);
    if (path.kind === "segment") await checkSegment(store, change.path, change.after);
    else actual.push({ path: change.path, hash: await smallBlob(store, place, change, path.kind === "item") });
    if (path.kind !== "item") sessions.add(path.session);
  }
  for (const session of sessions) actual.push(...(await changedSession(store, place, before, after, session)));
  compareBatch(actual, body.batch);
}

/** A segment that is present is larger than what a filter leaves out. Its bytes are checked when it is opened. */
async function checkSegment(store: ObjectReader, path: string, oid: Oid): Promise<void> {
  const info = await store.info(oid);
  if (info !== null && (info.type !== "blob" || info.size <= SMALL)) throw invalid(`'${path}' is not a segment`);
}

async function smallBlob(store: ObjectReader, place: LanePlace, change: Change, isItem: boolean): Promise<Uint8Array> {
  if (change.after === null) throw invalid(`'${change.path}' was removed`);
  const bytes = await store.readBlob(change.after);
  if (bytes.length >= SMALL) throw invalid(`'${change.path}' has ${bytes.length} bytes`);
  if (isItem && (bytes.length !== ITEM_LENGTH || !change.path.endsWith(`/${itemIdOf(place.crypto.hashes, bytes)}`))) throw invalid(`'${change.path}' is not an item`);
  return place.crypto.hashes.h(bytes);
}

/** The new segments of a session, after its manifest and parts were checked against each other and against the manifest before. */
async function changedSession(store: ObjectReader, place: LanePlace, before: Oid | null, after: Oid, session: SessionId): Promise<BatchEntry[]> {
  const path = sessionPath(session);
  const now = await partsIn(store, place, place.lane, session, await directoryAt(store, after, path));
  const formerEntry = before === null ? null : await entryAt(store, before, manifestPath(session));
  const former = formerEntry === null ? null : manifestOf(place, await store.readBlob(formerEntry.oid), place.lane, session);
  if (former !== null && former.parts.count > now.manifest.parts.count) throw invalid(`session '${session}' lost parts`);
  const fresh: BatchEntry[] = [];
  for (const part of now.parts.slice(former?.parts.count ?? 0)) {
    for (const entry of part.segments) {
      const listed = { path: segmentPath(session, entry.number), hash: entry.hash };
      const blob = now.segments.get(entry.number);
      if (place.wholeSegments && blob !== undefined) checkSegmentBytes(place.crypto.hashes.h, listed.path, entry, await store.readBlob(blob));
      fresh.push(listed);
    }
  }
  if (former !== null && fresh.length === 0 && former.parts.count === now.manifest.parts.count && !equal(former.parts.hash, now.manifest.parts.hash)) {
    throw invalid(`the parts of session '${session}' changed`);
  }
  return fresh;
}

function compareBatch(actual: BatchEntry[], signed: readonly BatchEntry[]): void {
  const sorted = actual.sort((a, b) => compare(utf8(a.path), utf8(b.path)));
  if (sorted.length !== signed.length) throw invalid(`${sorted.length} paths changed, and the header lists ${signed.length}`);
  sorted.forEach((entry, i) => {
    const said = signed[i];
    if (said === undefined || said.path !== entry.path || !equal(said.hash, entry.hash)) throw invalid(`'${entry.path}' is not what the header lists`);
  });
}

function invalid(what: string): HxError {
  return new HxError("lane-invalid", what);
}
