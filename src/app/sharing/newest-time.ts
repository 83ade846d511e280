import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import type { Ledger } from "../ledger.ts";

const NAME = "clock";
/** How much later it must be to be written again, ms. */
const STEP = 60_000;

/**
 * The newest time that this device has ever seen in this repository, ms since 1970: a clock that is set back prolongs no approval and
 * no lease. Kept in the trust state, to the minute. A clock that was once set far ahead ends both early until that file is removed.
 */
export async function newestTime(ledger: Ledger): Promise<number> {
  const bytes = await ledger.trust.read(NAME);
  const seen = bytes === null ? 0 : Number(fromUtf8(bytes));
  const now = ledger.clock.now();
  if (Number.isFinite(seen) && seen >= now) return seen;
  if (!Number.isFinite(seen) || now - seen >= STEP) await ledger.trust.write(NAME, utf8(String(now)));
  return now;
}
