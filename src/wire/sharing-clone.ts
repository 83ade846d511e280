import { learnErasures } from "../app/erase/learn-erasures.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { Ledger, WritableLedger } from "../app/ledger.ts";
import type { Additions } from "../app/publish/additions.ts";
import { newestTime } from "../app/sharing/newest-time.ts";
import { readSharing, type SharingHere } from "../app/sharing/read-sharing.ts";
import { sayAndPush, type Spoken } from "../app/sync/say.ts";
import { fetchOnly, sync, type SyncResult } from "../app/sync/sync.ts";
import { localChain, type VerifiedChain } from "../app/sync/workspace-chain.ts";
import { actingOf, type Acting } from "../app/workspace/acting.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { SESSIONS_PREFIX } from "../format/paths.ts";
import { announcePolicy } from "./announce.ts";
import { systemClock, writable } from "./clone.ts";
import { openHere, type Here } from "./here.ts";
import { ensureLane } from "./own-lane.ts";
import type { Settings } from "./settings.ts";

const WAIT_MS = 20_000;
/** So long what the remote listed when the clone was opened is taken for what it would list now, ms. Whoever is asked a question takes longer. */
const FRESH_MS = 5_000;

/** A clone of a member whose keys are open, and what is shared in it. */
export interface SharingClone extends Here {
  readonly identity: UnlockedIdentity;
  readonly acting: Acting;
  /** The lane of this clone; null: it has none that may be written. */
  readonly own: WritableLedger | null;
  readonly sharing: SharingHere;
  /** ms since 1970, the newest time ever seen. */
  readonly now: number;
  /** The listed remote with which it speaks; empty where the connection ended and none is listed. */
  readonly remote: string;
  /** What the sync before said; null where the remote was not asked or not reached. */
  readonly synced: SyncResult | null;
  /** When it was opened, ms since 1970 by this machine's clock. */
  readonly openedAt: number;
}

/** `must`: nothing is done without the remote. `fetch`: the same, and what waits here is not sent. `try`: without it, what is known here counts. `none`: it is not asked. */
export type Network = "must" | "fetch" | "try" | "none";

/**
 * Opens the clone of whoever asks, sends what waits, fetches what is new, and reads what all lanes say of sharing.
 * @throws HxError `remote-failed` where the remote `must` be reached
 */
export async function openSharing(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, network: Network): Promise<SharingClone> {
  return sharingOf(await openHere(settings, context.directory, ports, "must", network === "none" ? undefined : context.signal), context, network);
}

/** As `openSharing`, in a clone that is open already: nobody is asked for a passphrase again. @throws as `openSharing` */
export async function sharingOf(here: Here, context: WorldContext, network: Network): Promise<SharingClone> {
  const { clone, ledger, identity } = here;
  const remote = here.state.effective.listedRemotes[0]?.name;
  if (identity === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  const isLooking = here.ended !== null && network === "none";
  if (here.ended !== null && !isLooking) throw here.ended;
  if (remote === undefined && !isLooking) throw new HxError("not-connected", "this clone has no listed remote", { hints: ["git remote -v"] });
  const ahead = network === "try" && remote !== undefined ? await readAhead(here, identity) : null;
  const synced = network === "none" || remote === undefined ? null : await fresh(here, remote, context, network);
  const chain = await localChain(ledger);
  if (synced !== null) await ensureLane(clone, ledger, identity, chain);
  await announcePolicy(ledger, chain.state, (text) => context.progress.warn(text));
  const acting = actingOf(ledger.crypto, chain.state, identity);
  const sharing = (await ahead?.(chain)) ?? (await readSharing(ledger, chain.state, acting));
  await learnErasures(ledger, chain.state, acting.person, sharing);
  return { ...here, state: { ...here.state, chain }, identity, acting, own: await writable(clone, ledger), sharing, now: await newestTime(ledger), remote: remote ?? "", synced, openedAt: systemClock.now() };
}

/**
 * Reads what is here while the remote is asked: mostly it has nothing new.
 * @returns what was read, as long as no ref and no statement has come meanwhile; null: it is to be read again. To be called once, in any case
 */
async function readAhead({ ledger, state }: Here, identity: UnlockedIdentity): Promise<(chain: VerifiedChain) => Promise<SharingHere | null>> {
  const before = await refsHere(ledger);
  const { chain } = state;
  // What fails now is read again, and said then.
  const reading = readSharing(ledger, chain.state, actingOf(ledger.crypto, chain.state, identity)).catch(() => null);
  return async (now) => {
    const read = await reading;
    return now.chain.tip === chain.chain.tip && (await refsHere(ledger)) === before ? read : null;
  };
}

/** All lanes and keys here, as one text. */
async function refsHere({ repository, others }: Ledger): Promise<string> {
  const each = await Promise.all([repository.store, others].map(async (store) => JSON.stringify([...(await store.list(SESSIONS_PREFIX))].sort())));
  return each.join("\n");
}

async function fresh({ clone, ledger }: Here, remote: string, context: WorldContext, network: Network): Promise<SyncResult | null> {
  context.progress.phase(`syncing with ${remote}`);
  const own = await writable(clone, ledger);
  const options = { waitMs: WAIT_MS, signal: context.signal };
  try {
    const result = own === null || network === "fetch" ? await fetchOnly(ledger, clone.remote, remote, options) : await sync(own, clone.remote, remote, options);
    if (network === "must" && result.push.kind === "unreachable") throw new HxError("remote-failed", `'${remote}' cannot be reached: ${result.push.reason}`);
    return result;
  } catch (error) {
    if (network === "try" && isHxError(error) && error.code === "remote-failed") return null;
    throw error;
  }
}

/** The lane in which this person speaks here. @throws HxError `not-connected` */
export function speakingLane({ own, state, identity }: SharingClone): WritableLedger {
  if (own !== null) return own;
  const isMember = state.chain.state.persons.get(identity.person)?.state === "living";
  throw new HxError("not-connected", isMember ? "this clone has no lane yet" : "you are not a member of the workspace yet", { hints: [isMember ? "hx sync" : "hx join"] });
}

/** Publishes in one's lane, pushes, and waits for the word of the remote. */
export async function sayHere(here: SharingClone, additions: Additions, signal: AbortSignal): Promise<Spoken> {
  const listed = systemClock.now() - here.openedAt < FRESH_MS ? (here.synced?.listed ?? null) : null;
  return await sayAndPush(speakingLane(here), here.clone.remote, here.remote, additions, { waitMs: WAIT_MS, signal, ...(listed === null ? {} : { listed }) });
}
