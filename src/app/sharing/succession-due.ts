import { currentPersonKey, currentTeamKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { PersonId } from "../../domain/ids.ts";
import { auditTeam } from "../workspace/audit.ts";

/**
 * Whether what somebody signed for the time after their departure no longer reaches: the team has another key, they have one, or the
 * administrators (or their keys) are others. False while nothing may be sealed to the team.
 */
export function isSuccessionDue(state: WorkspaceState, id: PersonId): boolean {
  const person = state.persons.get(id);
  const succession = person?.succession;
  const team = succession === undefined ? undefined : state.teams.get(succession.team);
  if (person?.state !== "living" || succession === undefined || team === undefined || auditTeam(state, succession.team) !== null) return false;
  if (currentTeamKey(team)?.epoch !== succession.teamEpoch || currentPersonKey(person).epoch !== succession.keyEpoch) return true;
  if (succession.boxes.size !== state.administrators.size) return true;
  return [...state.administrators].some((administrator) => {
    const found = state.persons.get(administrator);
    return found === undefined || succession.boxes.get(administrator)?.epoch !== currentPersonKey(found).epoch;
  });
}
