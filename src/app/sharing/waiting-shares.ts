import type { GivenApproval } from "../../domain/sharing/sharing.ts";
import { standing } from "../../domain/sharing/sharing.ts";
import type { Scanner } from "../../ports/scanner.ts";
import type { Ledger, OwnLane } from "../ledger.ts";
import { followDuties } from "./follow.ts";
import type { SharingHere } from "./read-sharing.ts";
import { isAuthor, owedWraps, type DutyScene, type Waiting } from "./wrap-duties.ts";

/** How long before its end an approval is told of, ms. */
const SOON = 3 * 86_400_000;

/** What a person owes to what they shared, and what is about to end. */
export interface WaitingShares {
  /** What cannot be done yet, and why. */
  readonly waiting: readonly Waiting[];
  /** Wraps that the next unlocked sync seals or removes, and sessions of which it hands on more. */
  readonly ready: number;
  /** The soonest first. */
  readonly expiring: readonly GivenApproval[];
}

/**
 * Looks at what the lanes of this clone owe. Nothing is sealed, and no network is touched.
 * @param lanes that this clone writes, or wrote
 * @param scanner loads the rules; asked only when something grew
 */
export async function waitingShares(ledger: Ledger, lanes: readonly OwnLane[], { lanes: sources }: Pick<SharingHere, "lanes">, scene: Omit<DutyScene, "identity">, scanner: () => Promise<Scanner>): Promise<WaitingShares> {
  const waiting: Waiting[] = [];
  let ready = 0;
  for (const lane of lanes) {
    const keys = sources.find((source) => source.lane === lane.id)?.keys ?? null;
    const owed = await owedWraps({ ...ledger, lane }, { store: ledger.repository.store, keys }, scene);
    waiting.push(...owed.waiting);
    ready += owed.missing.length + owed.gone.length;
  }
  const follow = await followDuties(ledger, scene, scanner);
  return {
    waiting: [...waiting, ...follow.waiting],
    ready: ready + follow.approvings.reduce((sum, { sessions }) => sum + sessions.length, 0),
    expiring: expiringSoon(scene),
  };
}

function expiringSoon({ approvals, authors, now }: Omit<DutyScene, "identity">): readonly GivenApproval[] {
  const ends = ({ ends: at }: GivenApproval): number => at ?? Number.POSITIVE_INFINITY;
  const soon = [...approvals].filter((given) => isAuthor(authors, given.first.said.author) && standing(given, now) === "living" && ends(given) - now <= SOON);
  return soon.toSorted((a, b) => ends(a) - ends(b) || (a.first.hash < b.first.hash ? -1 : 1));
}
