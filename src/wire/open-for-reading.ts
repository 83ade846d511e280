import type { IdentityPorts } from "../app/identity/ports.ts";
import type { Ledger, WritableLedger } from "../app/ledger.ts";
import { NO_ADDITIONS } from "../app/publish/additions.ts";
import { fetchSegments, openOwnSession, type OpenedSession } from "../app/read/open-session.ts";
import { bestVerdict, requireShared } from "../app/sharing/choose.ts";
import type { Judged, Knowledge } from "../app/sharing/evidence.ts";
import { accessEntry, isAcknowledged, livingLease } from "../app/sharing/lease.ts";
import { needWraps, openShare, partsShared, sealedShares, type SealedShare } from "../app/sharing/open-shared.ts";
import type { WorldContext } from "../cli/world.ts";
import type { Named } from "../cli/named.ts";
import type { AttestedAccess, ReadAccess, UnreadablePart } from "../cli/world-reading.ts";
import { HxError } from "../domain/errors.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Access, Believed } from "../domain/sharing/statement.ts";
import type { Clone } from "./clone.ts";
import { findForReading } from "./find-for-reading.ts";
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
  const here = await openHere(settings, context.directory, ports, "must");
  const { clone, ledger, author } = here;
  if (author === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  const found = await findForReading(here, author, context, text);
  if (found.source === null) return openOthers(here, context, found.session);
  const opened = await openOwnSession(ledger, author, found.source, found.session);
  await fetchContent(here, context, opened);
  return { clone, ledger, opened, access: { class: "own" }, unreadable: [] };
}

/** A lock of the device, since a lease is one of the device: two processes at once make one entry. */
async function openOthers(here: Here, context: WorldContext, session: SessionId): Promise<Reading> {
  const lock = await here.ledger.trust.lock(`read-${session}`, WAIT_MS);
  if (lock === null) throw new HxError("busy", `another process opens session '${session}'`);
  const { known, share, judged, lease } = await withEntry(here, context, session).finally(() => lock.release());
  const { opened, locked } = openShare(known, share);
  await fetchContent(here, context, opened);
  const access = attested(known, judged, share, lease);
  return { clone: here.clone, ledger: here.ledger, opened, access, unreadable: locked.map((part) => ({ part, reason: "it was not shared with you" })) };
}

interface Entered {
  readonly known: Knowledge;
  readonly judged: Judged;
  readonly share: SealedShare;
  readonly lease: Believed<Access>;
}

/** Judges, makes the access entry where no lease lives, waits for the remote's word, and judges once more. Opens nothing. */
async function withEntry(here: Here, context: WorldContext, session: SessionId): Promise<Entered> {
  const local = await look(await sharingOf(here, context, "none"), session);
  const hasLease = local.lease?.isAcknowledged === true;
  const asked = await sharingOf(here, context, hasLease ? "try" : "must");
  const first = await look(asked, session);
  if (asked.synced === null) context.progress.warn(`'${asked.remote}' cannot be reached: judged by what ${ageOf(first.known)}`);
  const judged = requireShared(first.known, session, first.judged);
  const [share] = needWraps(first.shares, session);
  if (share === undefined) throw new HxError("internal", "no share");
  if (first.lease?.isAcknowledged === true) return { known: first.known, judged, share: first.lease.share, lease: first.lease.entry };

  context.progress.phase("leaving an access entry");
  const own = speakingLane(asked);
  // An entry that could not be pushed lies in the lane already, and goes out with the next push.
  const additions = first.lease === null ? accessEntry(first.known, own, session, judged.team, share.opening) : NO_ADDITIONS;
  const spoken = await sayHere(asked, additions, context.signal);
  if (spoken.kind !== "acknowledged") {
    const why = spoken.sync?.waits == null ? spoken.reason : "your lane waits to be certified";
    throw new HxError("remote-failed", `the access entry could not be pushed, so nothing was opened: ${why}`, { hints: ["hx sync"] });
  }
  const again = await sharingOf(here, context, "none");
  const last = await look(again, session, spoken.sync ?? asked.synced);
  const rejudged = requireShared(last.known, session, last.judged);
  needWraps(last.shares, session);
  if (last.lease === null) throw new HxError("busy", "what may be read changed while the access entry was made, and nothing was opened: try again");
  return { known: last.known, judged: rejudged, share: last.lease.share, lease: last.lease.entry };
}

interface Looked {
  readonly known: Knowledge;
  readonly judged: Judged | null;
  readonly shares: readonly SealedShare[];
  /** Of the best share that has one. */
  readonly lease: { readonly share: SealedShare; readonly entry: Believed<Access>; readonly isAcknowledged: boolean } | null;
}

async function look(here: SharingClone, session: SessionId, synced = here.synced): Promise<Looked> {
  const known = await knowledgeOf(here, synced);
  const judged = await bestVerdict(known, session);
  const shares = judged?.verdict.holds === true ? await sealedShares(known, session, judged) : [];
  return { known, judged, shares, lease: await leaseAmong(known, here.own, here.remote, session, shares) };
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

function attested({ acting, remoteSeen }: Knowledge, { team }: Judged, { opening }: SealedShare, lease: Believed<Access>): AttestedAccess {
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

async function fetchContent({ clone, ledger, state }: Here, context: WorldContext, opened: OpenedSession): Promise<void> {
  const remote = state.effective.listedRemotes[0];
  await fetchSegments(ledger, [opened], remote === undefined ? null : { remote: clone.remote, url: remote.name, options: { signal: context.signal } });
}
