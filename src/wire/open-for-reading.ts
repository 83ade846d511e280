import type { IdentityPorts } from "../app/identity/ports.ts";
import type { Ledger, WritableLedger } from "../app/ledger.ts";
import { joinAdditions, NO_ADDITIONS, type Additions } from "../app/publish/additions.ts";
import { fetchSegments, openOwnSession, type OpenedSession } from "../app/read/open-session.ts";
import { bestVerdict, requireShared } from "../app/sharing/choose.ts";
import type { Judged, Knowledge } from "../app/sharing/evidence.ts";
import { accessEntry, isAcknowledged, livingLease } from "../app/sharing/lease.ts";
import { needWraps, openShare, partsShared, sealedShares, type SealedShare } from "../app/sharing/open-shared.ts";
import type { WorldContext } from "../cli/world.ts";
import type { Named } from "../cli/named.ts";
import type { AttestedAccess, ReadAccess, UnreadablePart } from "../cli/world-reading.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Access, Believed } from "../domain/sharing/statement.ts";
import type { Lock } from "../ports/work-files.ts";
import type { Clone } from "./clone.ts";
import { findForReading, type FoundForReading } from "./find-for-reading.ts";
import { openHere, type Here } from "./here.ts";
import { knowledgeOf } from "./knowledge.ts";
import type { Settings } from "./settings.ts";
import { sayHere, sharingOf, speakingLane, type SharingClone } from "./sharing-clone.ts";

/** How long to wait for another process of this device that reads the same session, ms. */
const WAIT_MS = 60_000;

/** A session that is open, with all its content here. */
export interface Reading {
  readonly clone: Clone;
  readonly ledger: Ledger;
  readonly opened: OpenedSession;
  readonly access: ReadAccess;
  readonly unreadable: readonly UnreadablePart[];
}

/**
 * The one way to the content of a session. One's own opens. Somebody else's opens when the four conditions hold and a listed
 * remote has said that it has the access entry; else nothing opens.
 * @param text its id, or a beginning of it that no other has
 * @throws HxError `not-found`, `ambiguous`; `not-shared` with the conditions that do not hold; `remote-failed`; `no-key`; `busy`
 */
export async function openForReading(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, text: string): Promise<Reading> {
  const [reading] = await openAllForReading(settings, context, ports, [text]);
  if (reading === undefined) throw new HxError("internal", "nothing was opened");
  if (isHxError(reading)) throw reading;
  return reading;
}

/**
 * As `openForReading`, for several: one push has the access entries of all of them, and one fetch their content. One that does not open
 * keeps back none of the others.
 * @returns in the order of `texts`; for each that does not open, why
 * @throws HxError what concerns all of them
 */
export async function openAllForReading(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, texts: readonly string[]): Promise<readonly (Reading | HxError)[]> {
  const here = await openHere(settings, context.directory, ports, "must");
  const { clone, ledger, author } = here;
  if (author === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  const found: (FoundForReading | HxError)[] = [];
  for (const text of texts) found.push(await orError(() => findForReading(here, author, context, text)));
  const entered = await enterAll(here, context, [...new Set(found.flatMap((one) => (isHxError(one) || one.source !== null ? [] : [one.session])))].sort());
  const readings: (Reading | HxError)[] = [];
  for (const one of found) {
    readings.push(
      await orError(async () => {
        if (isHxError(one)) throw one;
        const { source, session } = one;
        if (source !== null) return { clone, ledger, opened: await openOwnSession(ledger, author, source, session), access: { class: "own" }, unreadable: [] };
        return readingOf(here, entered.get(session));
      }),
    );
  }
  await fetchContent(here, context, readings.flatMap((one) => (isHxError(one) ? [] : [one.opened])));
  return readings;
}

function readingOf({ clone, ledger }: Here, entered: Entered | HxError | undefined): Reading {
  if (entered === undefined) throw new HxError("internal", "a session that nobody judged");
  if (isHxError(entered)) throw entered;
  const { opened, locked } = openShare(entered.known, entered.share);
  return { clone, ledger, opened, access: attested(entered), unreadable: locked.map((part) => ({ part, reason: "it was not shared with you" })) };
}

async function orError<Value>(work: () => Promise<Value>): Promise<Value | HxError> {
  try {
    return await work();
  } catch (error) {
    if (isHxError(error)) return error;
    throw error;
  }
}

interface Entered {
  readonly known: Knowledge;
  readonly judged: Judged;
  readonly share: SealedShare;
  readonly lease: Believed<Access>;
}

type EnteredAll = ReadonlyMap<SessionId, Entered | HxError>;

/** Locks of the device, since a lease is one of the device: two processes at once make one entry. Taken in the order of the ids. */
async function enterAll(here: Here, context: WorldContext, sessions: readonly SessionId[]): Promise<EnteredAll> {
  if (sessions.length === 0) return new Map();
  const entered = new Map<SessionId, Entered | HxError>();
  const locks: Lock[] = [];
  try {
    for (const session of sessions) {
      const lock = await here.ledger.trust.lock(`read-${session}`, WAIT_MS);
      if (lock === null) entered.set(session, new HxError("busy", `another process opens session '${session}'`));
      else locks.push(lock);
    }
    const free = sessions.filter((session) => !entered.has(session));
    if (free.length > 0) for (const [session, one] of await withEntries(here, context, free)) entered.set(session, one);
    return entered;
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/** Judges, makes the access entries where no lease lives, waits for the remote's word, and judges once more. Opens nothing. */
async function withEntries(here: Here, context: WorldContext, sessions: readonly SessionId[]): Promise<EnteredAll> {
  const done = new Map<SessionId, Entered | HxError>();
  const leased = new Set<SessionId>();
  const local = await sharingOf(here, context, "none");
  for (const [session, looked] of await lookAll(local, sessions)) if (looked.lease?.isAcknowledged === true) leased.add(session);
  const isLeased = leased.size === sessions.length;
  const { asked, failure } = isLeased ? { asked: await sharingOf(here, context, "try"), failure: null } : await askedOf(here, context, local);
  const first = await lookAll(asked, failure === null ? sessions : sessions.filter((session) => leased.has(session)));
  if (failure !== null) for (const session of sessions) if (!first.has(session)) done.set(session, failure);
  const known = [...first.values()][0]?.known;
  if (asked.synced === null && known !== undefined) context.progress.warn(`'${asked.remote}' cannot be reached: judged by what ${ageOf(known)}`);
  const missing = new Map<SessionId, Additions>();
  for (const [session, looked] of first) {
    const one = await orError(async () => entryOrAdditions(looked, speakingLane(asked), session));
    if (!isHxError(one) && "additions" in one) missing.set(session, one.additions);
    else done.set(session, one);
  }
  if (missing.size > 0) for (const [session, one] of await leaveEntries(here, context, asked, missing)) done.set(session, one);
  return done;
}

/** Where the remote is not reached, what has a lease is read on, and nothing else. */
async function askedOf(here: Here, context: WorldContext, local: SharingClone): Promise<{ readonly asked: SharingClone; readonly failure: HxError | null }> {
  try {
    return { asked: await sharingOf(here, context, "must"), failure: null };
  } catch (error) {
    if (isHxError(error) && error.code === "remote-failed") return { asked: local, failure: error };
    throw error;
  }
}

function entryOrAdditions({ known, judged, shares, lease }: Looked, own: WritableLedger, session: SessionId): Entered | { readonly additions: Additions } {
  const held = requireShared(known, session, judged);
  const [share] = needWraps(shares, session);
  if (share === undefined) throw new HxError("internal", "no share");
  if (lease?.isAcknowledged === true) return { known, judged: held, share: lease.share, lease: lease.entry };
  // An entry that could not be pushed lies in the lane already, and goes out with the next push.
  return { additions: lease === null ? accessEntry(known, own, session, held.team, share.opening) : NO_ADDITIONS };
}

async function leaveEntries(here: Here, context: WorldContext, asked: SharingClone, missing: ReadonlyMap<SessionId, Additions>): Promise<EnteredAll> {
  context.progress.phase(missing.size === 1 ? "leaving an access entry" : `leaving ${missing.size} access entries`);
  const spoken = await sayHere(asked, joinAdditions([...missing.values()]), context.signal);
  const done = new Map<SessionId, Entered | HxError>();
  if (spoken.kind !== "acknowledged") {
    const why = spoken.sync?.waits == null ? spoken.reason : "your lane waits to be certified";
    for (const session of missing.keys()) done.set(session, new HxError("remote-failed", `the access entry could not be pushed, so nothing was opened: ${why}`, { hints: ["hx sync"] }));
    return done;
  }
  const looks = await lookAll(await sharingOf(here, context, "none"), [...missing.keys()], spoken.sync ?? asked.synced);
  for (const [session, { known, judged, shares, lease }] of looks) {
    const entered = await orError(async () => {
      const held = requireShared(known, session, judged);
      needWraps(shares, session);
      if (lease === null) throw new HxError("busy", "what may be read changed while the access entry was made, and nothing was opened: try again");
      return { known, judged: held, share: lease.share, lease: lease.entry };
    });
    done.set(session, entered);
  }
  return done;
}

interface Looked {
  readonly known: Knowledge;
  readonly judged: Judged | null;
  readonly shares: readonly SealedShare[];
  /** Of the best share that has one. */
  readonly lease: { readonly share: SealedShare; readonly entry: Believed<Access>; readonly isAcknowledged: boolean } | null;
}

async function lookAll(here: SharingClone, sessions: readonly SessionId[], synced = here.synced): Promise<ReadonlyMap<SessionId, Looked>> {
  const known = await knowledgeOf(here, synced);
  const looks = new Map<SessionId, Looked>();
  for (const session of sessions) {
    const judged = await bestVerdict(known, session);
    const shares = judged?.verdict.holds === true ? await sealedShares(known, session, judged) : [];
    looks.set(session, { known, judged, shares, lease: await leaseAmong(known, here.own, here.remote, session, shares) });
  }
  return looks;
}

/** Of shares that hand out as much as the best, one for which there is an entry already. */
async function leaseAmong(known: Knowledge, own: WritableLedger | null, remote: string, session: SessionId, shares: readonly SealedShare[]): Promise<Looked["lease"]> {
  const most = shares[0] === undefined ? 0 : partsShared(shares[0].opening);
  for (const share of shares.filter((one) => partsShared(one.opening) === most)) {
    const entry = livingLease(known, session, share.opening);
    if (entry !== null && own !== null) return { share, entry, isAcknowledged: await isAcknowledged(own, remote, entry) };
  }
  return null;
}

function attested({ known: { acting, remoteSeen }, judged: { team }, share: { opening }, lease }: Entered): AttestedAccess {
  const { directory } = acting;
  return {
    class: "attested",
    author: named(directory.person(opening.author)),
    team: named(directory.team(team)),
    until: lease.said.until,
    ...(remoteSeen === undefined ? {} : { remoteSeen }),
  };
}

export function named({ id, name }: { readonly id: string; readonly name: string | null }): Named {
  return name === null ? { id } : { id, name };
}

function ageOf({ remoteSeen }: Knowledge): string {
  return remoteSeen === undefined ? "is known here" : `was known at ${new Date(remoteSeen).toISOString()}`;
}

async function fetchContent({ clone, ledger, state }: Here, context: WorldContext, opened: readonly OpenedSession[]): Promise<void> {
  const remote = state.effective.listedRemotes[0];
  await fetchSegments(ledger, opened, remote === undefined ? null : { remote: clone.remote, url: remote.name, options: { signal: context.signal } });
}
