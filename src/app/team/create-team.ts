import { HxError } from "../../domain/errors.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { nameProblem } from "../../domain/words.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "../workspace/acting.ts";
import { newTeamId, teamBody } from "../workspace/compose-team.ts";
import { refuseLookAlike } from "../workspace/directory.ts";
import type { Plan } from "../workspace/plan.ts";
import { needAdministrator } from "../workspace/rights.ts";

/** A team without members. @throws HxError `usage` for a name that cannot be one; `exists` for one that looks like another's; `refused` */
export function createTeam(crypto: Crypto, state: WorkspaceState, acting: Acting, name: string): Plan {
  const problem = nameProblem(name);
  if (problem !== null) throw new HxError("usage", `'${name}' is no name for a team: ${problem}`);
  needAdministrator(state, acting, "create a team");
  refuseLookAlike("team", name, acting.directory.teams());
  const about = newTeamId(crypto);
  return { about, bodies: [(at) => teamBody(crypto, at, about, name)], done: [{ act: "created", already: false }] };
}
