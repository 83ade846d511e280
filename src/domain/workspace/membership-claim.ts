import type { PersonId } from "../ids.ts";

export interface PersonBox {
  readonly person: PersonId;
  readonly wrap: Uint8Array;
}

/** Public half of the membership key of one epoch, and its seeds boxed to members. */
export interface MembershipClaim {
  readonly epoch: number;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
  readonly boxes: readonly PersonBox[];
  /** The box seed of the epoch before, sealed to this one; absent at epoch 0. */
  readonly before?: Uint8Array;
}
