import type { DeviceId, LaneId, PersonId, RepoId, SessionId, TeamId, WorkspaceId } from "../ids.ts";

/** A hash of a statement's envelope, as 64 hex digits: how statements name each other. */
export type StatementHash = string;

/** What every statement of sharing says of itself: docs/spec/sharing.md, "Statements in lanes". */
export interface Said {
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** Public key of the lane in which it lies. */
  readonly lane: Uint8Array;
  readonly person: PersonId;
  readonly device: DeviceId;
  /** What the maker's clock said, ms since 1970. For show only. */
  readonly at: number;
}

/** Numbers of turns, both ends included, the first turn is 1. */
export type TurnRange = readonly [from: number, to: number];

export type Subject =
  | { readonly session: SessionId }
  /** `commit`: a git object id as text; `path` and `line` where a line was named. */
  | { readonly commit: string; readonly path?: string; readonly line?: number };

export interface Request extends Said {
  readonly kind: "request";
  /** The author: only their approval answers it. */
  readonly to: PersonId;
  readonly team: TeamId;
  readonly nonce: Uint8Array;
  readonly reason: string;
  readonly about: Subject;
  readonly turns?: readonly TurnRange[];
}

export interface Withdrawal extends Said {
  readonly kind: "withdrawal";
  readonly request: StatementHash;
  readonly to: PersonId;
}

export interface Denial extends Said {
  readonly kind: "denial";
  readonly request: StatementHash;
  readonly to: PersonId;
  readonly reason?: string;
}

/** `team`: later members too. Else those who are listed, sorted. */
export type Audience = "team" | readonly PersonId[];

/** A session's tie as an approval shows it (docs/spec/wrap.md, "Tie"). */
export interface ShownTie {
  /** Public key of the lane. */
  readonly lane: Uint8Array;
  /** Envelope `hx/tie/v1`. */
  readonly device: Uint8Array;
  readonly signature: Uint8Array;
}

/** The parts `first` to `count - 1` of a session. `last` is L[count-1] of its manifest (docs/spec/lane.md). */
export interface ApprovedSession {
  readonly session: SessionId;
  /** Index in `ties`. */
  readonly tie: number;
  readonly first: number;
  readonly count: number;
  readonly last: Uint8Array;
}

export interface Approval extends Said {
  readonly kind: "approval";
  readonly author: PersonId;
  readonly team: TeamId;
  /** Epoch of the team key when it was given. */
  readonly epoch: number;
  readonly audience: Audience;
  readonly request?: StatementHash;
  /** The first approval, of which this one hands on more. */
  readonly extends?: StatementHash;
  /** ms since 1970. */
  readonly expires?: number;
  readonly follow: boolean;
  /** 32 random bytes from which the paths of the wraps are derived. */
  readonly tag: Uint8Array;
  readonly ties: readonly ShownTie[];
  /** Sorted by session id. */
  readonly sessions: readonly ApprovedSession[];
}

export interface Revocation extends Said {
  readonly kind: "revocation";
  readonly author: PersonId;
  /** The first approval. */
  readonly approval: StatementHash;
  /** Sorted; absent: all. */
  readonly sessions?: readonly SessionId[];
}

export interface Access extends Said {
  readonly kind: "access";
  readonly author: PersonId;
  readonly team: TeamId;
  readonly session: SessionId;
  readonly approval: StatementHash;
  /** The lease, ms since 1970. */
  readonly from: number;
  readonly until: number;
  readonly class: "attested";
}

export type SharingStatement = Request | Withdrawal | Denial | Approval | Revocation | Access;
export type SharingKind = SharingStatement["kind"];

/** Where a statement lies: the commit that added it to a lane. */
export interface Place {
  readonly lane: LaneId;
  /** Number of the lane's header. */
  readonly seq: number;
  /** Number of the workspace statement that this header names as the newest. Keys are judged by it. */
  readonly head: number;
  /** Day of the commit, seconds since 1970. */
  readonly day: number;
}

/** A statement that a reader may believe: opened, well formed, of its place, signed by a device that was live there. */
export interface Believed<Statement extends SharingStatement = SharingStatement> {
  readonly hash: StatementHash;
  readonly place: Place;
  readonly said: Statement;
}
