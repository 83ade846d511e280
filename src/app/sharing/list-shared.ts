import { isHxError } from "../../domain/errors.ts";
import type { PersonId, SessionId, TeamId } from "../../domain/ids.ts";
import type { Manifest } from "../../format/manifest.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import type { WritableLedger } from "../ledger.ts";
import { bestVerdict } from "./choose.ts";
import { sessionsShown, type Judged, type Knowledge } from "./evidence.ts";
import { isAcknowledged, livingLease } from "./lease.ts";
import { openShare, partsShared, sealedShares, type SealedShare } from "./open-shared.ts";

/** A session of somebody else that this person may read. */
export interface SharedSession {
  readonly session: SessionId;
  readonly author: PersonId;
  readonly team: TeamId;
  readonly kind: Manifest["kind"];
  /** How many parts were shared. */
  readonly parts: number;
  /** Of the approval, ms since 1970. */
  readonly expires?: number;
  /** End of the lease, where one lives, ms since 1970. */
  readonly until?: number;
  /** Only while a lease lives: opening them is a read. */
  readonly facts?: PrivateFacts;
}

/** Sessions of others that may be read now, with their verdicts. */
export async function sharedWithMe(known: Knowledge): Promise<readonly (readonly [SessionId, Judged])[]> {
  const readable: (readonly [SessionId, Judged])[] = [];
  for (const session of [...sessionsShown(known).keys()].sort()) {
    const judged = await bestVerdict(known, session);
    if (judged?.verdict.holds === true && judged.verdict.openings[0]?.author !== known.acting.person) readable.push([session, judged]);
  }
  return readable;
}

/** @param own the lane of this clone, with the remote to which it is pushed */
export async function listShared(known: Knowledge, own: WritableLedger | null, remote: string): Promise<readonly SharedSession[]> {
  const listed: SharedSession[] = [];
  for (const [session, judged] of await sharedWithMe(known)) {
    const [opening] = judged.verdict.openings;
    if (opening === undefined || judged.found === null) continue;
    const expires = known.sharing.sharing.approvals.get(opening.approval)?.ends;
    const leased = await leasedShare(known, own, remote, session, judged);
    listed.push({
      session,
      author: opening.author,
      team: judged.team,
      kind: judged.found.parts.manifest.kind,
      parts: partsShared(opening),
      ...(expires === undefined ? {} : { expires }),
      ...(leased === null ? {} : { until: leased.until, ...factsOrNothing(known, leased.share) }),
    });
  }
  return listed;
}

/** The share that a living lease, which the remote has, opens; null: opening it takes an access entry first. */
export async function leasedShare(known: Knowledge, own: WritableLedger | null, remote: string, session: SessionId, judged: Judged): Promise<{ readonly share: SealedShare; readonly until: number } | null> {
  if (own === null) return null;
  for (const share of await sealedShares(known, session, judged)) {
    const lease = livingLease(known, session, share.opening);
    if (lease !== null && (await isAcknowledged(own, remote, lease))) return { share, until: lease.said.until };
  }
  return null;
}

function factsOrNothing(known: Knowledge, share: SealedShare): { readonly facts?: PrivateFacts } {
  try {
    return { facts: openShare(known, share).opened.facts };
  } catch (error) {
    if (isHxError(error)) return {}; // a damaged one is told by who opens it, and by `hx verify`
    throw error;
  }
}
