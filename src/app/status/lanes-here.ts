import { fromUtf8 } from "../../domain/bytes.ts";
import type { Removals } from "../../domain/workspace/frozen.ts";
import { erasedIn } from "../lane/erased.ts";
import type { Ledger } from "../ledger.ts";
import { laneSources, sessionsOf, type LaneSource } from "../read/lane-source.ts";

export interface LanesHere {
  readonly mine: number;
  readonly others: number;
  /** Different sessions in the lanes of this person that were not erased, as far as they can be told without a passphrase. */
  readonly kept: number;
}

/**
 * Lanes whose refs lie in the repository are written by this clone. Those of the person's other devices are known from the
 * note that an earlier, unlocked command left; without it they count as others'.
 */
export async function lanesHere(ledger: Ledger, removals: Pick<Removals, "freezes">): Promise<LanesHere> {
  const noted = await notedLanes(ledger);
  const sources = await laneSources(ledger, removals);
  const mine = sources.filter(({ lane, store }) => store === ledger.repository.store || noted[lane] === true);
  const sessions = new Set<string>();
  for (const source of mine) {
    const isGone = await erasedIn(ledger, source);
    for (const session of await sessionsOf(source)) if (!(await isGone(session))) sessions.add(session);
  }
  return { mine: mine.length, others: sources.length - mine.length, kept: sessions.size };
}

/** `mine.json`, which `ownLanes` writes: lane → whether it is tied to the person. */
async function notedLanes(ledger: Ledger): Promise<Readonly<Record<LaneSource["lane"], boolean>>> {
  const bytes = await ledger.work.read("mine.json");
  try {
    return bytes === null ? {} : ((JSON.parse(fromUtf8(bytes)) as { lanes?: Record<string, boolean> }).lanes ?? {});
  } catch {
    return {};
  }
}
