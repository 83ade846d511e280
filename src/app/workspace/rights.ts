import { HxError } from "../../domain/errors.ts";
import type { TeamId } from "../../domain/ids.ts";
import { isAdministrator, type Team, type WorkspaceState } from "../../domain/workspace/state.ts";
import { standingOf } from "../../domain/workspace/standing.ts";
import type { Acting } from "./acting.ts";
import { anyOf } from "./handle.ts";

/** @throws HxError `refused` for somebody who can say nothing in this workspace */
export function needMember(state: WorkspaceState, { person, device }: Acting): void {
  const standing = standingOf(state, person);
  if (standing === "unknown") throw new HxError("refused", "you are no member of this workspace yet: an administrator must admit you", { hints: ["hx status"] });
  if (standing === "removed") throw new HxError("refused", "you are no member of this workspace any more", { hints: ["hx status"] });
  if (state.devices.get(device)?.state !== "live") throw new HxError("refused", "this device is not one of yours in this workspace, or was removed", { hints: ["hx status"] });
}

/** @param what as in `only an administrator can <what>` @throws HxError `refused`, with who is one */
export function needAdministrator(state: WorkspaceState, acting: Acting, what: string): void {
  needMember(state, acting);
  if (isAdministrator(state, acting.person)) return;
  const administrators = [...state.administrators].map((id) => acting.directory.person(id));
  throw new HxError("refused", `only an administrator can ${what}, and you are none: ask ${anyOf(administrators)}`, { hints: ["hx team list"] });
}

/** A team of which something can be said. @throws HxError `not-found`, `ambiguous`; `refused` for a dead one */
export function livingTeamNamed(state: WorkspaceState, { directory }: Acting, text: string): Team {
  const team = teamNamed(state, directory.findTeam(text).id);
  if (team.dead) throw new HxError("refused", `team '${text}' lost its last member: nobody can join it any more`, { hints: ["hx team list"] });
  return team;
}

export function teamNamed(state: WorkspaceState, id: TeamId): Team {
  const team = state.teams.get(id);
  if (team === undefined) throw new HxError("not-found", `team '${id}' is not in this workspace`, { hints: ["hx team list"] });
  return team;
}
