import { tryOpenIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import type { Ledger } from "../app/ledger.ts";
import { readSharing } from "../app/sharing/read-sharing.ts";
import { requestNotice, waitingRequests, type RequestNotice } from "../app/sharing/requests.ts";
import { WaitingNotes } from "../app/sharing/waiting-note.ts";
import { actingOf, type Acting } from "../app/workspace/acting.ts";
import type { Warning } from "../cli/world.ts";
import { isHxError } from "../domain/errors.ts";
import { livingPersons, type WorkspaceState } from "../domain/workspace/state.ts";

/** More than these are counted. */
const SHOWN = 5;

/** What waits for the person's word by the lanes here, noted for those who come without keys. @param isFresh a remote was just asked */
export async function lookForRequests(ledger: Ledger, state: WorkspaceState, acting: Acting, isFresh: boolean): Promise<readonly RequestNotice[]> {
  const { sharing } = await readSharing(ledger, state, acting);
  const waiting = waitingRequests(state, sharing, acting.person);
  await new WaitingNotes(ledger.work, acting.person).write(waiting, isFresh ? ledger.clock.now() : undefined);
  return waiting.map((record) => requestNotice(sharing, acting, record));
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
export async function requestWarnings(ledger: Ledger, state: WorkspaceState, ports: IdentityPorts): Promise<readonly Warning[]> {
  const identity = await tryOpenIdentity(ports).catch(() => null);
  if (identity !== null) {
    const notices = await lookForRequests(ledger, state, actingOf(ledger.crypto, state, identity), false);
    await new WaitingNotes(ledger.work, identity.person).told();
    const more = notices.length - SHOWN;
    return [...notices.slice(0, SHOWN).map(({ message, command }) => ({ message, fix: command })), ...(more > 0 ? [{ message: `${more} more requests wait for your word`, fix: "hx requests" }] : [])];
  }
  const me = (await showIdentity(ports).catch(() => null))?.person;
  // Somebody alone is asked by nobody.
  if (me === undefined || !state.persons.has(me) || livingPersons(state).length < 2) return [];
  const note = await new WaitingNotes(ledger.work, me).read();
  const count = note?.waiting ?? 0;
  const since = note?.asked === undefined ? "nobody looked yet whether somebody asks you for a session" : `requests that came since ${utc(note.asked)} are not known`;
  const waits = count === 0 ? "" : `${count === 1 ? "1 request waits" : `${count} requests wait`} for your word, and `;
  return [{ message: `your keys are locked: ${waits}${since}`, fix: "hx identity unlock && hx sync" }];
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
