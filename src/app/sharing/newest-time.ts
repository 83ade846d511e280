import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import type { Ledger } from "../ledger.ts";

/** In the trust state of the repository. */
export const CLOCK_FILE = "clock";
/** How much later it must be to be written again, ms. */
const STEP = 60_000;

/**
 * The newest time that this device has ever seen in this repository, ms since 1970: a clock that is set back prolongs no approval and
 * no lease. Kept in the trust state, to the minute. A clock that was once set far ahead ends both early until that file is removed.
 */
export async function newestTime(ledger: Ledger): Promise<number> {
  const seen = await timeSeen(ledger);
  const now = ledger.clock.now();
  if (seen >= now) return seen;
  if (now - seen >= STEP) await ledger.trust.write(CLOCK_FILE, utf8(String(now)));
  return now;
}

/** What was noted of it last, ms since 1970; 0 where nothing was, or it is damaged. */
export async function timeSeen(ledger: Pick<Ledger, "trust">): Promise<number> {
  const bytes = await ledger.trust.read(CLOCK_FILE);
  const seen = bytes === null ? 0 : Number(fromUtf8(bytes));
  return Number.isFinite(seen) ? seen : 0;
}
