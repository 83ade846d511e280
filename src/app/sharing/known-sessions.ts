import { isHxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "../read/author-keys.ts";
import { Catalog } from "../sessions/catalog.ts";
import { sharedSession, type SharedSession } from "./approve.ts";
import { openOwnSessions, openWhatOpens, type OwnOpened, type OwnSession } from "./open-sessions.ts";

/** An own session, as far as one must know it to approve it: nothing of its content. */
export interface OwnKnown extends OwnSession {
  /** Of the newest part. */
  readonly facts: PrivateFacts;
  readonly shared: SharedSession;
}

/**
 * What is noted of these sessions in this clone, and of the others what they say once they are opened; that is noted then. In the order given.
 * @param person of whose sessions notes are made: not of somebody who departed
 */
export async function knownSessions(ledger: Ledger, person: PersonId, sessions: readonly OwnSession[]): Promise<readonly OwnKnown[]> {
  const own = sessions.find(({ author }) => author.person === person)?.author;
  const catalog = own === undefined ? null : new Catalog(ledger, own);
  const noted = await Promise.all(sessions.map((one) => (catalog === null ? null : notedIn(catalog, one))));
  const opened = await openOwnSessions(ledger, sessions.filter((_, i) => noted[i] === null));
  // Git answers many lookups together, and one after the other slowly.
  const rest = await Promise.all(opened.map(async ({ opened: session, ...one }): Promise<OwnKnown> => {
    const shared = catalog === null ? sharedSession(session) : await note(catalog, { ...one, opened: session });
    return { ...one, facts: session.facts, shared };
  }));
  await catalog?.save();
  let next = 0;
  return noted.flatMap((one) => one ?? rest[next++] ?? []);
}

/** Opens what this clone has no note of, so that a share of it need not, and forgets what is gone. What does not open is left to whoever reads it. */
export async function noteOwnSessions(ledger: Ledger, author: Author, sessions: readonly OwnSession[]): Promise<void> {
  const catalog = new Catalog(ledger, author);
  await catalog.keepOnly(sessions);
  const noted = await Promise.all(sessions.map((own) => notedIn(catalog, own)));
  const unknown = sessions.filter((_, i) => noted[i] === null);
  const opened = await openWhatOpens(ledger, unknown);
  await Promise.all(opened.map(async (one, i) => {
    const own = unknown[i];
    if (own !== undefined && !isHxError(one)) await note(catalog, { ...own, opened: one });
  }));
  await catalog.save();
}

async function note(catalog: Catalog, { source, session, opened }: OwnOpened): Promise<OwnKnown["shared"]> {
  const { facts, parts: { parts, manifest } } = opened;
  const shared = sharedSession(opened);
  await catalog.put(source, session, { facts, parts: parts.length, kind: manifest.kind }, shared);
  return shared;
}

async function notedIn(catalog: Catalog, own: OwnSession): Promise<OwnKnown | null> {
  const noted = await catalog.handedOn(own.source, own.session);
  if (noted === null) return null;
  const { facts, keys, last } = noted;
  return { ...own, facts, shared: { session: own.session, lane: own.source.publicKey, first: 0, keys, last } };
}
