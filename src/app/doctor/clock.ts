import { LaneTrusts } from "../lane/trust.ts";
import type { Ledger } from "../ledger.ts";
import type { VerifiedChain } from "../sync/workspace-chain.ts";
import { fail, ok, warn, type Finding } from "./check.ts";

const DAY = 86400;

/** The newest day that anybody signed, against this clock: a clock that is behind refuses what others wrote, one that is ahead is refused by them. */
export async function clockFinding(ledger: Ledger, { chain }: VerifiedChain): Promise<Finding> {
  const trusts = new LaneTrusts(ledger.trust);
  let newest = chain.day;
  for (const lane of await trusts.lanes()) newest = Math.max(newest, (await trusts.read(lane))?.day ?? 0);
  return judgeClock(newest, ledger.clock.now());
}

/** @param newest seconds since 1970, of a midnight; @param now ms since 1970 */
export function judgeClock(newest: number, now: number): Finding {
  const seconds = now / 1000;
  const day = new Date(newest * 1000).toISOString().slice(0, 10);
  const here = new Date(now).toISOString().slice(0, 16).replace("T", " ");
  if (newest > seconds + DAY) return fail(`this clock says ${here} UTC, and what was verified is of ${day}: new commits will be refused here`, "date -u");
  if (newest > seconds) return warn(`this clock says ${here} UTC, and somebody wrote on ${day} already`, "date -u");
  return ok(`${here} UTC, the newest day that was verified is ${day}`);
}
