import type { PolicyProblem, CheckedClause } from "../domain/policy/check.ts";
import type { ChangedTerm, ChangedText } from "../domain/policy/diff.ts";
import type { PolicyStanding } from "../domain/policy/in-force.ts";
import type { EnforcedTerms, PolicyTerms } from "../domain/policy/terms.ts";
import type { Language } from "../domain/policy/version.ts";
import type { Named } from "./named.ts";

// The policy of the workspace, as commands see it: part of the World. Days are `2027-01-31`, UTC.

export interface PolicyWorld {
  /** Whether `.hx/policy` has terms. @throws HxError `not-a-repository` */
  hasDraft(): Promise<boolean>;
  /** Writes terms and texts from the template. @throws HxError `exists`, `policy-invalid`, `io-failed` @returns paths from the top */
  init(terms: PolicyTerms, options: { readonly languages: readonly Language[]; readonly force: boolean }): Promise<readonly string[]>;
  /** @throws HxError `policy-invalid`, `refused`, `exists`, `not-found`, `remote-failed` */
  publish(effective: string): Promise<PolicyRow>;
  /** Without a version: the one in force, else the newest. @throws HxError `not-found` */
  show(version?: number): Promise<ShownPolicy>;
  /** Records that the person of this clone was shown a version. Asks for the passphrase where somebody can be asked. @throws HxError `not-found`, `not-connected` */
  noteShown(version: number): Promise<Recorded>;
  /** Without numbers: the newest against the one before. `draft`: what lies in `.hx/policy`. @throws HxError `not-found`, `policy-invalid` */
  diff(from?: PolicyPoint, to?: PolicyPoint): Promise<PolicyDiff>;
  history(): Promise<PolicyHistory>;
  /** Without a version: the draft, where there is one, else the version in force. @throws HxError `not-found`, `policy-invalid` */
  check(version?: number): Promise<PolicyCheck>;
}

/** `known`: it was before. `locked`: not, for want of the keys. `nobody`: there is no identity here. */
export type Recorded = "recorded" | "known" | "locked" | "nobody";

/** The version in force, for who comes into a workspace. */
export interface PolicyBrief {
  readonly version: number;
  readonly effective: string;
  /** Heading of its text. */
  readonly title: string;
  readonly terms: readonly { readonly term: string; readonly words: string }[];
}

export type PolicyPoint = number | "draft";

export interface PolicyRow {
  readonly version: number;
  /** As the administrator says. */
  readonly published: string;
  readonly effective: string;
  readonly standing: PolicyStanding;
  readonly by: Named;
  readonly statement: number;
  /** Day of the commit that brought it into this copy of the chain. */
  readonly entered: string;
}

export interface ShownPolicy extends PolicyRow {
  readonly terms: PolicyTerms;
  /** `text` is absent where this copy of the chain does not have it. */
  readonly documents: readonly { readonly name: string; readonly hash: string; readonly text?: string }[];
}

export interface PolicyHistory {
  /** Newest statement that was looked at. */
  readonly head: number;
  /** Oldest first. */
  readonly versions: readonly PolicyRow[];
}

export interface PolicyDiff {
  readonly from: PolicyPoint;
  readonly to: PolicyPoint;
  readonly terms: readonly ChangedTerm[];
  readonly texts: readonly ChangedText[];
  /** Texts that this copy of the chain does not have, and that were not compared. */
  readonly missing: readonly string[];
}

export interface PolicyCheck {
  readonly of: PolicyPoint;
  readonly problems: readonly PolicyProblem[];
  readonly clauses: readonly CheckedClause[];
  /** What holds in this repository, with these terms. Absent where it is not connected. */
  readonly here?: { readonly terms: EnforcedTerms; /** Terms of the connection file that are looser, and count for nothing. */ readonly ignored: readonly (keyof EnforcedTerms)[] };
  readonly missing: readonly string[];
}
