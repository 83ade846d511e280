import type { Named, ProjectListing, ProjectReport, ProjectRow, ShownTeam, Since, TeamListing, TeamOutcome } from "../world.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

/** `outcomes` is empty where a team is only shown. */
export function teamJson(team: ShownTeam, outcomes: readonly TeamOutcome[]) {
  const { head, state, since, members, nominated, projects, key, due, successions, problems, next } = team;
  return {
    schema: SCHEMAS.team,
    outcomes: outcomes.map(outcomeJson),
    head,
    ...namedJson(team),
    state,
    since: sinceJson(since),
    members: members.map((member) => ({ ...namedJson(member), since: sinceJson(member.since) })),
    nominated: nominated.map(namedJson),
    projects: projects.map((project) => ({ ...namedJson(project), since: sinceJson(project.since) })),
    key: key === undefined ? undefined : { epoch: key.epoch, since: sinceJson(key.since), by: namedJson(key.by) },
    due: due === undefined ? undefined : sinceJson(due),
    successions: successions.map((person) => ({ ...namedJson(person), published: person.published })),
    problems,
    next: next.map(({ by, what, command }) => ({ by: by.map(namedJson), what, command })),
  };
}

export function teamsJson({ head, teams }: TeamListing) {
  return {
    schema: SCHEMAS.teams,
    head,
    teams: teams.map((team) => ({ ...namedJson(team), state: team.state, members: team.members, nominated: team.nominated, mine: team.mine, projects: team.projects.map(namedJson) })),
  };
}

export function projectJson({ outcomes, project }: ProjectReport) {
  return { schema: SCHEMAS.project, outcomes: outcomes.map(outcomeJson), ...projectRowJson(project) };
}

export function projectsJson({ head, projects, here }: ProjectListing) {
  const { repository, source, revision, paths } = here;
  return {
    schema: SCHEMAS.projects,
    head,
    projects: projects.map(projectRowJson),
    here: { repository, source, revision, paths: paths.map(({ directory, project }) => ({ directory, project: project === undefined ? undefined : namedJson(project) })) },
  };
}

function projectRowJson(project: ProjectRow) {
  return { ...namedJson(project), since: sinceJson(project.since), repositories: project.repositories.map(({ id, here }) => ({ id, here })), teams: project.teams.map(namedJson) };
}

function outcomeJson({ act, already, person, team }: TeamOutcome) {
  return { act, already, person: person === undefined ? undefined : namedJson(person), team: team === undefined ? undefined : namedJson(team) };
}

function namedJson({ id, name }: Named) {
  return { id, name };
}

function sinceJson({ statement, day }: Since) {
  return { statement, day: timeOf(day) };
}
