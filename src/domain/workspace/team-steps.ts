import type { PersonId, TeamId } from "../ids.ts";
import type { Team, WorkspaceState } from "./state.ts";

/**
 * What somebody must do before a team can be shared with, or before everybody who was nominated is in it.
 * `begin`: make the first key. `renew`: make a new person key, because one of their devices was removed.
 */
export type TeamAct = "nominate" | "begin" | "renew" | "rotate" | "admit" | "grant";

export interface TeamStep {
  readonly team: TeamId;
  readonly act: TeamAct;
  /** Any one of these can do it. */
  readonly by: readonly PersonId[];
  /** Whom `admit` lets in. */
  readonly whom?: PersonId;
}

/** What is to be done about a team, in the order in which it can be done. Empty: nothing, or the team is dead. */
export function teamSteps(state: WorkspaceState, team: Team): readonly TeamStep[] {
  if (team.dead) return [];
  const administrators = [...state.administrators];
  const grant: TeamStep[] = team.grants.size > 0 ? [] : [{ team: team.id, act: "grant", by: administrators }];
  if (team.keys.length > 0) return [...(team.due === null ? admissions(state, team) : rotation(state, team)), ...grant];
  if (team.nominated.size === 0) return [{ team: team.id, act: "nominate", by: administrators }, ...grant];
  return [...beginning(state, team), ...grant];
}

/** What this person can do now for the teams that they are in or nominated for. */
export function stepsOf(state: WorkspaceState, person: PersonId): readonly TeamStep[] {
  const steps = [...state.teams.values()].flatMap((team) => teamSteps(state, team));
  return steps.filter(({ act, by }) => act !== "nominate" && act !== "grant" && by.includes(person));
}

/** Whom this person can let in, and where. */
export function waitingAdmissions(state: WorkspaceState, person: PersonId): readonly { readonly team: TeamId; readonly person: PersonId }[] {
  return stepsOf(state, person).flatMap(({ act, team, whom }) => (act === "admit" && whom !== undefined ? [{ team, person: whom }] : []));
}

/** The teams whose key is due, that this person is a member of, and for which every member can be given a key. */
export function rotatable(state: WorkspaceState, person: PersonId): readonly TeamId[] {
  return [...state.teams.values()].flatMap((team) => (team.due !== null && team.members.has(person) && blocking(state, team).length === 0 ? [team.id] : []));
}

/** Members to whom no key of a team can be boxed before they renew their own. */
export function blocking(state: WorkspaceState, team: Team): readonly PersonId[] {
  return [...team.members.keys()].filter((id) => mustRenew(state, id));
}

function beginning(state: WorkspaceState, team: Team): readonly TeamStep[] {
  const able = [...team.nominated].filter((id) => !mustRenew(state, id));
  if (able.length > 0) return [{ team: team.id, act: "begin", by: able }];
  return [...team.nominated].map((id) => ({ team: team.id, act: "renew", by: [id] }));
}

function rotation(state: WorkspaceState, team: Team): readonly TeamStep[] {
  const renewals = blocking(state, team).map((id): TeamStep => ({ team: team.id, act: "renew", by: [id] }));
  return renewals.length > 0 ? renewals : [{ team: team.id, act: "rotate", by: [...team.members.keys()] }];
}

function admissions(state: WorkspaceState, team: Team): readonly TeamStep[] {
  const members = [...team.members.keys()];
  return [...team.nominated].map((id) => (mustRenew(state, id) ? { team: team.id, act: "renew", by: [id] } : { team: team.id, act: "admit", by: members, whom: id }));
}

function mustRenew(state: WorkspaceState, person: PersonId): boolean {
  return state.persons.get(person)?.keyDue === true;
}
