import type { DeviceId, PersonId, ProjectId, TeamId } from "../../domain/ids.ts";
import type { MembershipEpoch, PersonKeyEpoch, SealedName as SealedNameWrap, TeamKeyEpoch, WorkspaceState } from "../../domain/workspace/state.ts";
import { equal } from "../../domain/bytes.ts";
import { isHxError } from "../../domain/errors.ts";
import type { EpochSeed, MembershipSeeds } from "../../format/key-file.ts";
import { decodeName } from "../../format/sealed-name.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import { membershipBeforeContext, membershipContext, nameContext, personKeyBeforeContext, personKeyContext, projectNameContext, teamBeforeContext, teamContext, teamNameContext } from "../../format/wrap.ts";
import type { ContextMap } from "../../format/primitives.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { openOrNull, walkBack } from "./epochs.ts";

/** Seed of a device's box key, or (without a device) of the recovery key that the phrase gives. */
export interface KeyOpener {
  readonly device?: DeviceId;
  readonly seed: Uint8Array;
}

/**
 * The seeds of a person's keys that can be opened with a device's box seed or with the recovery seed:
 * those boxed to it, and through `before` all older ones. Oldest first.
 */
export function openPersonKeys(crypto: Crypto, state: WorkspaceState, person: PersonId, opener: KeyOpener): readonly EpochSeed[] {
  const to = opener.device ?? "recovery";
  const own = ({ epoch, boxes, recovery }: PersonKeyEpoch): Uint8Array | null => {
    const wrap = to === "recovery" ? recovery : boxes.get(to);
    return wrap === undefined ? null : openOrNull(crypto, opener.seed, personKeyContext(person, epoch, to), wrap);
  };
  return walkBack(crypto, state.persons.get(person)?.keys ?? [], own, (epoch) => personKeyBeforeContext(person, epoch));
}

/**
 * The seeds of a team's key that a member has: those boxed to them, and through `before` all older ones. Oldest first.
 * Empty for whoever is not in the boxes.
 */
export function openTeamKeys(crypto: Crypto, state: WorkspaceState, team: TeamId, person: PersonId, personKeys: readonly EpochSeed[]): readonly EpochSeed[] {
  const own = ({ epoch, boxes }: TeamKeyEpoch): Uint8Array | null => {
    const box = boxes.get(person);
    const seed = personKeys.find((key) => key.epoch === box?.epoch)?.seed;
    return box === undefined || seed === undefined ? null : openOrNull(crypto, seed, teamContext(team, epoch, person), box.wrap);
  };
  return walkBack(crypto, state.teams.get(team)?.keys ?? [], own, (epoch) => teamBeforeContext(team, epoch));
}

/** The membership keys that are boxed to the person and that the person keys given open. Oldest epoch first. */
export function openMembership(crypto: Crypto, state: WorkspaceState, person: PersonId, keys: readonly EpochSeed[]): readonly MembershipSeeds[] {
  return state.membership.flatMap((membership) => {
    const seeds = openMembershipEpoch(crypto, membership, person, keys);
    return seeds === null ? [] : [{ workspace: state.workspace, epoch: membership.epoch, seeds }];
  });
}

function openMembershipEpoch(crypto: Crypto, membership: MembershipEpoch, person: PersonId, keys: readonly EpochSeed[]): Uint8Array | null {
  const wrap = membership.boxes.get(person);
  if (wrap === undefined) return null;
  for (const { seed } of keys) {
    const seeds = openOrNull(crypto, seed, membershipContext(membership.epoch, person), wrap);
    if (seeds === null) continue;
    const right = equal(crypto.signer.publicKey(seeds.subarray(0, 32)), membership.sign) && equal(crypto.wrapper.publicKey(seeds.subarray(32, 64)), membership.box);
    return right ? seeds : null;
  }
  return null;
}

/** Box seeds of the membership key, by epoch: what opens names. */
export type NameKeys = ReadonlyMap<number, Uint8Array>;

/** The box seeds of the epochs that are held, and through `before` of all older ones, from before somebody came too. */
export function nameKeys(crypto: Crypto, state: WorkspaceState, membership: readonly MembershipSeeds[]): NameKeys {
  const held = membership.filter(({ workspace }) => workspace === state.workspace);
  const own = ({ epoch }: { readonly epoch: number }): Uint8Array | null => held.find((seeds) => seeds.epoch === epoch)?.seeds.subarray(32, 64) ?? null;
  const keys = state.membership.map(({ box, ...epoch }) => ({ ...epoch, key: box }));
  return new Map(walkBack(crypto, keys, own, membershipBeforeContext).map(({ epoch, seed }) => [epoch, seed]));
}

/** Name (and e-mail) of a member, or null where no membership key at hand opens it. */
export function personName(crypto: Crypto, state: WorkspaceState, keys: NameKeys, person: PersonId): SealedName | null {
  return openName(crypto, keys, state.persons.get(person)?.name, nameContext(person));
}

/** Name of a project, or null where no membership key at hand opens it. */
export function projectName(crypto: Crypto, state: WorkspaceState, keys: NameKeys, project: ProjectId): string | null {
  return openName(crypto, keys, state.projects.get(project)?.name, projectNameContext(project))?.name ?? null;
}

/** Name of a team, or null where no membership key at hand opens it. */
export function teamName(crypto: Crypto, state: WorkspaceState, keys: NameKeys, team: TeamId): string | null {
  return openName(crypto, keys, state.teams.get(team)?.name, teamNameContext(team))?.name ?? null;
}

function openName(crypto: Crypto, keys: NameKeys, sealed: SealedNameWrap | undefined, context: ContextMap): SealedName | null {
  const seed = sealed === undefined ? undefined : keys.get(sealed.epoch);
  const bytes = sealed === undefined || seed === undefined ? null : openOrNull(crypto, seed, context, sealed.wrap);
  return bytes === null ? null : nameOrNull(bytes);
}

/** A member may have sealed anything: an unreadable name is no reason to stop. */
function nameOrNull(bytes: Uint8Array): SealedName | null {
  try {
    return decodeName(bytes);
  } catch (error) {
    if (isHxError(error)) return null;
    throw error;
  }
}
