/**
 * Why guard refuses something. A class of docs/spec/guard.md: never renamed, and never given another meaning. The client's own
 * codes (`lane-invalid` …) say what a verifier found; these say what somebody did.
 */
export type GuardCode =
  | "connection-missing"
  | "connection-invalid"
  | "connection-contradicted"
  | "connection-weakened"
  | "remote-unlisted"
  | "policy-unknown"
  | "policy-coming"
  | "policy-loosened"
  | "anchor-missing"
  | "anchor-invalid"
  | "chain-missing"
  | "chain-deleted"
  | "chain-rewritten"
  | "chain-invalid"
  | "lane-deleted"
  | "lane-rollback"
  | "lane-fork"
  | "lane-rewritten"
  | "lane-grafted"
  | "lane-unsigned"
  | "lane-uncertified"
  | "lane-frozen"
  | "lane-withheld"
  | "lane-invalid"
  | "segment-invalid"
  | "keys-deleted"
  | "keys-missing"
  | "keys-orphaned"
  | "keys-rollback"
  | "keys-unsigned"
  | "keys-invalid"
  | "wrap-missing"
  | "card-invalid"
  | "probe-invalid"
  | "ref-unknown"
  | "object-missing"
  | "too-new";

/** One thing that guard found. */
export interface GuardFinding {
  /** `warning`: it does not refuse. */
  readonly severity: "refused" | "warning";
  readonly code: GuardCode;
  /** Full name of the ref that it is about. */
  readonly ref: string;
  /** For a developer: lower case, no full stop, names the thing in quotes. */
  readonly message: string;
  /** A command that mends it, or that shows more. */
  readonly hint: string;
}

/** How much was looked at. */
export interface GuardCounts {
  /** Refs outside `refs/sessions/`. */
  readonly code: number;
  readonly lanes: number;
  /** Headers of lanes that were new since the last good state. */
  readonly headers: number;
  readonly keys: number;
  readonly cards: number;
}

export interface GuardReport {
  readonly findings: readonly GuardFinding[];
  /** The version of the policy that is in force; absent where none is, or where nobody looked. */
  readonly policy?: { readonly version: number; readonly effective: number };
  readonly counts: GuardCounts;
}

export function isRefused({ findings }: Pick<GuardReport, "findings">): boolean {
  return findings.some(({ severity }) => severity === "refused");
}
