import type { DeviceId, PersonId, TeamId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { EpochSeed, MembershipSeeds } from "../../format/key-file.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import { Directory } from "./directory.ts";
import { openMembership, openPersonKeys, openTeamKeys } from "./member.ts";

/** A key of a team of which the person is, or was, a member: the X-Wing seed of one epoch. */
export interface TeamSeed extends EpochSeed {
  readonly team: TeamId;
}

/** A person on this device with every key that the workspace chain gives them now. */
export interface Acting {
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Ed25519 seed of the device. */
  readonly sign: Uint8Array;
  readonly personKeys: readonly EpochSeed[];
  readonly memberships: readonly MembershipSeeds[];
  /** Of the teams of which they are a member now. */
  readonly teamKeys: readonly TeamSeed[];
  readonly directory: Directory;
}

/** Keys that other devices of the person, administrators and teams boxed since come from the chain: the key file may be older. */
export function actingOf(crypto: Crypto, state: WorkspaceState, identity: UnlockedIdentity): Acting {
  const { person, device } = identity;
  const boxed = openPersonKeys(crypto, state, person, { device, seed: identity.boxSeed });
  const known = new Set(boxed.map(({ epoch }) => epoch));
  const personKeys = [...boxed, ...identity.personKeys.filter(({ epoch }) => !known.has(epoch))].toSorted((a, b) => a.epoch - b.epoch);
  const memberships = openMembership(crypto, state, person, personKeys);
  const teams = [...state.teams.values()].filter(({ members }) => members.has(person));
  const teamKeys = teams.flatMap(({ id }) => openTeamKeys(crypto, state, id, person, personKeys).map((seed) => ({ team: id, ...seed })));
  return { person, device, sign: identity.signSeed, personKeys, memberships, teamKeys, directory: new Directory(crypto, state, memberships) };
}
