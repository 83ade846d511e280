import { fromUtf8 } from "../../domain/bytes.ts";
import { isLaneId, type LaneId } from "../../domain/ids.ts";
import type { Ledger } from "../ledger.ts";
import { LaneTrusts } from "../lane/trust.ts";

/** Lanes of which verified headers name a head that was not found at the last sync: trust file `claims.json`. */
export async function withheldLanes(ledger: Ledger): Promise<readonly LaneId[]> {
  const bytes = await ledger.trust.read("claims.json");
  if (bytes === null) return [];
  const claims = JSON.parse(fromUtf8(bytes)) as Record<string, [number, string]>;
  const trusts = new LaneTrusts(ledger.trust);
  const withheld: LaneId[] = [];
  for (const [lane, [seq, hash]] of Object.entries(claims)) {
    if (isLaneId(lane) && (await trusts.read(lane))?.chain[seq] !== hash) withheld.push(lane);
  }
  return withheld;
}
