import { HxError } from "../../domain/errors.ts";
import type { Oid, SessionId } from "../../domain/ids.ts";
import { SUITE } from "../../format/fields.ts";
import type { Manifest } from "../../format/manifest.ts";
import { FileLedger, PartStreamReader, type StreamRecord } from "../../format/part-stream.ts";
import { openPrivate, type PrivateFacts } from "../../format/private-block.ts";
import type { Remote, RemoteOptions } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { sessionParts, type SessionParts } from "../lane/manifests.ts";
import { openPart } from "../lane/part-reader.ts";
import type { Crew } from "../../ports/crypto.ts";
import { authorPartKeys, type Author } from "./author-keys.ts";
import type { LaneSource } from "./lane-source.ts";

/** A session whose keys are at hand. */
export interface OpenedSession {
  readonly session: SessionId;
  readonly source: LaneSource;
  readonly parts: SessionParts;
  readonly keys: ReadonlyMap<number, Uint8Array>;
  /** Of the newest part. */
  readonly facts: PrivateFacts;
}

/** Opens an own session: its parts are checked against the manifest, its keys against their commitments. */
export async function openOwnSession(ledger: Ledger, author: Author, source: LaneSource, session: SessionId, crew?: Crew): Promise<OpenedSession> {
  const parts = await sessionParts(source.store, ledger, source.publicKey, source.tree, session, crew);
  const keys = await authorPartKeys(ledger, author, source, parts, parts.parts, crew);
  return { session, source, parts, keys, facts: factsOf(ledger, parts, keys) };
}

/** What is known of a session without its content. */
export interface OwnFacts {
  readonly facts: PrivateFacts;
  readonly parts: number;
  readonly kind: Manifest["kind"];
}

/** What the newest part says of a session; opens nothing else. */
export async function ownFacts(ledger: Ledger, author: Author, source: LaneSource, session: SessionId): Promise<OwnFacts> {
  const parts = await sessionParts(source.store, ledger, source.publicKey, source.tree, session);
  const newest = parts.parts.at(-1);
  const keys = await authorPartKeys(ledger, author, source, parts, newest === undefined ? [] : [newest]);
  return { facts: factsOf(ledger, parts, keys), parts: parts.parts.length, kind: parts.manifest.kind };
}

/** What the newest of these parts says. */
export function factsOf(ledger: Ledger, { session, parts }: SessionParts, keys: ReadonlyMap<number, Uint8Array>): PrivateFacts {
  const newest = parts.at(-1);
  const key = newest === undefined ? undefined : keys.get(newest.n);
  if (newest === undefined || key === undefined) throw new HxError("lane-invalid", `session '${session}' has no parts`);
  return openPrivate(ledger.crypto.aead, ledger.crypto.hashes, key, { suite: SUITE, repo: ledger.repo, session, n: newest.n }, newest.private);
}

/** Where segments that are not here come from. */
export interface SegmentFetcher {
  readonly remote: Remote;
  readonly url: string;
  readonly options: RemoteOptions;
}

/** Fetches the segments of these sessions that a filter left out, in one go. */
export async function fetchSegments(ledger: Ledger, sessions: readonly OpenedSession[], fetcher: SegmentFetcher | null): Promise<void> {
  const missing: Oid[] = [];
  for (const { source, parts } of sessions) {
    for (const oid of parts.segments.values()) if ((await source.store.info(oid)) === null) missing.push(oid);
  }
  if (missing.length === 0) return;
  if (fetcher === null) throw new HxError("missing-object", "the content of this session is not in this clone, and no listed remote is known", { hints: ["hx sync"] });
  await fetcher.remote.fetchObjects(ledger.others, fetcher.url, missing, fetcher.options);
}

/** The records of a session, part by part; checked as a whole for holes. Segments must be here. */
export async function* sessionRecords(ledger: Ledger, opened: OpenedSession): AsyncGenerator<StreamRecord> {
  // What was shared may begin later than the session: then nobody knows what its files have before.
  const files = new FileLedger({ whole: opened.parts.parts.every((part, n) => part.n === n) });
  const place = { crypto: ledger.crypto, compressor: ledger.compressor, repo: ledger.repo, session: opened.session };
  for (const part of opened.parts.parts) {
    const key = opened.keys.get(part.n);
    if (key === undefined) throw new HxError("no-key", `no key for part ${part.n} of session '${opened.session}'`);
    const reader = new PartStreamReader(files);
    const read = (segment: number): Promise<Uint8Array> => readSegment(opened, segment);
    for await (const plain of openPart(place, part, key, read)) yield* reader.push(plain);
    reader.finish();
  }
}

async function readSegment({ parts, source, session }: OpenedSession, number: number): Promise<Uint8Array> {
  const oid = parts.segments.get(number);
  if (oid === undefined) throw new HxError("lane-invalid", `segment ${number} of session '${session}' is missing`);
  return source.store.readBlob(oid);
}
