import { HxError } from "../../domain/errors.ts";
import { isAdministrator, type Team, type WorkspaceState } from "../../domain/workspace/state.ts";
import { blocking } from "../../domain/workspace/team-steps.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "../workspace/acting.ts";
import type { Body, Done, Plan } from "../workspace/plan.ts";
import { needAdministrator, needMember, teamNamed } from "../workspace/rights.ts";
import { nextEpoch } from "./rotate-team.ts";

/** A membership or a nomination that is to end. */
export interface Removal {
  readonly team: string;
  readonly person: string;
  /** The team may lose its last member, and be dead for ever. */
  readonly lastOk: boolean;
}

export interface RemovalPlan extends Plan {
  /** `member`, `nominated`, or `none`: nothing ends. */
  readonly was: "member" | "nominated" | "none";
  readonly isLast: boolean;
}

/**
 * Ends a membership of a team, or a nomination. Where a remaining member says it, and has what it takes, the next key comes at once.
 * @throws HxError `refused` for whoever is neither an administrator nor the person, and for a last member without `lastOk`; `not-found`, `ambiguous`
 */
export function removeFromTeam(crypto: Crypto, state: WorkspaceState, acting: Acting, removal: Removal): RemovalPlan {
  const { id: person } = acting.directory.findPerson(removal.person);
  const team = teamNamed(state, acting.directory.findTeam(removal.team).id);
  needMember(state, acting);
  if (person !== acting.person && !isAdministrator(state, acting.person)) needAdministrator(state, acting, "remove somebody else from a team");
  const was = team.members.has(person) ? "member" : team.nominated.has(person) ? "nominated" : "none";
  const isLast = was === "member" && team.members.size === 1;
  if (isLast && !removal.lastOk) throw new HxError("refused", `'${removal.person}' is the last member of team '${removal.team}': without them it is dead`, { hints: [`hx team show ${team.id}`] });
  const act: Done = { act: person === acting.person ? "left" : "removed", already: was === "none", person };
  if (was === "none") return { about: team.id, was, isLast, bodies: [], done: [act] };
  const rotation = was === "member" && !isLast ? rotationAfter(crypto, state, acting, team, person) : null;
  const bodies: Body[] = [() => ({ type: "team-removal", team: team.id, person }), ...(rotation === null ? [] : [rotation])];
  return { about: team.id, was, isLast, bodies, done: [act, ...(rotation === null ? [] : [{ act: "rotated", already: false } as const])] };
}

function rotationAfter(crypto: Crypto, state: WorkspaceState, acting: Acting, team: Team, gone: string): Body | null {
  const stays = team.members.has(acting.person) && acting.person !== gone;
  const blocked = blocking(state, team).some((id) => id !== gone);
  const hasKey = acting.teamKeys.some((key) => key.team === team.id && key.epoch === team.keys.length - 1);
  return stays && !blocked && hasKey ? nextEpoch(crypto, acting, team) : null;
}
