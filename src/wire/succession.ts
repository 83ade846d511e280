import type { IdentityPorts } from "../app/identity/ports.ts";
import { openPersonKeys } from "../app/workspace/member.ts";
import { called } from "../app/workspace/directory.ts";
import { successionBody } from "../app/workspace/succession.ts";
import type { Acting } from "../app/workspace/acting.ts";
import type { SuccessionShown } from "../cli/world-people.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { PersonId } from "../domain/ids.ts";
import { currentPersonKey, type WorkspaceState } from "../domain/workspace/state.ts";
import { openHere } from "./here.ts";
import type { Settings } from "./settings.ts";
import { changeWorkspace, openSpeaking } from "./workspace-change.ts";

type Ports = () => Promise<IdentityPorts>;

export async function succession(settings: Settings, context: WorldContext, ports: Ports): Promise<SuccessionShown> {
  const { acting, state } = await openHere(settings, context.directory, ports, "must");
  if (acting === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  return shown(state.chain.state, acting, false);
}

/**
 * Signs what opens one's sessions to a team after a departure, or takes it back.
 * @throws HxError `refused` for a team that is dead, has no key or is due, or of which one is no member; `not-found`, `ambiguous`
 */
export async function setSuccession(settings: Settings, context: WorldContext, ports: Ports, team: string | null): Promise<SuccessionShown> {
  const here = await openSpeaking(settings, context, ports);
  const { crypto } = here.ledger;
  const { acting, identity } = here;
  const entry = team === null ? null : acting.directory.findTeam(team);
  const { chain, said } = await changeWorkspace(here, (state) => {
    if (entry === null) return state.persons.get(acting.person)?.succession === undefined ? [] : [() => ({ type: "succession", succession: null })];
    const found = state.teams.get(entry.id);
    if (found?.dead === true) throw new HxError("refused", `team '${called(entry)}' lost its last member`, { hints: ["hx team list"] });
    if (found?.members.has(acting.person) !== true) throw new HxError("refused", `you are no member of team '${called(entry)}'`, { hints: ["hx team list"] });
    return [(at) => successionBody(crypto, at, { person: acting.person, team: entry.id, seed: newestSeed(at) })];
  });
  return shown(chain.state, { ...acting, directory: acting.directory.at(chain.state) }, said > 0);

  function newestSeed(state: WorkspaceState): Uint8Array {
    const newest = openPersonKeys(crypto, state, acting.person, { device: identity.device, seed: identity.boxSeed }).at(-1);
    if (newest === undefined) throw new HxError("no-key", "your person key is not open here", { hints: ["hx sync"] });
    return newest.seed;
  }
}

/** Administrators that a succession does not reach: they came, or their keys changed, since it was signed. */
export function missedAdministrators(state: WorkspaceState, person: PersonId): readonly PersonId[] {
  const signed = state.persons.get(person)?.succession;
  if (signed === undefined) return [];
  return [...state.administrators].filter((id) => id !== person && !signed.boxes.has(id)).sort();
}

function shown(state: WorkspaceState, acting: Acting, changed: boolean): SuccessionShown {
  const person = state.persons.get(acting.person);
  const signed = person?.succession;
  if (person === undefined || signed === undefined) return { reaches: [], misses: [], changed, problems: [] };
  const nameOf = (id: PersonId): string => called(acting.directory.person(id));
  const missed = missedAdministrators(state, acting.person);
  const team = acting.directory.team(signed.team);
  const found = state.teams.get(signed.team);
  return {
    team: { id: team.id, ...(team.name === null ? {} : { name: team.name }) },
    reaches: [...state.administrators].filter((id) => id !== acting.person && signed.boxes.has(id)).map(nameOf),
    misses: missed.map(nameOf),
    changed,
    problems: [
      ...(found?.dead === true ? ["the team lost its last member: nobody would open it"] : []),
      ...(signed.keyEpoch === currentPersonKey(person).epoch ? [] : ["your person key changed since: what you kept after that is not in it"]),
    ],
  };
}
