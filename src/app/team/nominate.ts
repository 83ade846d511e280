import { HxError } from "../../domain/errors.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { Acting } from "../workspace/acting.ts";
import type { Plan } from "../workspace/plan.ts";
import { livingTeamNamed, needAdministrator } from "../workspace/rights.ts";

/** Says who may be let into a team. It lets nobody in. @throws HxError `refused`, `not-found`, `ambiguous` */
export function nominate(state: WorkspaceState, acting: Acting, teamText: string, people: readonly string[]): Plan {
  needAdministrator(state, acting, "nominate");
  const team = livingTeamNamed(state, acting, teamText);
  const wanted = [...new Map(people.map((text) => [acting.directory.findPerson(text).id, text]))].map(([person, text]) => {
    if (state.persons.get(person)?.state !== "living") throw new HxError("refused", `'${text}' is no member of this workspace any more`, { hints: [`hx team show ${team.id}`] });
    return { person, already: team.nominated.has(person) || team.members.has(person) };
  });
  return {
    about: team.id,
    bodies: wanted.filter(({ already }) => !already).map(({ person }) => () => ({ type: "nominate", team: team.id, person })),
    done: wanted.map(({ person, already }) => ({ act: "nominated", already, person })),
  };
}
