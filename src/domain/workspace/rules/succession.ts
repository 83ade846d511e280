import { authorOf, demand, livingPerson, livingTeam } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { currentPersonKey, currentTeamKey, isAdministrator } from "../state.ts";
import type { Person, Succession, WorkspaceState } from "../state.ts";
import type { Statement } from "../statement.ts";
import type { SuccessionBody, SuccessionClaim } from "../team-bodies.ts";

/** What somebody signs for the time after their departure; the newest one counts. */
export function applySuccession(verify: Verify, state: WorkspaceState, statement: Statement, body: SuccessionBody): WorkspaceState {
  const { person } = authorOf(verify, state, statement);
  const { n } = statement;
  const { succession: before, ...rest } = person;
  demand(body.succession !== null || before !== undefined, n, "there is no succession to take back");
  const next: Person = body.succession === null ? rest : { ...rest, succession: newSuccession(state, person, body.succession, n) };
  return { ...state, persons: new Map([...state.persons, [person.id, next]]) };
}

function newSuccession(state: WorkspaceState, person: Person, claim: SuccessionClaim, n: number): Succession {
  const team = livingTeam(state, claim.team, n);
  demand(team.due === null, n, "the key of the team is due");
  demand(claim.teamEpoch === currentTeamKey(team)?.epoch, n, `epoch ${claim.teamEpoch} of the team key is not the newest`);
  demand(claim.keyEpoch === currentPersonKey(person).epoch, n, `epoch ${claim.keyEpoch} of the person key is not the newest`);
  demand(claim.boxes.length > 0, n, "it is sealed to no administrator");
  claim.boxes.forEach(({ person: to, epoch }, i) => {
    demand(isAdministrator(state, to), n, `it is sealed to '${to}', who is not an administrator`);
    demand(epoch === currentPersonKey(livingPerson(state, to, n)).epoch, n, `it is sealed to epoch ${epoch} of the person key of '${to}', which is not the newest`);
    const previous = claim.boxes[i - 1]?.person;
    demand(previous === undefined || previous < to, n, "its boxes are not sorted, each administrator once");
  });
  const boxes = new Map(claim.boxes.map(({ person: to, epoch, wrap }) => [to, { epoch, wrap }]));
  return { team: claim.team, teamEpoch: claim.teamEpoch, keyEpoch: claim.keyEpoch, hash: claim.hash, boxes };
}
