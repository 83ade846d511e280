import { isStale } from "../lane/own-lane-key.ts";
import { readLaneHead } from "../lane/own-head.ts";
import { LaneTrusts, type LaneTrust } from "../lane/trust.ts";
import { REISSUE, REISSUE_COMMAND } from "../lane/reissue.ts";
import type { Ledger, OwnLane } from "../ledger.ts";
import type { VerifiedChain } from "../sync/workspace-chain.ts";
import { verifyCertificate } from "../workspace/certificate.ts";
import { withheldLanes } from "../status/claims.ts";
import { laneWait } from "../../domain/workspace/standing.ts";
import { laneRef } from "../../format/paths.ts";
import { fail, ok, warn, type Finding } from "./check.ts";

const OPEN_ONE = "hx identity unlock && hx sync";

/** The lane that this clone writes: there, certified by the membership key, of this quarter, and no older than what was offered. */
export async function ownLaneFinding(ledger: Ledger, lane: (OwnLane & { readonly day?: number }) | null, { state }: VerifiedChain): Promise<Finding> {
  if (lane === null) return fail("this clone has no lane yet, so hooks capture nothing", OPEN_ONE);
  const waits = laneWait(state, lane);
  if (waits === "removed") return fail("the author of this clone's lane is no member of the workspace any more: nothing is pushed", "hx member list");
  if (waits === "admission") return warn(`lane '${lane.id}' has no certificate: an administrator must admit you`, "hx member add --pending");
  if (waits === "reissue") return fail(REISSUE, REISSUE_COMMAND);
  if (waits !== null || lane.certificate === undefined) return warn(`lane '${lane.id}' waits for a certificate of the newest membership epoch: nothing is pushed until then`, OPEN_ONE);
  const certified = verifyCertificate(ledger.crypto.signer, state, lane.certificate, { repo: ledger.repo, lane: lane.publicKey, eraser: lane.eraser });
  if (!certified) return fail(`the certificate of lane '${lane.id}' does not verify`, OPEN_ONE);
  const head = await ledger.repository.store.read(laneRef(lane.id));
  const trust = await new LaneTrusts(ledger.trust).read(lane.id);
  if (head === null && trust !== null) return fail(`lane '${lane.id}' was offered up to ${trust.seq}, and is gone from this clone`, "hx sync");
  if (head !== null) {
    const { header } = await readLaneHead(ledger.repository.store, ledger.crypto, lane.id, lane.publicKey, head);
    if (trust !== null && header.seq < trust.seq) return fail(`lane '${lane.id}' is older here (${header.seq}) than what was offered (${trust.seq})`, "hx sync");
  }
  const stale = lane.carried !== true && lane.day !== undefined && isStale({ day: lane.day }, ledger.clock.now());
  if (stale) return warn(`lane '${lane.id}' is due for a fresh one: its quarter is over`, OPEN_ONE);
  return ok(`lane '${lane.id}' is certified${head === null ? ", nothing was pushed yet" : ""}`);
}

/** Trust state: whole, and nobody claimed a head that no remote showed. */
export async function trustFinding(ledger: Ledger): Promise<Finding> {
  const trusts = new LaneTrusts(ledger.trust);
  const lanes = await trusts.lanes();
  for (const lane of lanes) {
    const trust = await trusts.read(lane);
    if (trust !== null && !isWhole(trust)) return fail(`the trust state of lane '${lane}' contradicts itself`, "hx verify --full");
    const head = await ledger.repository.store.read(laneRef(lane));
    const others = await ledger.others.read(laneRef(lane));
    if (head === null && others === null) return fail(`lane '${lane}' was verified, and is in no store of this clone any more`, "hx sync");
  }
  const withheld = await withheldLanes(ledger);
  if (withheld.length > 0) return warn(`others have seen more than any remote showed of: ${withheld.join(", ")}`, "hx verify");
  return ok(`${lanes.length} lane${lanes.length === 1 ? "" : "s"} pinned, none is missing or withheld`);
}

function isWhole({ chain, seq, hash }: LaneTrust): boolean {
  return chain.length === seq + 1 && chain[seq] === hash;
}
