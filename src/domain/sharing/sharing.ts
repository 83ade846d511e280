import type { DeviceId, SessionId } from "../ids.ts";
import type { Access, Approval, ApprovedSession, Believed, Denial, Request, Revocation, StatementHash, Withdrawal } from "./statement.ts";

/** The longest lease, ms. */
export const MAX_LEASE = 8 * 3_600_000;

/**
 * `approved`: somebody who may has approved it, whatever became of the approval since; else `withdrawn` by who asked; else
 * `denied` by who was asked; else `stale`: who asked is no member of the team, or was none; else `open`.
 */
export type RequestState = "open" | "stale" | "denied" | "withdrawn" | "approved";

export interface RequestRecord {
  readonly request: Believed<Request>;
  readonly state: RequestState;
  readonly withdrawals: readonly Believed<Withdrawal>[];
  readonly denials: readonly Believed<Denial>[];
  /** First approvals that name it. */
  readonly approvals: readonly StatementHash[];
}

/** Parts of a session, and the statement that covers them: its wraps are those of this statement. */
export interface Covering {
  readonly statement: Believed<Approval>;
  readonly parts: ApprovedSession;
}

/** A first approval with all that extends and revokes it. */
export interface GivenApproval {
  readonly first: Believed<Approval>;
  readonly extensions: readonly Believed<Approval>[];
  /** Revoked sessions too. */
  readonly covered: ReadonlyMap<SessionId, readonly Covering[]>;
  readonly revocations: readonly Believed<Revocation>[];
  readonly revoked: "all" | ReadonlySet<SessionId>;
  /** When it ends, ms since 1970, by its own word and by the policy at its place; absent: never. */
  readonly ends?: number;
}

/** An entry of the access log. One that contradicts its approval is shown all the same, and is no lease. */
export interface AccessRecord {
  readonly access: Believed<Access>;
  readonly contradiction?: string;
}

/** A statement that means nothing, since it contradicts what it names or the workspace. */
export interface VoidStatement {
  readonly statement: Believed;
  readonly why: string;
}

/** What all believed statements say together, whatever order they came in. */
export interface Sharing {
  readonly requests: ReadonlyMap<StatementHash, RequestRecord>;
  /** By hash of the first approval. */
  readonly approvals: ReadonlyMap<StatementHash, GivenApproval>;
  readonly accesses: ReadonlyMap<StatementHash, AccessRecord>;
  readonly voids: readonly VoidStatement[];
  /** They name a statement that is not known, and mean nothing until it is. */
  readonly waiting: readonly Believed[];
}

export type Standing = "living" | "revoked" | "expired";

/** @param now ms since 1970, the newest time this device has seen. @param session all of them when absent */
export function standing(given: GivenApproval, now: number, session?: SessionId): Standing {
  const { revoked } = given;
  const sessions = session === undefined ? [...given.covered.keys()] : [session];
  if (revoked === "all" || (sessions.length > 0 && sessions.every((id) => revoked.has(id)))) return "revoked";
  return given.ends !== undefined && given.ends <= now ? "expired" : "living";
}

export interface LeaseKey {
  readonly device: DeviceId;
  readonly session: SessionId;
  /** Of the first approval. */
  readonly approval: StatementHash;
}

/** The access entry under which this device may read on, or null when it has to make one. @param now ms since 1970 */
export function leaseOf(sharing: Sharing, key: LeaseKey, now: number): Believed<Access> | null {
  let longest: Believed<Access> | null = null;
  for (const { access, contradiction } of sharing.accesses.values()) {
    const { said } = access;
    if (contradiction !== undefined || said.device !== key.device || said.session !== key.session || said.approval !== key.approval) continue;
    if (said.from <= now && now < said.until && (longest === null || said.until > longest.said.until)) longest = access;
  }
  return longest;
}
