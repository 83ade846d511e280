import { tryOpenIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { Ledger } from "../app/ledger.ts";
import { shortApproval } from "../app/sharing/choose-own.ts";
import { sceneOf } from "../app/sharing/duties.ts";
import { newestTime } from "../app/sharing/newest-time.ts";
import { readSharing, type SharingHere } from "../app/sharing/read-sharing.ts";
import { requestNotice, waitingRequests, type RequestNotice } from "../app/sharing/requests.ts";
import { WaitingNotes } from "../app/sharing/waiting-note.ts";
import { waitingShares } from "../app/sharing/waiting-shares.ts";
import { actingOf, type Acting } from "../app/workspace/acting.ts";
import { called } from "../app/workspace/directory.ts";
import type { Warning } from "../cli/world.ts";
import { isHxError } from "../domain/errors.ts";
import type { GivenApproval, RequestRecord } from "../domain/sharing/sharing.ts";
import { livingPersons, type WorkspaceState } from "../domain/workspace/state.ts";
import { laneHere, type Clone } from "./clone.ts";
import { olderLanes } from "./duties.ts";
import { openScanner } from "./scanner.ts";

/** More than these are counted. */
const SHOWN = 5;

/** What waits for the person's word by the lanes here, noted for those who come without keys. @param isFresh a remote was just asked */
export async function lookForRequests(ledger: Ledger, state: WorkspaceState, acting: Acting, isFresh: boolean): Promise<readonly RequestNotice[]> {
  const sharing = await readSharing(ledger, state, acting);
  const waiting = await noteRequests(ledger, state, acting, sharing, isFresh);
  return waiting.map((record) => requestNotice(sharing.sharing, acting, record));
}

async function noteRequests(ledger: Ledger, state: WorkspaceState, acting: Acting, { sharing }: SharingHere, isFresh: boolean): Promise<readonly RequestRecord[]> {
  const waiting = waitingRequests(state, sharing, acting.person);
  await new WaitingNotes(ledger.work, acting.person).write(waiting, isFresh ? ledger.clock.now() : undefined);
  return waiting;
}

/** After a push that nobody watches: only where the identity opens without a question. What cannot be read is told by the next command. */
export async function lookAfterPush(ledger: Ledger, state: WorkspaceState, ports: IdentityPorts): Promise<void> {
  try {
    const identity = await tryOpenIdentity(ports);
    if (identity !== null) await lookForRequests(ledger, state, actingOf(ledger.crypto, state, identity), true);
  } catch (error) {
    if (!isHxError(error)) throw error; // the push itself went well
  }
}

/** For `status`. With locked keys nobody knows whether a request came: then it says how old its knowledge is. */
export async function sharingWarnings(clone: Clone, ledger: Ledger, state: WorkspaceState, ports: IdentityPorts): Promise<readonly Warning[]> {
  const identity = await tryOpenIdentity(ports).catch(() => null);
  if (identity === null) return lockedWarnings(ledger, state, ports);
  const acting = actingOf(ledger.crypto, state, identity);
  const sharing = await readSharing(ledger, state, acting);
  const waiting = await noteRequests(ledger, state, acting, sharing, false);
  const notes = new WaitingNotes(ledger.work, identity.person);
  await notes.told();
  const requests = waiting.map((record) => requestNotice(sharing.sharing, acting, record));
  const shares = await shareWarnings(clone, ledger, state, identity, acting, sharing);
  await notes.owes(shares.waiting);
  return [...most(requests.map(({ message, command }) => ({ message, fix: command })), (more) => ({ message: `${more} more requests wait for your word`, fix: "hx requests" })), ...shares.warnings];
}

async function lockedWarnings(ledger: Ledger, state: WorkspaceState, ports: IdentityPorts): Promise<readonly Warning[]> {
  const me = (await showIdentity(ports).catch(() => null))?.person;
  // Somebody alone is asked by nobody.
  if (me === undefined || !state.persons.has(me) || livingPersons(state).length < 2) return [];
  const note = await new WaitingNotes(ledger.work, me).read();
  const count = note?.waiting ?? 0;
  const owed = note?.owed ?? 0;
  const since = note?.asked === undefined ? "nobody looked yet whether somebody asks you for a session" : `requests that came since ${utc(note.asked)} are not known`;
  const waits = [
    ...(count === 0 ? [] : [`${count === 1 ? "1 request waits" : `${count} requests wait`} for your word`]),
    ...(owed === 0 ? [] : [`something of ${owed === 1 ? "1 share" : `${owed} shares`} of yours waits`]),
    since,
  ];
  return [{ message: `your keys are locked: ${waits.length === 1 ? since : `${waits.slice(0, -1).join(", ")}, and ${since}`}`, fix: "hx identity unlock && hx sync" }];
}

/** What is owed to shares of this person, and which end soon. */
async function shareWarnings(clone: Clone, ledger: Ledger, state: WorkspaceState, identity: UnlockedIdentity, acting: Acting, sharing: SharingHere): Promise<{ readonly warnings: readonly Warning[]; readonly waiting: number }> {
  const own = await laneHere(clone, ledger);
  const scene = sceneOf(ledger, { state, acting, sharing, identity, now: await newestTime(ledger) });
  const lanes = own === null ? [] : [own, ...(await olderLanes({ clone, ledger, own: { lane: own }, identity, state: { chain: { state } } })).map(({ lane }) => lane)];
  const { waiting, ready, expiring } = await waitingShares(ledger, lanes, sharing, scene, () => openScanner(clone.settings, ledger.crypto.hashes));
  const team = ({ first }: GivenApproval): string => called(acting.directory.team(first.said.team));
  const later = waiting.map(({ approval, session, why, fix }): Warning => ({ message: `share ${shortApproval(approval)}${session === undefined ? "" : ` of session ${session.slice(0, 8)}`} waits: ${why}`, ...(fix === undefined ? {} : { fix }) }));
  const ends = expiring.map((given): Warning => ({ message: `share ${shortApproval(given.first.hash)} with team ${team(given)} ends at ${utc(given.ends ?? 0)}`, fix: "hx shares" }));
  return {
    warnings: [
      ...(ready === 0 ? [] : [{ message: "keys and new parts of shares of yours are ready to be handed on or removed", fix: "hx sync" }]),
      ...most(later, (more) => ({ message: `${more} more shares of yours wait`, fix: "hx shares" })),
      ...most(ends, (more) => ({ message: `${more} more shares of yours end soon`, fix: "hx shares" })),
    ],
    waiting: waiting.length,
  };
}

function most(warnings: readonly Warning[], rest: (more: number) => Warning): readonly Warning[] {
  return warnings.length <= SHOWN ? warnings : [...warnings.slice(0, SHOWN), rest(warnings.length - SHOWN)];
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
