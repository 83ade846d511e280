import { fromHex, fromUtf8, utf8 } from "../../domain/bytes.ts";
import type { LaneHead } from "../../format/header.ts";
import type { WritableLedger } from "../ledger.ts";
import { LaneTrusts } from "../lane/trust.ts";

const NAMED = "named.json";

/** Heads of other lanes that changed since this lane named them last. Losing the note names them again. */
export async function headsToName(ledger: WritableLedger): Promise<LaneHead[]> {
  const named = await readNamed(ledger);
  const trusts = new LaneTrusts(ledger.trust);
  const heads: LaneHead[] = [];
  for (const lane of await trusts.lanes()) {
    const trust = lane === ledger.lane.id ? null : await trusts.read(lane);
    if (trust !== null && named[lane] !== trust.seq) heads.push({ lane, seq: trust.seq, hash: fromHex(trust.hash) });
  }
  return heads;
}

async function readNamed(ledger: WritableLedger): Promise<Record<string, number>> {
  const bytes = await ledger.work.read(NAMED);
  try {
    return bytes === null ? {} : (JSON.parse(fromUtf8(bytes)) as Record<string, number>);
  } catch {
    return {};
  }
}

export async function noteNamed(ledger: WritableLedger, heads: readonly LaneHead[]): Promise<void> {
  if (heads.length === 0) return;
  const named = await readNamed(ledger);
  for (const { lane, seq } of heads) named[lane] = seq;
  await ledger.work.write(NAMED, utf8(JSON.stringify(named)));
}
