import { HxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { Covering } from "../../domain/sharing/sharing.ts";
import type { Opening } from "../../domain/verdict.ts";
import { isKeyedWrap } from "../../format/keyed-wrap.ts";
import { wrapPath } from "../../format/paths.ts";
import { openShareWrap, partKeysOf, sharePieces, shareWrapId, type ShareRecipient } from "../../format/sharing/share-wrap.ts";
import { checkCommitment } from "../lane/part-reader.ts";
import type { SessionParts } from "../lane/manifests.ts";
import { entryAt } from "../lane/tree.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { factsOf, type OpenedSession } from "../read/open-session.ts";
import type { Judged, Knowledge } from "./evidence.ts";
import { shareKeyPathOf } from "./given-wraps.ts";

/** A wrap that should open with a key of the reader. */
interface FoundWrap {
  readonly covering: Covering;
  /** Number of the first part of the piece. */
  readonly first: number;
  readonly seed: Uint8Array;
  readonly bytes: Uint8Array;
  /** The wrap of the share key that it is under. */
  readonly shareKey?: Uint8Array;
}

/** An opening whose wraps were found. Nothing is opened yet. */
export interface SealedShare {
  readonly opening: Opening;
  readonly session: SessionId;
  readonly source: LaneSource;
  readonly parts: SessionParts;
  readonly wraps: readonly FoundWrap[];
}

export interface OpenedShare {
  /** Of the parts that opened, alone. */
  readonly opened: OpenedSession;
  /** Numbers of the parts that were not shared. */
  readonly locked: readonly number[];
}

/**
 * The openings of a verdict for which there are wraps to the reader, the best first. Looks, and opens nothing: an access entry
 * for what cannot be opened would be a lie.
 */
export async function sealedShares(known: Knowledge, session: SessionId, { verdict, found }: Judged): Promise<readonly SealedShare[]> {
  const shares: SealedShare[] = [];
  for (const opening of found === null ? [] : verdict.openings) {
    if (found === null) continue;
    const wraps: FoundWrap[] = [];
    for (const covering of opening.parts) wraps.push(...(await wrapsOf(known, session, covering)));
    if (wraps.length > 0) shares.push({ opening, session, ...found, wraps });
  }
  return shares;
}

/** How many parts an opening covers. */
export function partsShared({ parts }: Opening): number {
  return new Set(parts.flatMap(({ parts: { first, count } }) => Array.from({ length: count - first }, (_, i) => first + i))).size;
}

/** @throws HxError `no-key` for who may read and has no wrap: the author's client makes it when it is unlocked next */
export function needWraps(shares: readonly SealedShare[], session: SessionId): readonly SealedShare[] {
  if (shares.length > 0) return shares;
  throw new HxError("no-key", `session '${session}' is shared with you, and its keys are not sealed to your newest key yet: its author's next unlocked sync does that`, { hints: ["hx sync"] });
}

/**
 * Opens the part keys, holds them against the commitments, and reads what the newest of these parts says of the session.
 * The access entry must have been acknowledged by then.
 * @throws HxError `not-recipient`, `wrap-invalid`, `commitment-invalid`
 */
export function openShare({ ledger }: Pick<Knowledge, "ledger">, { session, source, parts, wraps }: SealedShare): OpenedShare {
  const place = { crypto: ledger.crypto, compressor: ledger.compressor, repo: ledger.repo, session };
  const keys = new Map<number, Uint8Array>();
  for (const { covering, first, seed, bytes, shareKey } of wraps) {
    const plaintext = openShareWrap(ledger.crypto, seed, { repo: ledger.repo, approval: covering.statement.hash, session, first }, bytes, shareKey);
    if (plaintext === null) throw new HxError("not-recipient", `a wrap of session '${session}' does not open with the key to which it was approved`);
    for (const [n, key] of partKeysOf(covering.parts, { first, plaintext })) {
      const record = parts.parts[n];
      if (record === undefined) throw new HxError("wrap-invalid", `a wrap of session '${session}' is for part ${n}, which it does not have`);
      checkCommitment(place, record, key);
      keys.set(n, key);
    }
  }
  const readable = parts.parts.filter(({ n }) => keys.has(n));
  const numbers = new Set(readable.flatMap(({ segments }) => segments.map(({ number }) => number)));
  const shown = { ...parts, parts: readable, segments: new Map([...parts.segments].filter(([number]) => numbers.has(number))) };
  const locked = parts.parts.flatMap(({ n }) => (keys.has(n) ? [] : [n]));
  return { opened: { session, source, parts: shown, keys, facts: factsOf(ledger, shown, keys) }, locked };
}

/** The wraps of one statement lie in the keys ref of the lane in which the statement lies. */
async function wrapsOf(known: Knowledge, session: SessionId, covering: Covering): Promise<readonly FoundWrap[]> {
  const { statement, parts } = covering;
  const source = known.sharing.lanes.find(({ lane }) => lane === statement.place.lane);
  if (source === undefined || source.keys === null) return [];
  const blobAt = async (path: string): Promise<Uint8Array | null> => {
    const entry = source.keys === null ? null : await entryAt(source.store, source.keys, path);
    return entry === null ? null : source.store.readBlob(entry.oid);
  };
  const { hashes } = known.ledger.crypto;
  const readers = readersOf(known, covering);
  const wraps: FoundWrap[] = [];
  for (const first of sharePieces(parts)) {
    for (const { to, seed } of readers) {
      const bytes = await blobAt(wrapPath(shareWrapId(hashes, statement.said.tag, session, to, first)));
      const shareKey = bytes !== null && isKeyedWrap(bytes) ? await blobAt(shareKeyPathOf(known.ledger.crypto, covering, to)) : undefined;
      if (bytes === null || shareKey === null) continue;
      wraps.push({ covering, first, seed, bytes, ...(shareKey === undefined ? {} : { shareKey }) });
      break;
    }
  }
  return wraps;
}

/** Keys of the reader to which a wrap may be, the newest first. */
function readersOf({ acting }: Knowledge, { statement }: Covering): readonly { readonly to: ShareRecipient; readonly seed: Uint8Array }[] {
  const { team, audience } = statement.said;
  const keys =
    audience === "team"
      ? acting.teamKeys.flatMap((key) => (key.team === team ? [{ to: { team, epoch: key.epoch }, seed: key.seed }] : []))
      : acting.personKeys.map(({ epoch, seed }) => ({ to: { person: acting.person, epoch }, seed }));
  return keys.toSorted((a, b) => b.to.epoch - a.to.epoch);
}
