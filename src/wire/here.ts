import { tryOpenIdentity, openIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { Ledger } from "../app/ledger.ts";
import { actingOf, type Acting } from "../app/workspace/acting.ts";
import { adoptKeys } from "../app/workspace/adopt.ts";
import { ownEntryProblem } from "../app/workspace/own-entry.ts";
import type { Author } from "../app/read/author-keys.ts";
import { laneSources, type LaneSource } from "../app/read/lane-source.ts";
import { ownLanes } from "../app/read/own-lanes.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { bringChain, connectedOrEnded, openClone, openLedger, type Clone, type Connected } from "./clone.ts";
import { ensureLane } from "./own-lane.ts";
import type { Settings } from "./settings.ts";

/** A clone with what can be known of it now. */
export interface Here {
  readonly clone: Clone;
  readonly ledger: Ledger;
  readonly state: Connected;
  /** Why the connection does not hold; null: it does. Nothing is fetched or pushed unless it does. */
  readonly ended: HxError | null;
  readonly identity: UnlockedIdentity | null;
  /** The identity with every key that the chain gives it; null while it is locked. */
  readonly acting: Acting | null;
  readonly author: Author | null;
  /** The author's lanes. */
  mine(): Promise<readonly LaneSource[]>;
}

/**
 * Whether to ask for the passphrase: `never` uses the identity when it is open, `maybe` goes on without it when nobody
 * answers, `must` fails then.
 */
export type Asking = "never" | "maybe" | "must";

/**
 * @param network where given, a fresh clone asks the listed remotes for the workspace chain
 * @param evenEnded whether a repository whose connection does not hold is opened too: for who only looks
 * @throws HxError `not-connected`
 */
export async function openHere(settings: Settings, directory: string, ports: () => Promise<IdentityPorts>, asking: Asking, network?: AbortSignal, evenEnded = false): Promise<Here> {
  const clone = await openClone(settings, directory);
  const ledger = await openLedger(clone);
  if (network !== undefined) await bringChain(clone, ledger, network);
  const { state, ended } = await connectedOrEnded(clone, ledger);
  if (ended !== null && !evenEnded) throw ended;
  const identityPorts = await ports();
  const found = await identityFor(identityPorts, asking);
  const identity = found === null ? null : await withNewestKeys(identityPorts, ledger, state, found, asking);
  if (identity !== null && ended === null) await ensureLane(clone, ledger, identity, state.chain);
  const acting = identity === null ? null : actingOf(ledger.crypto, state.chain.state, identity);
  const author = acting === null ? null : { person: acting.person, keys: acting.personKeys };
  return {
    clone,
    ledger,
    state,
    ended,
    identity,
    acting,
    author,
    mine: async () => (author === null ? [] : ownLanes(ledger, state.chain.state, author, await laneSources(ledger, state.chain.state))),
  };
}

/**
 * The identity with what the chain gives it since. Null: it waits until another device of the person takes it in.
 * @throws HxError `signature-invalid` when somebody else's key stands in its entry: nothing is sealed to that
 */
async function withNewestKeys(ports: IdentityPorts, { crypto }: Ledger, { chain }: Connected, identity: UnlockedIdentity, asking: Asking): Promise<UnlockedIdentity | null> {
  const problem = ownEntryProblem(crypto, chain.state, identity);
  if (problem !== null) throw problem;
  const newest = await adoptKeys(ports, identity, actingOf(crypto, chain.state, identity), { state: chain.state, statements: chain.chain.statements });
  if (!newest.waits) return newest;
  if (asking !== "must") return null;
  throw new HxError("no-key", "this machine waits until another device of yours takes it in", { hints: ["hx join --device"] });
}

async function identityFor(ports: IdentityPorts, asking: Asking): Promise<UnlockedIdentity | null> {
  if (asking === "must") return openIdentity(ports);
  if (asking === "never") return tryOpenIdentity(ports).catch(() => null);
  try {
    return await openIdentity(ports);
  } catch (error) {
    if (isHxError(error) && (error.code === "locked" || error.code === "answer-needed" || error.code === "no-identity")) return null;
    throw error;
  }
}
