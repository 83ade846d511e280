/** What `share`, `revoke` and `shares` call. Times in ms since 1970, sizes in bytes. */
export interface ShareWorld {
  /**
   * Approves a request, or offers sessions. `decide` sees what would be shared, once, and says how.
   * @throws HxError `not-found`, `ambiguous`, `refused`, `remote-failed`
   */
  share(options: ShareOptions, decide: (plan: SharePlan) => Promise<ShareDecision>): Promise<ShareReport>;
  /** Takes back an approval, a session from all its approvals, or all that a team was given. */
  revoke(what: string, confirm: (plan: RevokePlan) => Promise<boolean>): Promise<RevokeReport>;
  /** What I gave, what I was given, what waits. Uses what is known here where no remote is reached. */
  shares(): Promise<SharesReport>;
}

export interface ShareOptions {
  /** Ids of sessions, or one request. */
  readonly what: readonly string[];
  /** Every session of one's own in this repository. */
  readonly all: boolean;
  /** Absent: that of the request. */
  readonly team?: string;
  /** The session that a request for a commit means. */
  readonly session?: string;
  /** Absent: the whole team, later members too. */
  readonly members?: readonly string[];
  readonly expires?: number;
  readonly follow: boolean;
  /** Counted from 1, both ends included. */
  readonly turns?: readonly (readonly [from: number, to: number])[];
  /** A redacted copy in any case. */
  readonly redact: boolean;
}

/** `redact`: copies of those in which something was found. `as-is`: they too as they are. */
export type ShareDecision = "redact" | "as-is";

export interface SharePlan {
  readonly request?: { readonly id: string; readonly by: string; readonly reason: string; readonly about: string };
  readonly team: { readonly id: string; readonly name: string };
  /** Who is in the team now; `since`: number of the workspace statement that let them in. */
  readonly members: readonly { readonly name: string; readonly since: number }[];
  /** `team`: later members too. */
  readonly audience: "team" | readonly string[];
  readonly expires?: number;
  readonly follow: boolean;
  readonly sessions: readonly SharePlanSession[];
  /** The policy asks for redacted copies of what has findings. */
  readonly copiesOnly: boolean;
}

export interface SharePlanSession {
  readonly id: string;
  readonly agent: string;
  readonly title?: string;
  /** Of somebody who departed, whom a team of mine succeeds. */
  readonly author?: string;
  readonly parts: number;
  readonly turns?: number;
  readonly files?: number;
  readonly bytes?: number;
  /** Turns of which alone a copy is made. */
  readonly only?: readonly (readonly [from: number, to: number])[];
  /** A copy is made in any case: turns were chosen, or it was asked for. */
  readonly copy: boolean;
  readonly scanned: "capture" | "now";
  readonly findings: readonly ShareFinding[];
}

export interface ShareFinding {
  readonly rule: string;
  /** Its first characters and its length. */
  readonly masked: string;
  readonly file: string;
  /** Counted from 1. */
  readonly turn?: number;
  readonly count: number;
}

export interface ShareReport {
  readonly team: string;
  readonly approvals: readonly string[];
  readonly sessions: readonly { readonly id: string; readonly copy?: string; readonly replaced?: number }[];
  /** False: it waits here for the next push. */
  readonly pushed: boolean;
  readonly reason?: string;
}

export interface RevokePlan {
  readonly what: string;
  readonly approvals: readonly { readonly id: string; readonly team: string; readonly sessions: number; readonly reads: number }[];
}

export interface RevokeReport {
  readonly revocations: readonly string[];
  readonly approvals: readonly string[];
  /** Wraps that went. */
  readonly removed: number;
  /** Wraps in lanes of other devices: they go when those sync. */
  readonly elsewhere: number;
  readonly pushed: boolean;
  readonly reason?: string;
}

export interface SharesReport {
  readonly given: readonly GivenShare[];
  readonly received: readonly ReceivedShare[];
  readonly waiting: readonly WaitingShare[];
  /** False: no remote was reached. */
  readonly fresh: boolean;
}

interface Share {
  readonly id: string;
  readonly team: string;
  readonly state: "living" | "expired" | "revoked";
  readonly sessions: readonly string[];
  /** What the maker's clock said. */
  readonly at: number;
  readonly expires?: number;
  readonly follow: boolean;
}

export interface GivenShare extends Share {
  readonly audience: "team" | readonly string[];
  readonly revokedSessions: readonly string[];
  /** Access entries. */
  readonly reads: number;
  readonly request?: string;
}

export interface ReceivedShare extends Share {
  readonly author: string;
}

export interface WaitingShare {
  readonly id: string;
  readonly kind: "rewrap" | "follow" | "other-device";
  readonly session?: string;
  readonly why: string;
  readonly fix?: string;
}

/** What an unlocked sync did for shares. */
export interface DutiesReport {
  readonly rewrapped: number;
  readonly removed: number;
  /** Sessions of which new parts were handed on. */
  readonly followed: number;
  readonly waiting: readonly WaitingShare[];
}
