import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PersonId, TeamId } from "../../domain/ids.ts";
import { teamId } from "../../domain/ids.ts";
import { currentMembership, currentPersonKey, currentTeamKey } from "../../domain/workspace/state.ts";
import type { Team, WorkspaceState } from "../../domain/workspace/state.ts";
import type { AdmitBody, PersonKeyBox, TeamBody, TeamKeyBody } from "../../domain/workspace/team-bodies.ts";
import { encodeName } from "../../format/sealed-name.ts";
import { teamBeforeContext, teamContext, teamNameContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";

export function newTeamId(crypto: Crypto): TeamId {
  return teamId(toHex(crypto.random.bytes(16)));
}

/** The name is sealed to the membership box key that is the current one. */
export function teamBody(crypto: Crypto, state: WorkspaceState, team: TeamId, name: string): TeamBody {
  return { type: "team", team, name: crypto.wrapper.wrap(currentMembership(state).box, teamNameContext(team), encodeName({ name })) };
}

export interface NewTeamKey {
  readonly team: TeamId;
  /** Who makes it: the first member, or one of the members. */
  readonly by: PersonId;
  /** 32 random bytes. */
  readonly seed: Uint8Array;
  /** Seed of the newest epoch; none at epoch 0. */
  readonly before?: Uint8Array;
}

/**
 * The next epoch of a team key, boxed to each member.
 * @throws HxError `not-found`; `no-key` without the right seed of the epoch before; `refused` while the person key of a member is due
 */
export function teamKeyBody(crypto: Crypto, state: WorkspaceState, next: NewTeamKey): TeamKeyBody {
  const team = needTeam(state, next.team);
  const current = currentTeamKey(team);
  const epoch = team.keys.length;
  const key = crypto.wrapper.publicKey(next.seed);
  const members = current === null ? [next.by] : [...team.members.keys()].sort();
  const body: TeamKeyBody = { type: "team-key", team: team.id, epoch, key, boxes: members.map((person) => boxTeamKey(crypto, state, { team: team.id, epoch, seed: next.seed }, person)) };
  if (current === null) return body;
  const before = rightSeed(crypto, team, next.before);
  return { ...body, before: crypto.wrapper.wrap(key, teamBeforeContext(team.id, epoch), before) };
}

/**
 * Lets a nominated person in, by boxing the newest team key to them.
 * @param seed of the newest team key
 * @throws HxError `not-found`; `no-key` for another seed; `refused` while their person key is due
 */
export function admitBody(crypto: Crypto, state: WorkspaceState, admission: { readonly team: TeamId; readonly person: PersonId; readonly seed: Uint8Array }): AdmitBody {
  const team = needTeam(state, admission.team);
  const seed = rightSeed(crypto, team, admission.seed);
  const { person, epoch, wrap } = boxTeamKey(crypto, state, { team: team.id, epoch: team.keys.length - 1, seed }, admission.person);
  return { type: "admit", team: team.id, person, epoch, box: wrap };
}

function boxTeamKey(crypto: Crypto, state: WorkspaceState, key: { readonly team: TeamId; readonly epoch: number; readonly seed: Uint8Array }, id: PersonId): PersonKeyBox {
  const person = state.persons.get(id);
  if (person === undefined || person.state !== "living") throw new HxError("not-found", `'${id}' is no member of the workspace`, { hints: ["hx member list"] });
  if (person.keyDue) throw new HxError("refused", `a device of '${id}' was removed, and they have no new person key yet`, { hints: [`hx team show ${key.team}`] });
  const current = currentPersonKey(person);
  return { person: id, epoch: current.epoch, wrap: crypto.wrapper.wrap(current.key, teamContext(key.team, key.epoch, id), key.seed) };
}

function needTeam(state: WorkspaceState, id: TeamId): Team {
  const team = state.teams.get(id);
  if (team === undefined) throw new HxError("not-found", `team '${id}' is not known`, { hints: ["hx team list"] });
  return team;
}

/** A wrong seed would hand nonsense on to whoever comes later, who could not tell whose fault it is. */
function rightSeed(crypto: Crypto, team: Team, seed: Uint8Array | undefined): Uint8Array {
  const current = currentTeamKey(team);
  if (seed === undefined || current === null || !equal(crypto.wrapper.publicKey(seed), current.key)) {
    throw new HxError("no-key", `the newest key of team '${team.id}' is not open here`, { hints: [`hx team show ${team.id}`] });
  }
  return seed;
}
