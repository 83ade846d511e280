import { equal } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PersonId, TeamId } from "../../domain/ids.ts";
import { currentTeamKey } from "../../domain/workspace/state.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { EpochSeed } from "../../format/key-file.ts";
import { teamContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { openOrNull } from "./epochs.ts";

/** Why nobody may seal anything to the newest key of a team, as an HxError `refused`; null: nothing is wrong. */
export function auditTeam(state: WorkspaceState, id: TeamId): HxError | null {
  const team = state.teams.get(id);
  if (team === undefined) return refused(`team '${id}' is not in this workspace`, "hx team list");
  const show = `hx team show ${id}`;
  if (team.dead) return refused(`team '${id}' lost its last member`, "hx team list");
  const key = currentTeamKey(team);
  if (key === null) return refused(`team '${id}' has no key yet: somebody who is nominated makes it`, show);
  if (team.due !== null) return refused(`the key of team '${id}' is due since a removal: a member makes the next one`, show);
  const outsider = [...key.boxes.keys()].find((person) => !team.members.has(person));
  if (outsider !== undefined) return refused(`the key of team '${id}' is boxed to '${outsider}', who is no member of it`, show);
  const missing = [...team.members.keys()].find((person) => !key.boxes.has(person));
  if (missing !== undefined) return refused(`the key of team '${id}' is not boxed to its member '${missing}'`, show);
  return null;
}

/**
 * Whether a member's own box of the newest team key holds what it should: an HxError `refused` when it does not open, or holds
 * a seed that is not that of the public key, so that whoever made it is told of; null: nothing is wrong.
 * @param personKeys of the member, by epoch
 */
export function auditOwnBox(crypto: Crypto, state: WorkspaceState, id: TeamId, person: PersonId, personKeys: readonly EpochSeed[]): HxError | null {
  const team = state.teams.get(id);
  const key = team === undefined ? null : currentTeamKey(team);
  const box = key?.boxes.get(person);
  if (key === null || box === undefined) return refused(`'${person}' has no box of the key of team '${id}'`, `hx team show ${id}`);
  const own = personKeys.find(({ epoch }) => epoch === box.epoch);
  if (own === undefined) return refused(`epoch ${box.epoch} of the person key of '${person}' is not open here`, "hx sync");
  const seed = openOrNull(crypto, own.seed, teamContext(id, key.epoch, person), box.wrap);
  if (seed !== null && equal(crypto.wrapper.publicKey(seed), key.key)) return null;
  return refused(`the box of '${person}' does not hold the key of team '${id}'`, `hx team show ${id}`);
}

function refused(message: string, hint: string): HxError {
  return new HxError("refused", message, { hints: [hint] });
}
