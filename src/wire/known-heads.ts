import { join } from "node:path";
import { workFiles } from "../adapters/work-files/work-files.ts";
import { LaneTrusts } from "../app/lane/trust.ts";
import type { KnownHeads } from "../app/workspace/compose-removal.ts";
import { fromHex } from "../domain/bytes.ts";
import type { LaneId, RepoId } from "../domain/ids.ts";
import type { FrozenLane } from "../domain/workspace/state.ts";
import type { Here } from "./here.ts";

/**
 * The newest header of every lane that was verified on this machine, in each connected repository that it knows: what a removal
 * freezes. A repository that was never seen here is left out: to freeze it without its lanes would drop what was written in it.
 */
export async function knownHeads(here: Here): Promise<KnownHeads> {
  const heads = new Map<RepoId, ReadonlyMap<LaneId, FrozenLane>>();
  for (const repo of [...here.state.chain.state.connections.keys()].sort()) {
    const trusts = new LaneTrusts(repo === here.ledger.repo ? here.ledger.trust : workFiles(join(here.clone.settings.stateDirectory, "repos", repo)));
    const lanes = new Map<LaneId, FrozenLane>();
    for (const lane of (await trusts.lanes()).toSorted()) {
      const trust = await trusts.read(lane);
      if (trust !== null) lanes.set(lane, { seq: trust.seq, hash: fromHex(trust.hash) });
    }
    if (lanes.size > 0 || repo === here.ledger.repo) heads.set(repo, lanes);
  }
  return heads;
}
