import type { SessionId } from "../../domain/ids.ts";
import type { GivenApproval } from "../../domain/sharing/sharing.ts";
import type { StatementHash } from "../../domain/sharing/statement.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { Scanner } from "../../ports/scanner.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import type { WritableLedger } from "../ledger.ts";
import { joinAdditions, type Additions } from "../publish/additions.ts";
import type { Acting } from "../workspace/acting.ts";
import { approve } from "./approve.ts";
import { authorsOf } from "./authors.ts";
import { lanesOf } from "./choose-own.ts";
import { followDuties } from "./follow.ts";
import { possibleRecipients, presentWraps, wrapPathsOf } from "./given-wraps.ts";
import type { AuthorLanes } from "./open-sessions.ts";
import { shownTies, type SharingHere } from "./read-sharing.ts";
import { standingNow, wrapDuties, type DutyScene, type Waiting, type WrapDuties } from "./wrap-duties.ts";

export interface DutiesInput {
  readonly state: WorkspaceState;
  readonly acting: Acting;
  readonly identity: UnlockedIdentity;
  readonly sharing: SharingHere;
  readonly now: number;
  /** Loads the rules of the scan; asked only when something grew. */
  readonly scanner: () => Promise<Scanner>;
  readonly revoking?: ReadonlyMap<StatementHash, "all" | ReadonlySet<SessionId>>;
}

export interface Duties {
  /** For the lane that speaks now. */
  readonly additions: Additions;
  readonly rewrapped: number;
  readonly removed: number;
  /** Sessions of which new parts are handed on. */
  readonly followed: number;
  readonly waiting: readonly Waiting[];
}

export function sceneOf(ledger: Pick<WritableLedger, "crypto">, input: Omit<DutiesInput, "scanner">): DutyScene {
  const { state, acting, identity, sharing, now, revoking } = input;
  const authors = lanesOf(state, authorsOf(ledger.crypto, state, acting), sharing);
  return { identity, state, approvals: [...sharing.sharing.approvals.values()], authors, now, ...(revoking === undefined ? {} : { revoking }) };
}

/** All that the lane of this clone owes to what was approved, for one publication: wraps of its own approvals, and parts that are followed. */
export async function dutiesOf(ledger: WritableLedger, input: DutiesInput): Promise<Duties> {
  const scene = sceneOf(ledger, input);
  const wraps = await wrapsOwed(ledger, input.sharing, scene);
  const { approvings, waiting } = await followDuties(ledger, scene, input.scanner);
  const ties = shownTies(input.state, scene.authors.map(({ author }) => author.person), input.sharing);
  const extensions = approvings.map((approving) => approve(ledger, input.acting, input.state, ties, approving));
  return {
    additions: joinAdditions([wraps.additions, ...extensions.map(({ additions }) => additions)]),
    rewrapped: wraps.rewrapped,
    removed: wraps.removed,
    followed: approvings.reduce((sum, { sessions }) => sum + sessions.length, 0),
    waiting: [...wraps.waiting, ...waiting],
  };
}

/** What the keys ref of one lane owes: that of this clone, or an earlier one of it. */
export async function wrapsOwed(ledger: WritableLedger, { lanes }: Pick<SharingHere, "lanes">, scene: DutyScene): Promise<WrapDuties> {
  const source = lanes.find(({ lane }) => lane === ledger.lane.id);
  return wrapDuties(ledger, { store: ledger.repository.store, keys: source?.keys ?? null }, scene);
}

export interface Elsewhere {
  readonly given: GivenApproval;
  readonly wraps: number;
}

/** Wraps of what is revoked or expired that still lie in lanes which this clone does not write: they go when their device syncs. */
export async function owedElsewhere(ledger: Pick<WritableLedger, "crypto">, lanes: SharingHere["lanes"], scene: DutyScene, written: readonly string[]): Promise<readonly Elsewhere[]> {
  const owed: Elsewhere[] = [];
  for (const given of scene.approvals) {
    if (!scene.authors.some(({ author }: AuthorLanes) => author.person === given.first.said.author)) continue;
    let wraps = 0;
    for (const covering of [...given.covered.values()].flat()) {
      if (written.includes(covering.statement.place.lane) || standingNow(scene, given, covering.parts.session) === "living") continue;
      const source = lanes.find(({ lane }) => lane === covering.statement.place.lane);
      if (source === undefined) continue;
      const paths = possibleRecipients(scene.state, covering).flatMap((to) => wrapPathsOf(ledger.crypto, covering, to));
      wraps += (await presentWraps(source, paths)).length;
    }
    if (wraps > 0) owed.push({ given, wraps });
  }
  return owed;
}
