import type { PersonId, ProjectId, TeamId } from "../ids.ts";

/** A wrap to a person, and the epoch of their person key to which it is sealed. */
export interface PersonKeyBox {
  readonly person: PersonId;
  readonly epoch: number;
  readonly wrap: Uint8Array;
}

export interface TeamBody {
  readonly type: "team";
  readonly team: TeamId;
  readonly name: Uint8Array;
}

export interface NominateBody {
  readonly type: "nominate";
  readonly team: TeamId;
  readonly person: PersonId;
}

export interface TeamKeyBody {
  readonly type: "team-key";
  readonly team: TeamId;
  readonly epoch: number;
  /** X-Wing public key of the epoch. */
  readonly key: Uint8Array;
  readonly boxes: readonly PersonKeyBox[];
  /** The seed of the epoch before, sealed to this one; absent at epoch 0. */
  readonly before?: Uint8Array;
}

export interface AdmitBody {
  readonly type: "admit";
  readonly team: TeamId;
  readonly person: PersonId;
  /** Epoch of the person key to which the box is sealed. */
  readonly epoch: number;
  readonly box: Uint8Array;
}

export interface TeamRemovalBody {
  readonly type: "team-removal";
  readonly team: TeamId;
  readonly person: PersonId;
}

export interface GrantBody {
  readonly type: "grant" | "withdraw";
  readonly team: TeamId;
  readonly project: ProjectId;
}

/** What somebody signs for the time after their departure. */
export interface SuccessionClaim {
  readonly team: TeamId;
  /** Epoch of the team key to which the inner wrap is sealed. */
  readonly teamEpoch: number;
  /** Epoch of the person key whose seed it holds. */
  readonly keyEpoch: number;
  /** H of the inner wrap. */
  readonly hash: Uint8Array;
  /** The inner wrap, sealed to administrators. */
  readonly boxes: readonly PersonKeyBox[];
}

export interface SuccessionBody {
  readonly type: "succession";
  /** null takes back what was signed. */
  readonly succession: SuccessionClaim | null;
}

export type TeamStatementBody = TeamBody | NominateBody | TeamKeyBody | AdmitBody | TeamRemovalBody | GrantBody | SuccessionBody;
