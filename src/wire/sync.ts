import type { IdentityPorts } from "../app/identity/ports.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import { REISSUE, REISSUE_COMMAND } from "../app/lane/reissue.ts";
import type { Author } from "../app/read/author-keys.ts";
import { lanesOf, ownSessions } from "../app/sharing/choose-own.ts";
import { noteOwnSessions } from "../app/sharing/known-sessions.ts";
import { WaitingNotes } from "../app/sharing/waiting-note.ts";
import { takeFromHome } from "../app/sync/home.ts";
import { fetchOnly, sync, type SyncResult } from "../app/sync/sync.ts";
import { stagedSessions } from "../app/sync/waiting.ts";
import type { DutiesReport } from "../cli/world-share.ts";
import type { SyncReport, WorldContext } from "../cli/world.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import { actingOf } from "../app/workspace/acting.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { laneWait, type LaneWait } from "../domain/workspace/standing.ts";
import { announcePolicy } from "./announce.ts";
import { tidyStores, writable } from "./clone.ts";
import { doDuties } from "./duties.ts";
import { openHere } from "./here.ts";
import { HOME_KEY } from "./home-key.ts";
import { renewPersonKeyIfDue } from "./person-key.ts";
import { lookForRequests } from "./request-notices.ts";
import type { Settings } from "./settings.ts";
import { sharingOf, type SharingClone } from "./sharing-clone.ts";
import { teamDuties } from "./team-duties.ts";

const WAIT_MS = 20_000;

interface Wanted {
  readonly remote?: string;
  readonly full: boolean;
  readonly dryRun: boolean;
}

/** `hx sync`: to every listed remote, or to the one that is named. */
export async function syncHere(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, wanted: Wanted): Promise<SyncReport> {
  const here = await openHere(settings, context.directory, ports, "never", context.signal);
  const { clone, ledger, state, identity } = here;
  const listed = state.effective.listedRemotes.map(({ name }) => name);
  const names = wanted.remote === undefined ? listed : listed.filter((name) => name === wanted.remote);
  if (names.length === 0) throw new HxError("not-connected", `'${wanted.remote ?? ""}' is not a listed remote of this clone`, { hints: listed.map((name) => `hx sync --remote ${name}`) });
  let own = await writable(clone, ledger);
  const waiting = own === null ? 0 : (await stagedSessions(own)).size;
  const remotes: SyncReport["remotes"][number][] = [];
  const warnings: string[] = [];
  const home = wanted.dryRun ? null : await clone.repository.config(HOME_KEY);
  if (home !== null) await homeOrWarning(home);
  for (const name of names) {
    context.progress.phase(`syncing with ${name}`);
    if (wanted.dryRun) {
      remotes.push({ remote: name, result: "nothing", pushedSessions: waiting, pushedBytes: 0, lanesFetched: 0, filtered: true });
      continue;
    }
    try {
      let result = await syncOne(name);
      if (result.waits !== null) {
        // The chain that was just fetched may bring what the lane waits for.
        await openHere(settings, context.directory, ports, "never", context.signal);
        const renewed = await writable(clone, ledger);
        const isReady = renewed !== null && laneWait((await localChain(ledger)).state, renewed.lane) === null;
        if (isReady) own = renewed;
        if (isReady) result = await syncOne(name);
      }
      remotes.push(lineOf(name, result));
      warnings.push(...warningsOf(result));
    } catch (error) {
      if (!isHxError(error) || error.code !== "remote-failed") throw error;
      remotes.push({ remote: name, result: "unreachable", reason: error.message, pushedSessions: 0, pushedBytes: 0, lanesFetched: 0, filtered: true });
    }
  }
  if (!wanted.dryRun) warnings.push(...(await renewPersonKeyIfDue(settings, context, ports)));
  if (!wanted.dryRun) await tidyStores(clone, ledger);
  if (!wanted.dryRun) await announcePolicy(ledger, (await localChain(ledger)).state, (text) => warnings.push(text));
  if (!wanted.dryRun) warnings.push(...(await teamDuties(here, await ports())));
  if (own === null) warnings.push("nothing of yours is kept here: this clone has no lane yet (see hx status)");
  const waits = own === null ? null : laneWait((await localChain(ledger)).state, own.lane);
  if (waits !== null) warnings.unshift(WAITING[waits]);
  const requests = identity === null || wanted.dryRun ? undefined : await requestsFor(identity);
  const shares = wanted.dryRun || !remotes.some(({ result }) => result === "done" || result === "nothing") ? null : await duties();
  return { remotes, waiting: own === null ? 0 : (await stagedSessions(own)).size, ...(waits === null ? {} : { waits }), ...(requests === undefined ? {} : { requests }), ...(shares === null ? {} : { shares }), warnings };

  async function requestsFor(unlocked: UnlockedIdentity): Promise<SyncReport["requests"]> {
    const newest = (await localChain(ledger)).state;
    return lookForRequests(ledger, newest, actingOf(ledger.crypto, newest, unlocked), remotes.some(({ result }) => result !== "unreachable"));
  }

  /** Of somebody whose keys are open anyway. They go to the first listed remote; the others get them with the next sync. */
  async function duties(): Promise<DutiesReport | null> {
    const unlocked = await openHere(settings, context.directory, ports, "never", context.signal);
    if (unlocked.identity === null) return null;
    try {
      const sharing = await sharingOf(unlocked, context, "none");
      const done = await doDuties(sharing, context.signal);
      await noteOwn(sharing);
      await new WaitingNotes(ledger.work, unlocked.identity.person).owes(done.waiting.length);
      return done;
    } catch (error) {
      if (!isHxError(error) || (error.code !== "remote-failed" && error.code !== "busy")) throw error;
      warnings.push(`what is owed to shares waits for the next sync: ${error.message}`);
      return null;
    }
  }

  function syncOne(name: string): Promise<SyncResult> {
    const options = { waitMs: WAIT_MS, signal: context.signal, whole: wanted.full };
    return own === null ? fetchOnly(ledger, clone.remote, name, options) : sync(own, clone.remote, name, options);
  }

  async function homeOrWarning(url: string): Promise<void> {
    try {
      await takeFromHome(ledger, clone.remote, url);
    } catch (error) {
      if (!isHxError(error) || error.code !== "remote-failed") throw error;
      warnings.push(`the workspace's home cannot be reached: ${error.message}`);
    }
  }
}

/** What a share of one's own sessions needs is at hand from now on. */
async function noteOwn({ ledger, state, acting, sharing }: SharingClone): Promise<void> {
  const author: Author = { person: acting.person, keys: acting.personKeys };
  const sessions = await ownSessions(ledger, lanesOf(state.chain.state, [author], sharing));
  await noteOwnSessions(ledger, author, [...sessions.values()]);
}

function lineOf(remote: string, result: SyncResult): SyncReport["remotes"][number] {
  const { push, sessions, bytes, lanesFetched, filtered } = result;
  const reason = push.kind === "refused" || push.kind === "unreachable" ? push.reason : undefined;
  return { remote, result: push.kind, ...(reason === undefined ? {} : { reason }), pushedSessions: sessions, pushedBytes: bytes, lanesFetched, filtered };
}

const WAITING: Readonly<Record<LaneWait, string>> = {
  admission: "nothing of yours was pushed: an administrator must admit you (hx member add --pending)",
  certificate: "nothing of yours was pushed: unlock your identity once, now that you were admitted (hx identity unlock && hx sync)",
  renewal: "nothing of yours was pushed: since somebody was removed, your lane must be certified anew (hx identity unlock && hx sync)",
  reissue: `nothing was pushed: ${REISSUE} (${REISSUE_COMMAND})`,
  removed: "nothing of yours was pushed: you are no member of this workspace any more",
};

export function warningsOf({ remote, problems, withheld, filtered, lanesFetched }: SyncResult): string[] {
  return [
    ...problems.map(({ error }) => error.message),
    ...withheld.map((lane) => `lane '${lane}' is withheld: others have seen more of it than '${remote}' shows`),
    ...(filtered || lanesFetched === 0 ? [] : [`'${remote}' does not filter: every sync fetches the others' sessions whole`]),
  ];
}
