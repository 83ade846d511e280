import type { DeviceId, PersonId, ProjectId, RepoId, WorkspaceId } from "../ids.ts";
import type { MembershipClaim } from "./membership-claim.ts";
import type { PolicyClaim } from "../policy/version.ts";
import type { DeviceRemovalBody, RemovalBody } from "./removal-bodies.ts";
import type { TeamStatementBody } from "./team-bodies.ts";

/** The parts of a signed envelope, kept so that the rules can say which key must have signed it. */
export interface Signed {
  readonly type: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** What an envelope `hx/person/v1` says. */
export interface PersonStatement {
  readonly id: PersonId;
  /** The person's signing key. */
  readonly sign: Uint8Array;
  /** X-Wing public key of the recovery phrase. */
  readonly recovery: Uint8Array;
}

/** What an envelope `hx/device/v1` says. */
export interface DeviceStatement {
  readonly id: DeviceId;
  readonly person: PersonId;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
}

/** What an envelope `hx/person-key/v1` says. */
export interface PersonKeyStatement {
  readonly person: PersonId;
  readonly epoch: number;
  /** X-Wing public key of the epoch. */
  readonly key: Uint8Array;
  readonly boxes: readonly DeviceBox[];
  readonly recovery: Uint8Array;
  /** Wrap of the epoch before, sealed to this one; absent at epoch 0. */
  readonly before?: Uint8Array;
}

/** The same with nothing verified yet, and with what the rules need to verify it. */
export interface PersonClaim extends PersonStatement {
  readonly signed: Signed;
}

export interface DeviceClaim extends DeviceStatement {
  readonly signed: Signed;
}

export interface PersonKeyClaim extends PersonKeyStatement {
  readonly signed: Signed;
}

export interface DeviceBox {
  readonly device: DeviceId;
  readonly wrap: Uint8Array;
}

/** A person's public statement of themselves: docs/spec/workspace.md, "Card". */
export interface CardClaim {
  readonly person: PersonClaim;
  readonly devices: readonly DeviceClaim[];
  readonly keys: readonly PersonKeyClaim[];
}

/** What an envelope `hx/join/v1` says: who asked to come in, in their own words. */
export interface JoinClaim {
  readonly signed: Signed;
  readonly workspace: WorkspaceId;
  readonly card: CardClaim;
  readonly name: Uint8Array;
  /** Membership epoch to whose box key the name is sealed. */
  readonly epoch: number;
}

/** Envelope `hx/repo/v1`. */
export interface RepoGenesisClaim {
  readonly signed: Signed;
  /** The whole envelope as it was received. */
  readonly bytes: Uint8Array;
  readonly id: RepoId;
  readonly sign: Uint8Array;
}

export interface GenesisBody {
  readonly type: "genesis";
  readonly home: RepoId;
  readonly threshold: number;
  readonly founder: CardClaim;
  readonly name: Uint8Array;
  readonly membership: MembershipClaim;
}

export interface PersonBody {
  readonly type: "person";
  readonly join: JoinClaim;
  /** The current membership key, for the person. */
  readonly membership: Uint8Array;
}

export interface AdministratorBody {
  readonly type: "administrator";
  readonly person: PersonId;
  readonly is: boolean;
}

export interface DeviceBody {
  readonly type: "device";
  readonly device: DeviceClaim;
  readonly box: Uint8Array;
}

export interface PersonKeyBody {
  readonly type: "person-key";
  readonly key: PersonKeyClaim;
}

export interface MembershipBody {
  readonly type: "membership";
  readonly membership: MembershipClaim;
}

export interface ProjectBody {
  readonly type: "project";
  readonly project: ProjectId;
  readonly name: Uint8Array;
}

export interface ConnectBody {
  readonly type: "connect";
  readonly repo: RepoId;
  readonly project: ProjectId;
  readonly genesis: RepoGenesisClaim;
}

export interface DisconnectBody {
  readonly type: "disconnect";
  readonly repo: RepoId;
}

export interface PolicyBody extends PolicyClaim {
  readonly type: "policy";
}

/** One member for each type that this version knows; a new type is a new member here and a file in `rules/`. */
export type StatementBody =
  | GenesisBody
  | PersonBody
  | AdministratorBody
  | DeviceBody
  | PersonKeyBody
  | MembershipBody
  | ProjectBody
  | ConnectBody
  | DisconnectBody
  | PolicyBody
  | TeamStatementBody
  | RemovalBody
  | DeviceRemovalBody;

/** A decoded statement. Nothing in it is believed before the replay has checked it. */
export interface Statement {
  readonly signed: Signed;
  /** Hash of the whole envelope: what the next statement names. */
  readonly hash: Uint8Array;
  readonly n: number;
  readonly by: DeviceId;
  /** Absent in the genesis. */
  readonly workspace?: WorkspaceId;
  /** Absent in the genesis. */
  readonly previous?: Uint8Array;
  readonly body: StatementBody;
}
