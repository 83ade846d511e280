import { HxError } from "../../domain/errors.ts";
import type { ProjectId, RepoId } from "../../domain/ids.ts";
import type { Team, WorkspaceState } from "../../domain/workspace/state.ts";
import type { Acting } from "../workspace/acting.ts";
import { called } from "../workspace/directory.ts";
import { handle } from "../workspace/handle.ts";

/**
 * The team for which somebody asks: they are in it, and it is granted a project of this repository, by chain and file.
 * @param projects to which the connection file maps directories
 * @throws HxError `not-found`, `ambiguous`; `not-recipient` for who is no member; `refused` without a grant
 */
export function teamThatMayAsk(state: WorkspaceState, { person, directory }: Acting, place: { readonly repo: RepoId; readonly projects: readonly ProjectId[] }, text: string): Team {
  const entry = directory.findTeam(text);
  const team = state.teams.get(entry.id);
  if (team === undefined) throw new HxError("not-found", `no team is called '${text}'`, { hints: ["hx team list"] });
  const name = handle(entry, directory.teams());
  if (team.dead) throw new HxError("refused", `team '${called(entry)}' lost its last member: nothing can be shared with it`, { hints: ["hx team list"] });
  if (!team.members.has(person)) {
    const me = handle(directory.person(person), directory.people());
    const isNominated = team.nominated.has(person);
    const what = isNominated ? "you are nominated for it, and a member must admit you" : "an administrator must nominate you";
    throw new HxError("not-recipient", `you are not a member of team '${called(entry)}': ${what}`, { hints: [isNominated ? `hx team admit ${name} ${me}` : `hx team nominate ${name} ${me}`] });
  }
  const granted = state.connections.get(place.repo)?.projects.some((project) => place.projects.includes(project) && team.grants.has(project)) === true;
  if (!granted) throw new HxError("refused", `team '${called(entry)}' is granted no project of this repository: an administrator must grant it`, { hints: [`hx project grant ${name}`] });
  return team;
}
