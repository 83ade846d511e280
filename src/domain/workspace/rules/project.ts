import { administratorOf, demand } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { currentMembership } from "../state.ts";
import type { WorkspaceState } from "../state.ts";
import type { ProjectBody, Statement } from "../statement.ts";

export function applyProject(verify: Verify, state: WorkspaceState, statement: Statement, body: ProjectBody): WorkspaceState {
  administratorOf(verify, state, statement);
  demand(!state.projects.has(body.project), statement.n, `project '${body.project}' is there already`);
  const project = { id: body.project, name: { wrap: body.name, epoch: currentMembership(state).epoch }, since: statement.n };
  return { ...state, projects: new Map([...state.projects, [project.id, project]]) };
}
