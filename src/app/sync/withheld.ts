import { fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { LaneId, Oid, RefName } from "../../domain/ids.ts";
import { laneRef, parseSessionsRef } from "../../format/paths.ts";
import type { Ledger } from "../ledger.ts";
import { LaneTrusts } from "../lane/trust.ts";
import type { FetchedLanes, LaneProblem } from "./fetch-lanes.ts";

/** Heads that verified headers named and that were not found yet, by lane: [seq, hash as hex]. */
type Claims = Record<string, [number, string]>;

const CLAIMS = "claims.json";

/**
 * Holds what headers say of other lanes against what was fetched. A head that is claimed and not found is *withheld*, a
 * warning: a claim without the signed header proves nothing. A lane that this remote had and has no more is a rollback.
 */
export async function checkNamed(
  ledger: Ledger,
  url: string,
  refs: ReadonlyMap<RefName, Oid>,
  fetched: FetchedLanes,
): Promise<{ readonly problems: readonly LaneProblem[]; readonly withheld: readonly LaneId[] }> {
  const claims = await readJson<Claims>(ledger, CLAIMS, {});
  for (const { named } of fetched.verified) {
    for (const { lane, seq, hash } of named) if ((claims[lane]?.[0] ?? -1) < seq) claims[lane] = [seq, toHex(hash)];
  }
  const trusts = new LaneTrusts(ledger.trust);
  const withheld: LaneId[] = [];
  for (const lane of Object.keys(claims) as LaneId[]) {
    const trust = await trusts.read(lane);
    const [seq, hash] = claims[lane] ?? [0, ""];
    if (trust?.chain[seq] === hash) delete claims[lane];
    else withheld.push(lane);
  }
  await ledger.trust.write(CLAIMS, utf8(JSON.stringify(claims)));
  const gone = await goneLanes(ledger, url, refs);
  const told = new Set(gone.map(({ lane }) => lane));
  return { problems: [...fetched.problems.filter(({ lane }) => !told.has(lane)), ...gone], withheld };
}

async function goneLanes(ledger: Ledger, url: string, refs: ReadonlyMap<RefName, Oid>): Promise<LaneProblem[]> {
  const name = `seen/${toHex(ledger.crypto.hashes.h16(utf8(url)))}.json`;
  const seen = await readJson<LaneId[]>(ledger, name, []);
  const present = [...refs.keys()].flatMap((ref) => {
    const place = parseSessionsRef(ref);
    return place?.kind === "lane" ? [place.lane] : [];
  });
  await ledger.trust.write(name, utf8(JSON.stringify([...new Set([...seen, ...present])].sort())));
  const trusts = new LaneTrusts(ledger.trust);
  const problems: LaneProblem[] = [];
  for (const lane of seen) {
    // A ref that never verified is no loss, and anybody can make one and delete it.
    if (refs.has(laneRef(lane)) || (await trusts.read(lane)) === null) continue;
    problems.push({ lane, error: new HxError("lane-rollback", `lane '${lane}' is gone from the remote`, { data: { lane }, hints: ["hx verify"] }) });
  }
  return problems;
}

async function readJson<Value>(ledger: Ledger, name: string, absent: Value): Promise<Value> {
  const bytes = await ledger.trust.read(name);
  return bytes === null ? absent : (JSON.parse(fromUtf8(bytes)) as Value);
}
