import { administratorOf, demand, livingTeam } from "../checks.ts";
import type { Verify } from "../checks.ts";
import type { WorkspaceState } from "../state.ts";
import type { Statement } from "../statement.ts";
import type { GrantBody } from "../team-bodies.ts";
import { withTeam } from "./team.ts";

/** Lets a team be shared with in a project, or ends that. A dead team keeps its grants until they are withdrawn. */
export function applyGrant(verify: Verify, state: WorkspaceState, statement: Statement, body: GrantBody): WorkspaceState {
  administratorOf(verify, state, statement);
  return body.type === "grant" ? grant(state, body, statement.n) : withdraw(state, body, statement.n);
}

function grant(state: WorkspaceState, { team: id, project }: GrantBody, n: number): WorkspaceState {
  const team = livingTeam(state, id, n);
  demand(state.projects.has(project), n, `project '${project}' is not known`);
  demand(!team.grants.has(project), n, `project '${project}' is granted to the team already`);
  return withTeam(state, { ...team, grants: new Map([...team.grants, [project, n]]) });
}

function withdraw(state: WorkspaceState, { team: id, project }: GrantBody, n: number): WorkspaceState {
  const team = state.teams.get(id);
  demand(team !== undefined, n, `team '${id}' is not known`);
  demand(team.grants.has(project), n, `project '${project}' is not granted to the team`);
  return withTeam(state, { ...team, grants: new Map([...team.grants].filter(([granted]) => granted !== project)) });
}
