import type { DeviceId, LaneId, PersonId, RepoId } from "../ids.ts";
import type { MembershipClaim } from "./membership-claim.ts";

/** The newest header known of a lane. */
export interface FrozenHead {
  readonly lane: LaneId;
  readonly seq: number;
  /** H of that header's envelope. */
  readonly hash: Uint8Array;
}

/** A repository that a removal freezes, with the lanes that have grown since an earlier one. */
export interface FrozenRepository {
  readonly repo: RepoId;
  readonly lanes: readonly FrozenHead[];
}

/** What every removal has: the next membership epoch, and what was written before it. */
export interface RemovalClaim {
  readonly membership: MembershipClaim;
  readonly frozen: readonly FrozenRepository[];
}

export interface RemovalBody extends RemovalClaim {
  readonly type: "removal";
  readonly person: PersonId;
  /** They left in peace: what they approved stays approved. */
  readonly departed: boolean;
  /** The inner wrap that they signed for this, and its H. */
  readonly succession?: { readonly wrap: Uint8Array; readonly hash: Uint8Array };
}

export interface DeviceRemovalBody extends RemovalClaim {
  readonly type: "device-removal";
  readonly device: DeviceId;
}
