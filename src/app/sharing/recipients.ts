import { HxError } from "../../domain/errors.ts";
import type { PersonId, TeamId } from "../../domain/ids.ts";
import type { Audience } from "../../domain/sharing/statement.ts";
import { currentPersonKey, currentTeamKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { ShareRecipient } from "../../format/sharing/share-wrap.ts";
import { auditTeam } from "../workspace/audit.ts";

/** Somebody to whom a key or a statement is sealed, with their newest X-Wing public key. */
export interface Recipient {
  readonly to: ShareRecipient;
  readonly key: Uint8Array;
}

/** @throws HxError `not-found` */
export function personRecipient(state: WorkspaceState, person: PersonId): Recipient {
  const found = state.persons.get(person);
  if (found === undefined) throw new HxError("not-found", `person '${person}' is not in the workspace`, { hints: ["hx member list"] });
  const { epoch, key } = currentPersonKey(found);
  return { to: { person, epoch }, key };
}

/** A team with its newest key. @throws HxError `refused` when nothing may be sealed to it now, with the reason and who can mend it */
export function teamRecipient(state: WorkspaceState, team: TeamId): Recipient {
  const problem = auditTeam(state, team);
  if (problem !== null) throw problem;
  const found = state.teams.get(team);
  const key = found === undefined ? null : currentTeamKey(found);
  if (key === null) throw new HxError("refused", `team '${team}' has no key yet`, { hints: ["hx team show"] });
  return { to: { team, epoch: key.epoch }, key: key.key };
}

/** Those who are to open an approval and its wraps. @throws HxError `refused` as `teamRecipient`, and for listed people who are no members */
export function audienceRecipients(state: WorkspaceState, team: TeamId, audience: Audience): readonly Recipient[] {
  const whole = teamRecipient(state, team);
  if (audience === "team") return [whole];
  const members = state.teams.get(team)?.members;
  const outsider = audience.find((person) => members?.has(person) !== true);
  if (outsider !== undefined) throw new HxError("refused", `person '${outsider}' is not a member of the team`, { hints: ["hx team show"] });
  return audience.map((person) => personRecipient(state, person));
}

/**
 * As `audienceRecipients` for what was approved before: of listed people those who are members still, with the keys that they have now.
 * @throws HxError `refused` as `teamRecipient`
 */
export function presentRecipients(state: WorkspaceState, team: TeamId, audience: Audience): readonly Recipient[] {
  const members = state.teams.get(team)?.members;
  return audienceRecipients(state, team, audience === "team" ? audience : audience.filter((person) => members?.has(person) === true));
}
