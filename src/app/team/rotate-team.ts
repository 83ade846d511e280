import { HxError } from "../../domain/errors.ts";
import type { Team, WorkspaceState } from "../../domain/workspace/state.ts";
import { blocking, rotatable } from "../../domain/workspace/team-steps.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "../workspace/acting.ts";
import { teamKeyBody } from "../workspace/compose-team.ts";
import { anyOf, listed } from "../workspace/handle.ts";
import type { Body, Plan } from "../workspace/plan.ts";
import { livingTeamNamed, needMember, teamNamed } from "../workspace/rights.ts";

/**
 * The next epoch of a team's key, boxed to those who are members now.
 * @param seen number of epochs when it was first wanted: one that came since is what was wanted
 * @throws HxError `refused`, `not-found`, `ambiguous`, `no-key`
 */
export function rotateTeam(crypto: Crypto, state: WorkspaceState, acting: Acting, teamText: string, seen?: number): Plan {
  needMember(state, acting);
  const team = livingTeamNamed(state, acting, teamText);
  const { directory } = acting;
  const show = `hx team show ${team.id}`;
  const members = [...team.members.keys()].map((id) => directory.person(id));
  if (team.keys.length === 0) throw new HxError("refused", `team '${teamText}' has no key yet: somebody who is nominated makes it`, { hints: [show] });
  if (!team.members.has(acting.person)) throw new HxError("refused", `only a member of team '${teamText}' can make its next key, and you are none: ask ${anyOf(members)}`, { hints: [show] });
  if (seen !== undefined && team.keys.length > seen && team.due === null) return { about: team.id, bodies: [], done: [{ act: "rotated", already: true }] };
  const blocked = blocking(state, team).map((id) => directory.person(id));
  if (blocked.length > 0) throw new HxError("refused", `a device of ${listed(blocked)} was removed, and there is no new person key of theirs yet: their next unlocked sync makes it`, { hints: [show] });
  return { about: team.id, bodies: [nextEpoch(crypto, acting, team)], done: [{ act: "rotated", already: false }] };
}

/** The next epoch of every team of this person that is due, as far as its keys open and every member can be given one. */
export function rotateDueTeams(crypto: Crypto, state: WorkspaceState, acting: Acting): readonly Plan[] {
  const able = rotatable(state, acting.person).filter((id) => acting.teamKeys.some(({ team, epoch }) => team === id && epoch === teamNamed(state, id).keys.length - 1));
  return able.map((id) => ({ about: id, bodies: [nextEpoch(crypto, acting, teamNamed(state, id))], done: [{ act: "rotated", already: false }] }));
}

export function nextEpoch(crypto: Crypto, acting: Acting, team: Team): Body {
  const before = acting.teamKeys.find((key) => key.team === team.id && key.epoch === team.keys.length - 1)?.seed;
  const seed = crypto.random.bytes(32);
  return (at) => teamKeyBody(crypto, at, { team: team.id, by: acting.person, seed, ...(before === undefined ? {} : { before }) });
}
