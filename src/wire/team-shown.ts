import type { Acting } from "../app/workspace/acting.ts";
import type { Done } from "../app/workspace/plan.ts";
import { Directory, type Entry } from "../app/workspace/directory.ts";
import type { VerifiedChain } from "../app/sync/workspace-chain.ts";
import { nextSteps, standingOfTeam, successionsTo, teamProblems, teamsWith } from "../app/team/show-team.ts";
import type { Named, ProjectListing, ProjectRow, ShownTeam, Since, TeamOutcome, TeamRow } from "../cli/world.ts";
import type { PersonId, ProjectId, RepoId } from "../domain/ids.ts";
import type { EffectiveConnection } from "../app/workspace/connection.ts";
import { currentTeamKey, type Team } from "../domain/workspace/state.ts";
import type { Crypto } from "../ports/crypto.ts";

/** One state of the workspace in the eyes of one person, whose keys may be closed. */
export interface Sight {
  readonly crypto: Crypto;
  readonly chain: VerifiedChain;
  readonly acting: Acting | null;
  readonly directory: Directory;
}

export function sightOf(crypto: Crypto, chain: VerifiedChain, acting: Acting | null): Sight {
  return { crypto, chain, acting, directory: acting?.directory ?? new Directory(crypto, chain.state, []) };
}

export function named({ id, name }: Entry<string>): Named {
  return name === null ? { id } : { id, name };
}

export function outcomes({ directory }: Sight, done: readonly Done[]): readonly TeamOutcome[] {
  return done.map(({ act, already, person, team }) => ({
    act,
    already,
    ...(person === undefined ? {} : { person: named(directory.person(person)) }),
    ...(team === undefined ? {} : { team: named(directory.team(team)) }),
  }));
}

export function teamRow({ directory }: Sight, team: Team, mine: PersonId | null): TeamRow {
  const part = mine === null ? null : team.members.has(mine) ? "member" : team.nominated.has(mine) ? "nominated" : null;
  return {
    ...named(directory.team(team.id)),
    state: standingOfTeam(team),
    members: team.members.size,
    nominated: team.nominated.size,
    projects: [...team.grants.keys()].map((id) => named(directory.project(id))),
    ...(part === null ? {} : { mine: part }),
  };
}

export function shownTeam(sight: Sight, team: Team): ShownTeam {
  const { crypto, chain, acting, directory } = sight;
  const { state } = chain;
  const key = currentTeamKey(team);
  const since = (n: number): Since => sinceOf(chain, n);
  return {
    ...named(directory.team(team.id)),
    head: state.head.n,
    state: standingOfTeam(team),
    since: since(team.since),
    members: [...team.members].map(([id, n]) => ({ ...named(directory.person(id)), since: since(n) })),
    nominated: [...team.nominated].map((id) => named(directory.person(id))),
    projects: [...team.grants].map(([id, n]) => ({ ...named(directory.project(id)), since: since(n) })),
    ...(key === null ? {} : { key: { epoch: key.epoch, since: since(key.since), by: named(directory.person(key.by)) } }),
    ...(team.due === null || team.dead ? {} : { due: since(team.due) }),
    successions: successionsTo(state, team).map(({ person, published }) => ({ ...named(directory.person(person)), published })),
    problems: teamProblems(crypto, state, team, acting),
    next: nextSteps(state, directory, team).map(({ by, ...step }) => ({ by: by.map((id) => named(directory.person(id))), ...step })),
  };
}

export function projectRow({ chain, directory }: Sight, id: ProjectId, here: RepoId): ProjectRow {
  const { state } = chain;
  const repositories = [...state.connections.values()].filter(({ projects }) => projects.includes(id));
  return {
    ...named(directory.project(id)),
    since: sinceOf(chain, state.projects.get(id)?.since ?? 0),
    repositories: repositories.map(({ repo }) => ({ id: repo, here: repo === here })),
    teams: teamsWith(state, id).map((team) => named(directory.team(team.id))),
  };
}

export function projectListing(sight: Sight, { connection, source, revision }: EffectiveConnection): ProjectListing {
  const { state } = sight.chain;
  return {
    head: state.head.n,
    projects: [...state.projects.keys()].map((id) => projectRow(sight, id, connection.repo)),
    here: {
      repository: connection.repo,
      source,
      ...(revision === null ? {} : { revision }),
      paths: [...connection.paths].map(([directory, project]) => ({ directory, ...(project === null ? {} : { project: named(sight.directory.project(project)) }) })),
    },
  };
}

function sinceOf({ chain }: VerifiedChain, statement: number): Since {
  return { statement, day: (chain.days[statement] ?? chain.day) * 1000 };
}
