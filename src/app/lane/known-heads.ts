import { fromHex } from "../../domain/bytes.ts";
import type { LaneId, RepoId } from "../../domain/ids.ts";
import type { FrozenLane, WorkspaceState } from "../../domain/workspace/state.ts";
import type { WorkFiles } from "../../ports/work-files.ts";
import type { KnownHeads } from "../workspace/compose-removal.ts";
import { frozenTrust, LaneTrusts } from "./trust.ts";

/**
 * What a removal that is made on this device freezes: of each repository the newest header that was verified of each lane.
 * Left out are lanes of which something does not count: the earlier freeze holds for them, and to name them again would let in what
 * lies beyond it.
 * @param repos whose lanes were fetched just now. A lane that was missed is frozen at nothing
 * @param trustOf trust state of a repository on this device
 */
export async function knownHeads(state: WorkspaceState, repos: readonly RepoId[], trustOf: (repo: RepoId) => WorkFiles): Promise<KnownHeads> {
  const heads = new Map<RepoId, ReadonlyMap<LaneId, FrozenLane>>();
  for (const repo of repos) {
    const trusts = new LaneTrusts(trustOf(repo));
    const lanes = new Map<LaneId, FrozenLane>();
    for (const lane of (await trusts.lanes()).toSorted()) {
      const trust = await trusts.read(lane);
      if (trust !== null && frozenTrust(state, repo, lane, trust) === null) lanes.set(lane, { seq: trust.seq, hash: fromHex(trust.hash) });
    }
    heads.set(repo, lanes);
  }
  return heads;
}
