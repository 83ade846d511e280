import { HxError } from "../../domain/errors.ts";
import type { ProjectId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { Acting } from "../workspace/acting.ts";
import { listed } from "../workspace/handle.ts";
import type { Plan } from "../workspace/plan.ts";
import { livingTeamNamed, needAdministrator, teamNamed } from "../workspace/rights.ts";

/** A right of a team that begins or ends. */
export interface Granting {
  readonly team: string;
  /** Absent: the project of the repository. */
  readonly project?: string;
  /** The projects to which the repository is connected here. */
  readonly here: readonly ProjectId[];
}

/** Lets a team ask for sessions of a project. @throws HxError `refused`, `not-found`, `ambiguous` */
export function grantProject(state: WorkspaceState, acting: Acting, granting: Granting): Plan<ProjectId> {
  needAdministrator(state, acting, "grant a project");
  const team = livingTeamNamed(state, acting, granting.team);
  const project = projectOf(acting, granting);
  const already = team.grants.has(project);
  return { about: project, bodies: already ? [] : [() => ({ type: "grant", team: team.id, project })], done: [{ act: "granted", already, team: team.id }] };
}

/** Ends that right, also of a team that is dead. @throws HxError `refused`, `not-found`, `ambiguous` */
export function withdrawProject(state: WorkspaceState, acting: Acting, granting: Granting): Plan<ProjectId> {
  needAdministrator(state, acting, "withdraw a project");
  const team = teamNamed(state, acting.directory.findTeam(granting.team).id);
  const project = projectOf(acting, granting);
  const already = !team.grants.has(project);
  return { about: project, bodies: already ? [] : [() => ({ type: "withdraw", team: team.id, project })], done: [{ act: "withdrawn", already, team: team.id }] };
}

function projectOf({ directory }: Acting, { project, here }: Granting): ProjectId {
  if (project !== undefined) return directory.findProject(project).id;
  const [first, ...rest] = here;
  if (first === undefined) throw new HxError("not-found", "this repository has no project here", { hints: ["hx project list"] });
  if (rest.length === 0) return first;
  throw new HxError("ambiguous", `this repository has ${here.length} projects (${listed(here.map((id) => directory.project(id)))}): name one with --project`, { hints: ["hx project list"] });
}
