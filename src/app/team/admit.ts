import { HxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { Team, WorkspaceState } from "../../domain/workspace/state.ts";
import { teamSteps } from "../../domain/workspace/team-steps.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "../workspace/acting.ts";
import { admitBody, teamKeyBody } from "../workspace/compose-team.ts";
import { anyOf } from "../workspace/handle.ts";
import type { Body, Done, Plan } from "../workspace/plan.ts";
import { livingTeamNamed, needMember } from "../workspace/rights.ts";

/** Who can be let into a team now by a member; `begins` says that the person who asks would make its first key instead. */
export interface Waiting {
  readonly team: Team;
  readonly begins: boolean;
  readonly people: readonly PersonId[];
}

/** @throws HxError `refused` for somebody who cannot let anybody in; `not-found`, `ambiguous` */
export function waitingFor(state: WorkspaceState, acting: Acting, teamText: string): Waiting {
  needMember(state, acting);
  const team = livingTeamNamed(state, acting, teamText);
  const begins = canBegin(state, acting, team, teamText);
  if (begins) return { team, begins, people: [] };
  needTeamMember(acting, team, teamText);
  needCurrentKey(team, teamText);
  return { team, begins, people: teamSteps(state, team).flatMap(({ act, whom }) => (act === "admit" && whom !== undefined ? [whom] : [])) };
}

/**
 * Lets people in who were nominated, by boxing the key to each. Somebody nominated to a team without a key makes its key,
 * epoch 0, and is its first member by it.
 * @param people names, e-mails or ids; whoever is in already counts as done
 * @throws HxError `refused`, `not-found`, `ambiguous`; `no-key` when the newest team key does not open here
 */
export function admit(crypto: Crypto, state: WorkspaceState, acting: Acting, teamText: string, people: readonly string[]): Plan {
  needMember(state, acting);
  const team = livingTeamNamed(state, acting, teamText);
  const wanted = new Map(people.map((text) => [acting.directory.findPerson(text).id, text]));
  const others = [...wanted].filter(([id]) => id !== acting.person);
  const begins = canBegin(state, acting, team, teamText);
  if (!begins) needTeamMember(acting, team, teamText);
  const seed = begins ? crypto.random.bytes(32) : newestSeed(acting, team);
  const bodies: Body[] = begins ? [(at) => teamKeyBody(crypto, at, { team: team.id, by: acting.person, seed })] : [];
  const self: Done[] = begins ? [{ act: "began", already: false, person: acting.person }] : wanted.has(acting.person) ? [{ act: "admitted", already: true, person: acting.person }] : [];
  const done = others.map(([person, text]): Done => ({ act: "admitted", person, already: isIn(state, team, person, text, teamText) }));
  const entering = done.flatMap(({ person, already }) => (already || person === undefined ? [] : [person]));
  if (entering.length > 0) needCurrentKey(team, teamText);
  for (const person of entering) bodies.push((at) => admitBody(crypto, at, { team: team.id, person, seed }));
  return { about: team.id, bodies, done: [...self, ...done] };
}

/** @throws HxError `refused` when there is no key, and this person cannot make it */
function canBegin(state: WorkspaceState, { person, directory }: Acting, team: Team, text: string): boolean {
  if (team.keys.length > 0) return false;
  if (!team.nominated.has(person)) {
    if (team.nominated.size === 0) throw new HxError("refused", `team '${text}' has no key yet, and nobody is nominated who could make it`, { hints: [`hx team show ${team.id}`] });
    const able = [...team.nominated].map((id) => directory.person(id));
    throw new HxError("refused", `team '${text}' has no key yet: somebody who is nominated makes it: ask ${anyOf(able)}`, { hints: [`hx team show ${team.id}`] });
  }
  if (state.persons.get(person)?.keyDue === true) throw new HxError("refused", "a device of yours was removed, and you have no new person key yet", { hints: ["hx sync"] });
  return true;
}

function needTeamMember({ person, directory }: Acting, team: Team, text: string): void {
  if (team.members.has(person)) return;
  const members = [...team.members.keys()].map((id) => directory.person(id));
  throw new HxError("refused", `only a member of team '${text}' can admit, and you are none: ask ${anyOf(members)}`, { hints: [`hx team show ${team.id}`] });
}

function needCurrentKey(team: Team, text: string): void {
  if (team.due === null) return;
  throw new HxError("refused", `the key of team '${text}' is due since a removal: nobody is admitted before the next one`, { hints: [`hx team rotate ${team.id}`] });
}

/** @throws HxError `refused` for somebody who is neither in nor can be let in */
function isIn(state: WorkspaceState, team: Team, person: PersonId, text: string, teamText: string): boolean {
  if (team.members.has(person)) return true;
  if (state.persons.get(person)?.state !== "living") throw new HxError("refused", `'${text}' is no member of this workspace any more`, { hints: [`hx team show ${team.id}`] });
  if (!team.nominated.has(person)) throw new HxError("refused", `'${text}' is not nominated for team '${teamText}': an administrator nominates`, { hints: [`hx team nominate ${team.id} ${person}`] });
  if (state.persons.get(person)?.keyDue === true) throw new HxError("refused", `a device of '${text}' was removed, and they have no new person key yet: their next unlocked sync makes it`, { hints: [`hx team show ${team.id}`] });
  return false;
}

function newestSeed({ teamKeys }: Acting, team: Team): Uint8Array {
  const seed = teamKeys.find((key) => key.team === team.id && key.epoch === team.keys.length - 1)?.seed;
  if (seed === undefined) throw new HxError("no-key", `the newest key of team '${team.id}' does not open with your keys`, { hints: [`hx team show ${team.id}`] });
  return seed;
}
