import { administratorOf, authorOf, demand, livingPerson, livingTeam } from "../checks.ts";
import type { Verify } from "../checks.ts";
import type { PersonId } from "../../ids.ts";
import { currentMembership, isAdministrator } from "../state.ts";
import type { Team, WorkspaceState } from "../state.ts";
import type { Statement } from "../statement.ts";
import type { NominateBody, TeamBody, TeamRemovalBody } from "../team-bodies.ts";

export function withTeam(state: WorkspaceState, team: Team): WorkspaceState {
  return { ...state, teams: new Map([...state.teams, [team.id, team]]) };
}

/** A team without members: its key is made by the first one, never by an administrator as such. */
export function applyTeam(verify: Verify, state: WorkspaceState, statement: Statement, body: TeamBody): WorkspaceState {
  administratorOf(verify, state, statement);
  const { n } = statement;
  demand(!state.teams.has(body.team), n, `team '${body.team}' is there already`);
  const name = { wrap: body.name, epoch: currentMembership(state).epoch };
  return withTeam(state, { id: body.team, name, since: n, nominated: new Set(), members: new Map(), former: [], keys: [], due: null, grants: new Map(), dead: false });
}

export function applyNominate(verify: Verify, state: WorkspaceState, statement: Statement, body: NominateBody): WorkspaceState {
  administratorOf(verify, state, statement);
  const { n } = statement;
  const team = livingTeam(state, body.team, n);
  const { id } = livingPerson(state, body.person, n);
  demand(!team.nominated.has(id), n, `'${id}' is nominated already`);
  demand(!team.members.has(id), n, `'${id}' is a member of the team already`);
  return withTeam(state, { ...team, nominated: new Set([...team.nominated, id]) });
}

/** Ends a membership of the team, or a nomination. */
export function applyTeamRemoval(verify: Verify, state: WorkspaceState, statement: Statement, body: TeamRemovalBody): WorkspaceState {
  const { person: author } = authorOf(verify, state, statement);
  const { n } = statement;
  demand(author.id === body.person || isAdministrator(state, author.id), n, `'${author.id}' is neither an administrator nor the person`);
  const team = livingTeam(state, body.team, n);
  demand(team.members.has(body.person) || team.nominated.has(body.person), n, `'${body.person}' is neither a member of the team nor nominated`);
  return withTeam(state, withoutPerson(team, body.person, n));
}

/** A team after somebody left it: due, or dead when nobody is left; as it was when they had no part in it. */
export function withoutPerson(team: Team, person: PersonId, n: number): Team {
  const nominated = new Set([...team.nominated].filter((id) => id !== person));
  const since = team.members.get(person);
  if (since === undefined) return { ...team, nominated };
  const members = new Map([...team.members].filter(([id]) => id !== person));
  return { ...team, nominated, members, former: [...team.former, { person, since, until: n }], due: n, dead: members.size === 0 };
}
