import { compare, fromHex } from "../../domain/bytes.ts";
import type { LaneId, RepoId } from "../../domain/ids.ts";
import type { FrozenLane, WorkspaceState } from "../../domain/workspace/state.ts";
import { idBytes, laneIdBytes } from "../../format/ids.ts";
import type { WorkFiles } from "../../ports/work-files.ts";
import { frozenTrust, LaneTrusts } from "./trust.ts";

export interface FrozenRepo {
  readonly repo: RepoId;
  readonly lanes: readonly (FrozenLane & { readonly lane: LaneId })[];
}

/**
 * What a removal that is made on this device freezes: of each connected repository the newest header that was verified of each lane,
 * both sorted by id. Lanes that stand in an earlier freeze and have not grown since are left out, and so are those of which
 * something does not count: an earlier freeze holds for them. A repository of which no lane was ever verified here is left out:
 * to name it would freeze everything in it at nothing.
 * @param trustOf trust state of a repository on this device
 */
export async function frozenHeads(state: WorkspaceState, trustOf: (repo: RepoId) => WorkFiles): Promise<readonly FrozenRepo[]> {
  const repos: FrozenRepo[] = [];
  for (const repo of [...state.connections.keys()].sort((a, b) => compare(idBytes(a), idBytes(b)))) {
    const trusts = new LaneTrusts(trustOf(repo));
    const known = [...(await trusts.lanes())].sort((a, b) => compare(laneIdBytes(a), laneIdBytes(b)));
    const lanes: FrozenRepo["lanes"][number][] = [];
    for (const lane of known) {
      const trust = await trusts.read(lane);
      if (trust === null || frozenTrust(state, repo, lane, trust) !== null) continue;
      const before = state.freezes.get(repo)?.lanes.get(lane);
      if (before === undefined || before.seq < trust.seq) lanes.push({ lane, seq: trust.seq, hash: fromHex(trust.hash) });
    }
    if (known.length > 0) repos.push({ repo, lanes });
  }
  return repos;
}
