import { toHex } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import { SUITE } from "../../format/fields.ts";
import { openPrivate, type PrivateFacts } from "../../format/private-block.ts";
import type { Ledger } from "../ledger.ts";
import type { Crew } from "../../ports/crypto.ts";
import type { Author } from "../read/author-keys.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { openOwnSession, type OpenedSession } from "../read/open-session.ts";

/** Git answers the reads of so many sessions together. Two batches are under way: while git reads for one, the other is verified and opened. */
const BATCH = 64;

/** A session that one may approve, and whose it is. */
export interface OwnSession {
  readonly author: Author;
  readonly source: LaneSource;
  readonly session: SessionId;
}

export interface OwnOpened extends OwnSession {
  readonly opened: OpenedSession;
}

/** Opens many sessions with their authors' wraps: manifests, part records and wraps are read, no segment. In the order given. */
export async function openOwnSessions(ledger: Ledger, sessions: readonly OwnSession[]): Promise<readonly OwnOpened[]> {
  return openEach(ledger, sessions, async (own, crew) => ({ ...own, opened: await openOwnSession(ledger, own.author, own.source, own.session, crew) }));
}

/**
 * As `openOwnSessions`; one that does not open keeps back none of the others. An approval can name a session that is in no lane: another
 * device, or a changed client, said it.
 */
export async function openWhatOpens(ledger: Ledger, sessions: readonly OwnSession[]): Promise<readonly (OpenedSession | HxError)[]> {
  return openEach(ledger, sessions, async ({ author, source, session }, crew) => {
    try {
      return await openOwnSession(ledger, author, source, session, crew);
    } catch (error) {
      if (isHxError(error)) return error;
      throw error;
    }
  });
}

async function openEach<Opened>(ledger: Ledger, sessions: readonly OwnSession[], open: (own: OwnSession, crew: Crew) => Promise<Opened>): Promise<readonly Opened[]> {
  const crew = ledger.crypto.crew(sessions.length);
  const batches: (readonly Opened[])[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n * BATCH < sessions.length; n = next++) {
      batches[n] = await Promise.all(sessions.slice(n * BATCH, (n + 1) * BATCH).map((own) => open(own, crew)));
    }
  };
  await Promise.all([worker(), worker()]);
  return batches.flat();
}

/** What one part says of the session. @throws HxError `no-key`, `lane-invalid` */
export function factsAt(ledger: Ledger, { session, parts, keys }: OpenedSession, part: number): PrivateFacts {
  const record = parts.parts[part];
  const key = keys.get(part);
  if (record === undefined || key === undefined) throw new HxError("no-key", `no key for part ${part} of session '${session}'`);
  return openPrivate(ledger.crypto.aead, ledger.crypto.hashes, key, { suite: SUITE, repo: ledger.repo, session, n: part }, record.private);
}

/** The lanes of some authors. */
export interface AuthorLanes {
  readonly author: Author;
  readonly sources: readonly LaneSource[];
}

/** Whose lane it is, among these. @param lane public key */
export function laneAmong(all: readonly AuthorLanes[], lane: Uint8Array): { readonly author: Author; readonly source: LaneSource } | null {
  const wanted = toHex(lane);
  for (const { author, sources } of all) {
    const source = sources.find(({ publicKey }) => toHex(publicKey) === wanted);
    if (source !== undefined) return { author, source };
  }
  return null;
}
