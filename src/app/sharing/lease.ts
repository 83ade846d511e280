import { isHxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import { leaseOf, MAX_LEASE } from "../../domain/sharing/sharing.ts";
import type { Access, Believed } from "../../domain/sharing/statement.ts";
import type { Opening } from "../../domain/verdict.ts";
import { laneRef } from "../../format/paths.ts";
import { readLaneHead } from "../lane/own-head.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Additions } from "../publish/additions.ts";
import { NO_ADDITIONS } from "../publish/additions.ts";
import { readPushed } from "../sync/pushed.ts";
import type { TeamId } from "../../domain/ids.ts";
import type { Knowledge } from "./evidence.ts";
import { personRecipient } from "./recipients.ts";
import { saidBy, sealStatement } from "./seal-statement.ts";

/** The access entry of this device under which an approval may be read on, whether a remote has it or not. */
export function livingLease({ sharing, acting, now }: Knowledge, session: SessionId, { approval }: Opening): Believed<Access> | null {
  return leaseOf(sharing.sharing, { device: acting.device, session, approval }, now);
}

/**
 * Whether the remote said that it has an entry. One that only lies here, because it could not be pushed, opens nothing.
 * @param own the lane of this clone
 * @param url as it was pushed to
 */
export async function isAcknowledged(own: WritableLedger, url: string, { place }: Believed<Access>): Promise<boolean> {
  if (place.lane !== own.lane.id) return (await own.others.read(laneRef(place.lane))) !== null;
  const head = (await readPushed(own, url))?.head ?? null;
  if (head === null) return false;
  try {
    const { header } = await readLaneHead(own.repository.store, own.crypto, own.lane.id, own.lane.publicKey, head);
    return header.seq >= place.seq;
  } catch (error) {
    if (isHxError(error)) return false; // what was pushed last is of a former lane
    throw error;
  }
}

/** An access statement of 8 hours, sealed to the author and to who reads. @throws HxError `not-found` */
export function accessEntry({ state, acting, now }: Knowledge, own: WritableLedger, session: SessionId, team: TeamId, { approval, author }: Opening): Additions {
  const access: Access = { kind: "access", ...saidBy(own, acting), author, team, session, approval, from: now, until: now + MAX_LEASE, class: "attested" };
  const { items } = sealStatement(own, acting, access, [[personRecipient(state, author).key, personRecipient(state, acting.person).key]]);
  return { ...NO_ADDITIONS, items };
}
