import type { DeviceId, PersonId, ProjectId } from "../../domain/ids.ts";
import type { MembershipEpoch, SealedName as SealedNameWrap, WorkspaceState } from "../../domain/workspace/state.ts";
import { equal } from "../../domain/bytes.ts";
import { isHxError } from "../../domain/errors.ts";
import type { EpochSeed, MembershipSeeds } from "../../format/key-file.ts";
import { decodeName } from "../../format/sealed-name.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import { membershipContext, nameContext, personKeyBeforeContext, personKeyContext, projectNameContext } from "../../format/wrap.ts";
import type { ContextMap } from "../../format/primitives.ts";
import type { Crypto } from "../../ports/crypto.ts";

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
  const keys = state.persons.get(person)?.keys ?? [];
  const opened = new Map<number, Uint8Array>();
  for (const { epoch, key, boxes, recovery, before } of [...keys].reverse()) {
    const to = opener.device ?? "recovery";
    const wrap = to === "recovery" ? recovery : boxes.get(to);
    const seed = opened.get(epoch) ?? (wrap === undefined ? null : open(crypto, opener.seed, personKeyContext(person, epoch, to), wrap));
    if (seed === null || !equal(crypto.wrapper.publicKey(seed), key)) {
      opened.delete(epoch);
      continue;
    }
    opened.set(epoch, seed);
    const older = before === undefined ? null : open(crypto, seed, personKeyBeforeContext(person, epoch), before);
    if (older !== null) opened.set(epoch - 1, older);
  }
  return [...opened].sort(([a], [b]) => a - b).map(([epoch, seed]) => ({ epoch, seed }));
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
    const seeds = open(crypto, seed, membershipContext(membership.epoch, person), wrap);
    if (seeds === null) continue;
    const right = equal(crypto.signer.publicKey(seeds.subarray(0, 32)), membership.sign) && equal(crypto.wrapper.publicKey(seeds.subarray(32, 64)), membership.box);
    return right ? seeds : null;
  }
  return null;
}

/** Name (and e-mail) of a member, or null where no membership key at hand opens it. */
export function personName(crypto: Crypto, state: WorkspaceState, membership: readonly MembershipSeeds[], person: PersonId): SealedName | null {
  const name = state.persons.get(person)?.name;
  return name === undefined ? null : openName(crypto, membership, name, nameContext(person));
}

/** Name of a project, or null where no membership key at hand opens it. */
export function projectName(crypto: Crypto, state: WorkspaceState, membership: readonly MembershipSeeds[], project: ProjectId): string | null {
  const name = state.projects.get(project)?.name;
  return name === undefined ? null : (openName(crypto, membership, name, projectNameContext(project))?.name ?? null);
}

function openName(crypto: Crypto, membership: readonly MembershipSeeds[], sealed: SealedNameWrap, context: ContextMap): SealedName | null {
  const held = membership.find(({ epoch }) => epoch === sealed.epoch);
  if (held === undefined) return null;
  const bytes = open(crypto, held.seeds.subarray(32, 64), context, sealed.wrap);
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

/** A wrap that another member made badly opens for nobody; it does not stop the reader. */
function open(crypto: Crypto, seed: Uint8Array, context: ContextMap, wrap: Uint8Array): Uint8Array | null {
  try {
    return crypto.wrapper.open(seed, context, wrap);
  } catch (error) {
    if (isHxError(error) && error.code === "wrap-invalid") return null;
    throw error;
  }
}
