import { LaneTrusts } from "../lane/trust.ts";
import type { Ledger } from "../ledger.ts";
import { timeSeen } from "../sharing/newest-time.ts";
import type { VerifiedChain } from "../sync/workspace-chain.ts";
import { fail, ok, warn, type Finding } from "./check.ts";

const DAY = 86400;

/**
 * The newest day that anybody signed, against this clock: a clock that is behind refuses what others wrote, one that is ahead is refused
 * by them. And the newest time that this device has seen, by which approvals and leases end.
 * @param file in which that time is noted, absolute
 */
export async function clockFinding(ledger: Ledger, { chain }: VerifiedChain, file: string): Promise<Finding> {
  const trusts = new LaneTrusts(ledger.trust);
  let newest = chain.day;
  for (const lane of await trusts.lanes()) newest = Math.max(newest, (await trusts.read(lane))?.day ?? 0);
  const now = ledger.clock.now();
  const signed = judgeClock(newest, now);
  return signed.result === "ok" ? (judgeSeen(await timeSeen(ledger), now, file) ?? signed) : signed;
}

/** @param seen newest time noted, ms since 1970; null: it is not far ahead */
export function judgeSeen(seen: number, now: number, file: string): Finding | null {
  if (seen <= now + DAY * 1000) return null;
  return warn(`this clock says ${utc(now)} UTC, and once said ${utc(seen)}: until then approvals and leases end here as if it were that time`, `rm '${file.replaceAll("'", "'\\''")}'`);
}

/** Times that no calendar has are said as they are. */
function utc(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString().slice(0, 16).replace("T", " ");
}

/** @param newest seconds since 1970, of a midnight; @param now ms since 1970 */
export function judgeClock(newest: number, now: number): Finding {
  const seconds = now / 1000;
  const day = new Date(newest * 1000).toISOString().slice(0, 10);
  const here = utc(now);
  if (newest > seconds + DAY) return fail(`this clock says ${here} UTC, and what was verified is of ${day}: new commits will be refused here`, "date -u");
  if (newest > seconds) return warn(`this clock says ${here} UTC, and somebody wrote on ${day} already`, "date -u");
  return ok(`${here} UTC, the newest day that was verified is ${day}`);
}
