import type { ErrorCode } from "./errors.ts";
import type { PersonId, ProjectId, RepoId, SessionId, TeamId } from "./ids.ts";
import type { Covering, Sharing } from "./sharing/sharing.ts";
import type { StatementHash } from "./sharing/statement.ts";
import type { WorkspaceState } from "./workspace/state.ts";

/** How the lane stands in which the session lies. */
export type LaneStanding =
  | { readonly kind: "verified" }
  /** Somebody names a newer head of it that nobody has: a warning, as a claim by itself proves nothing. */
  | { readonly kind: "withheld" }
  /** It went on beyond a removal without being certified anew: what was verified before stays. */
  | { readonly kind: "frozen" }
  | { readonly kind: "rewound" }
  | { readonly kind: "problem"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "absent" };

/** What the tie says that an approval shows for this lane: its person, once both signatures verified. */
export type Tied = { readonly person: PersonId } | { readonly person: null; readonly why: string };

/** What the connection file says. `why` fits behind "not connected: ". */
export type FileStanding = { readonly connected: true; readonly projects: readonly ProjectId[] } | { readonly connected: false; readonly why: string };

/** All that the verifier looks at. It reads nothing and knows no clock. */
export interface Evidence {
  /** ms since 1970, the newest time that this device has ever seen. */
  readonly now: number;
  readonly repo: RepoId;
  readonly session: SessionId;
  readonly team: TeamId;
  readonly reader: PersonId;
  /** Whose session it is, where that is known without an approval. */
  readonly author?: PersonId;
  /** At the newest workspace head known. */
  readonly state: WorkspaceState;
  readonly lane: LaneStanding;
  /** L[0], L[1], … over the session's part records (docs/spec/lane.md, "Manifest"). */
  readonly chain: readonly Uint8Array[];
  /** By the statement that shows the tie: an approval, first or not. */
  readonly ties: ReadonlyMap<StatementHash, Tied>;
  readonly file: FileStanding;
  readonly sharing: Sharing;
  /** When a listed remote was last seen, ms since 1970. */
  readonly remoteSeen?: number;
}

export interface Condition {
  readonly holds: boolean;
  /** The evidence, a line each. */
  readonly says: readonly string[];
  /** There where it does not hold. */
  readonly missing?: string;
  /** The command that mends it, or that leads on to who can; there where it does not hold. */
  readonly fix?: string;
}

/** An approval under which the session may be read, and the parts that it covers. */
export interface Opening {
  /** Of the first approval. */
  readonly approval: StatementHash;
  readonly author: PersonId;
  readonly parts: readonly Covering[];
}

export interface Verdict {
  readonly holds: boolean;
  readonly conditions: { readonly C1: Condition; readonly C2: Condition; readonly C3: Condition; readonly C4: Condition };
  /** Empty unless all conditions hold; the one that covers most parts comes first. */
  readonly openings: readonly Opening[];
  readonly age: {
    /** Number of the newest workspace statement known. */
    readonly statement: number;
    readonly remoteSeen?: number;
  };
}

/** Names for ids, where the reader can open them. */
export interface Names {
  person(id: PersonId): string | null;
  team(id: TeamId): string | null;
  project(id: ProjectId): string | null;
}
