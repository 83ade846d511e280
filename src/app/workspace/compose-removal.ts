import { HxError } from "../../domain/errors.ts";
import type { DeviceId, LaneId, PersonId, RepoId } from "../../domain/ids.ts";
import type { DeviceRemovalBody, FrozenRepository } from "../../domain/workspace/removal-bodies.ts";
import { livingPersons } from "../../domain/workspace/state.ts";
import type { FrozenLane, WorkspaceState } from "../../domain/workspace/state.ts";
import type { RemovalBody } from "../../format/removal-body.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { nextMembership } from "./compose.ts";

/** The newest verified header of each lane, by repository. A repository without lanes is frozen all the same. */
export type KnownHeads = ReadonlyMap<RepoId, ReadonlyMap<LaneId, FrozenLane>>;

interface Removing {
  /** 64 bytes: the seeds of the current membership epoch. */
  readonly membership: Uint8Array;
  readonly heads: KnownHeads;
}

export interface PersonRemoval extends Removing {
  readonly person: PersonId;
  readonly departed: boolean;
  /** The inner wrap, as `openSuccessionBox` gives it: for a departure of somebody who signed one. */
  readonly succession?: Uint8Array;
}

export interface DeviceRemoval extends Removing {
  readonly device: DeviceId;
}

/** @throws HxError `no-key` for seeds of another epoch, or without the succession that a departure has to publish */
export function removalBody(crypto: Crypto, state: WorkspaceState, removal: PersonRemoval): RemovalBody {
  const { person, departed, succession } = removal;
  if (departed && succession === undefined && state.persons.get(person)?.succession !== undefined) {
    throw new HxError("no-key", `'${person}' signed a succession, and no box of it opens here`, { hints: [`hx member remove ${person}`] });
  }
  const remaining = livingPersons(state).flatMap(({ id }) => (id === person ? [] : [id]));
  return {
    type: "removal",
    person,
    departed,
    membership: nextMembership(crypto, state, removal.membership, remaining),
    frozen: frozenHeads(state, removal.heads),
    ...(departed && succession !== undefined ? { succession } : {}),
  };
}

/** @throws HxError `no-key` for seeds of another epoch */
export function deviceRemovalBody(crypto: Crypto, state: WorkspaceState, removal: DeviceRemoval): DeviceRemovalBody {
  const remaining = livingPersons(state).map(({ id }) => id);
  return { type: "device-removal", device: removal.device, membership: nextMembership(crypto, state, removal.membership, remaining), frozen: frozenHeads(state, removal.heads) };
}

/** What is frozen already, at the same header or a later one, is not named again. */
export function frozenHeads(state: WorkspaceState, heads: KnownHeads): readonly FrozenRepository[] {
  return [...heads].map(([repo, lanes]) => {
    const before = state.freezes.get(repo)?.lanes;
    const grown = [...lanes].filter(([lane, { seq }]) => seq > (before?.get(lane)?.seq ?? -1));
    return { repo, lanes: grown.map(([lane, { seq, hash }]) => ({ lane, seq, hash })) };
  });
}
