import type { PersonId, ProjectId } from "../../domain/ids.ts";
import { currentTeamKey, type Team, type WorkspaceState } from "../../domain/workspace/state.ts";
import { teamSteps, type TeamStep } from "../../domain/workspace/team-steps.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "../workspace/acting.ts";
import { auditOwnBox, auditTeam } from "../workspace/audit.ts";
import { called, type Directory } from "../workspace/directory.ts";
import { handle } from "../workspace/handle.ts";

export type TeamStanding = "ready" | "no-key" | "due" | "dead";

export function standingOfTeam(team: Team): TeamStanding {
  if (team.dead) return "dead";
  if (team.keys.length === 0) return "no-key";
  return team.due === null ? "ready" : "due";
}

/**
 * What is wrong with the boxes of a team's key, in words: as the chain shows them, and as the keys at hand open one's own.
 * @param acting null where the identity is locked
 */
export function teamProblems(crypto: Crypto, state: WorkspaceState, team: Team, acting: Acting | null): readonly string[] {
  if (team.dead || currentTeamKey(team) === null) return [];
  const boxes = team.due === null ? auditTeam(state, team.id) : null;
  const isMine = acting !== null && team.members.has(acting.person);
  const own = isMine ? auditOwnBox(crypto, state, team.id, acting.person, acting.personKeys) : null;
  return [boxes, own].flatMap((error) => (error === null ? [] : [error.message]));
}

/** The people whose succession names a team. */
export function successionsTo(state: WorkspaceState, team: Team): readonly { readonly person: PersonId; readonly published: boolean }[] {
  return [...state.persons.values()].flatMap(({ id, succession }) => (succession?.team === team.id ? [{ person: id, published: succession.wrap !== undefined }] : []));
}

/** A step in words, and the command that does it. */
export function stepWords(directory: Directory, step: TeamStep): { readonly what: string; readonly command: string } {
  const team = handle(directory.team(step.team), directory.teams());
  const name = called(directory.team(step.team));
  switch (step.act) {
    case "nominate":
      return { what: `nominate who is to be in ${name}`, command: `hx team nominate ${team} <person>` };
    case "begin":
      return { what: `make the key of ${name}, and be its first member`, command: `hx team admit ${team}` };
    case "renew":
      return { what: "make a new person key, because a device was removed", command: "hx identity unlock && hx sync" };
    case "rotate":
      return { what: `make the next key of ${name}, which is due since a removal`, command: `hx team rotate ${team}` };
    case "admit": {
      const whom = step.whom === undefined ? null : directory.person(step.whom);
      return { what: `admit ${whom === null ? "them" : called(whom)} to ${name}`, command: `hx team admit ${team}${whom === null ? "" : ` ${handle(whom, directory.people())}`}` };
    }
    case "grant":
      return { what: `grant ${name} a project`, command: `hx project grant ${team}` };
  }
}

export function nextSteps(state: WorkspaceState, directory: Directory, team: Team): readonly { readonly by: readonly PersonId[]; readonly what: string; readonly command: string }[] {
  return teamSteps(state, team).map((step) => ({ by: step.by, ...stepWords(directory, step) }));
}

/** The teams that were granted a project, the dead ones too. */
export function teamsWith(state: WorkspaceState, project: ProjectId): readonly Team[] {
  return [...state.teams.values()].filter(({ grants }) => grants.has(project));
}
