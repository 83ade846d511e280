import { readLane, renewLane } from "../app/lane/own-lane-key.ts";
import { publish } from "../app/publish/publish.ts";
import { addsNothing, joinAdditions, NO_ADDITIONS, type Additions } from "../app/publish/additions.ts";
import { sealShown, sealedShown } from "../app/policy/seal-shown.ts";
import { noteShown, shownTo } from "../app/policy/seen.ts";
import { shortApproval } from "../app/sharing/choose-own.ts";
import { dutiesOf, sceneOf, wrapsOwed, type Duties, type DutiesInput } from "../app/sharing/duties.ts";
import { isSuccessionDue } from "../app/sharing/succession-due.ts";
import type { Waiting } from "../app/sharing/wrap-duties.ts";
import { pinOwnLane } from "../app/sync/own-lane.ts";
import type { Spoken } from "../app/sync/say.ts";
import { laneRules } from "../app/sync/workspace-chain.ts";
import { successionBody } from "../app/workspace/succession.ts";
import type { DutiesReport, WaitingShare } from "../cli/world-share.ts";
import type { SessionId } from "../domain/ids.ts";
import type { StatementHash } from "../domain/sharing/statement.ts";
import { laneWait } from "../domain/workspace/standing.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";
import { parseSessionsRef, SESSIONS_PREFIX } from "../format/paths.ts";
import type { WritableLedger } from "../app/ledger.ts";
import { lanePorts } from "./clone.ts";
import { openScanner } from "./scanner.ts";
import { sayHere, speakingLane, type SharingClone } from "./sharing-clone.ts";
import { changeWorkspace } from "./workspace-change.ts";

const WAIT_MS = 20_000;

/** What approvals are owed goes out in the same publication as `additions`. `spoken` is null when there was nothing to say. */
export interface Said {
  readonly spoken: Spoken | null;
  readonly duties: Duties;
}

/** What is said in the lanes that this clone wrote in earlier quarters. */
type ForOlder = (ledger: WritableLedger) => Promise<Additions>;

const NOTHING: ForOlder = async () => NO_ADDITIONS;

/** Publishes `additions` and everything that approvals are owed, in one commit and one push. */
export async function sayWithDuties(here: SharingClone, additions: readonly Additions[], signal: AbortSignal, revoking?: ReadonlyMap<StatementHash, "all" | ReadonlySet<SessionId>>, forOlder = NOTHING): Promise<Said> {
  const ledger = speakingLane(here);
  const input = inputOf(here, revoking);
  const duties = await dutiesOf(ledger, input);
  const older = await olderDuties(here, input, forOlder);
  const all = joinAdditions([...additions, duties.additions]);
  const counted = { ...duties, rewrapped: duties.rewrapped + older.rewrapped, removed: duties.removed + older.removed };
  return { spoken: addsNothing(all) && !older.written ? null : await sayHere(here, all, signal), duties: counted };
}

/** The duties of an unlocked sync: the succession first, as it is said in the workspace chain, then what approvals are owed. */
export async function doDuties(here: SharingClone, signal: AbortSignal): Promise<DutiesReport> {
  const shown = await shownDuty(here);
  if (here.own === null || laneWait(here.state.chain.state, here.own.lane) !== null) return { rewrapped: 0, removed: 0, followed: 0, waiting: [] };
  await refreshSuccession(here);
  const { duties } = await sayWithDuties(here, [shown], signal);
  const { rewrapped, removed, followed, waiting } = duties;
  return { rewrapped, removed, followed, waiting: waiting.map(waitingShare) };
}

/** What the person was shown on another device counts here, and what they were shown here goes into their lane. */
async function shownDuty({ ledger, sharing, acting, own, state }: SharingClone): Promise<Additions> {
  const sealed = sealedShown(sharing.index, state.chain.state, acting.person);
  await noteShown(ledger, acting.person, sealed);
  const unsaid = (await shownTo(ledger, acting.person)).filter(({ version }) => !sealed.some((one) => one.version === version));
  return own === null || own.lane.person !== acting.person || unsaid.length === 0 ? NO_ADDITIONS : { ...NO_ADDITIONS, items: sealShown(own, unsaid) };
}

export function inputOf(here: SharingClone, revoking?: DutiesInput["revoking"]): DutiesInput {
  const { identity, acting, sharing, now, clone, ledger } = here;
  return { state: here.state.chain.state, identity, acting, sharing, now, scanner: () => openScanner(clone.settings, ledger.crypto.hashes), ...(revoking === undefined ? {} : { revoking }) };
}

export function waitingShare({ approval, session, kind, why, fix }: Waiting): WaitingShare {
  return { id: shortApproval(approval), kind, why, ...(session === undefined ? {} : { session }), ...(fix === undefined ? {} : { fix }) };
}

/** Lanes that this clone wrote in earlier quarters, whose keys it has: their wraps are its own to replace. Certified anew where a removal came since. */
export async function olderLanes({ clone, ledger, own, identity, state }: Pick<SharingClone, "clone" | "ledger" | "identity"> & { readonly state: { readonly chain: { readonly state: WorkspaceState } }; readonly own: Pick<WritableLedger, "lane"> | null }): Promise<readonly WritableLedger[]> {
  const place = { workspace: ledger.workspace, repo: ledger.repo, clone: clone.repository.checkout.commonDirectory };
  const older: WritableLedger[] = [];
  for (const ref of (await ledger.repository.store.list(SESSIONS_PREFIX)).keys()) {
    const parsed = parseSessionsRef(ref);
    const lane = parsed?.kind !== "lane" || parsed.lane === own?.lane.id ? null : await readLane(lanePorts(clone, ledger), place, parsed.lane);
    if (lane !== null && lane.person === identity.person) older.push({ ...ledger, lane: await renewLane(lanePorts(clone, ledger), place, lane, identity, state.chain.state) });
  }
  return older;
}

async function olderDuties(here: SharingClone, input: DutiesInput, more: ForOlder): Promise<{ readonly rewrapped: number; readonly removed: number; readonly written: boolean }> {
  const { chain } = here.state;
  const total = { rewrapped: 0, removed: 0, written: false };
  for (const ledger of await olderLanes(here)) {
    if (laneWait(chain.state, ledger.lane) !== null) continue;
    const owed = await wrapsOwed(ledger, here.sharing, sceneOf(ledger, input));
    const additions = joinAdditions([owed.additions, await more(ledger)]);
    if (addsNothing(additions)) continue;
    await publish(ledger, { state: chain.state, waitMs: WAIT_MS, additions });
    await pinOwnLane(ledger, laneRules(ledger, chain));
    total.rewrapped += owed.rewrapped;
    total.removed += owed.removed;
    total.written = true;
  }
  return total;
}

async function refreshSuccession(here: SharingClone): Promise<void> {
  const { acting, ledger } = here;
  if (!isSuccessionDue(here.state.chain.state, acting.person)) return;
  await changeWorkspace(here, (state) => {
    const team = state.persons.get(acting.person)?.succession?.team;
    const seed = acting.personKeys.at(-1)?.seed;
    if (team === undefined || seed === undefined || !isSuccessionDue(state, acting.person)) return [];
    return [(at) => successionBody(ledger.crypto, at, { person: acting.person, team, seed })];
  });
}
