/** What of a policy a machine reads: docs/spec/policy.md, "Terms". */
export interface PolicyTerms {
  readonly company: string;
  /** Whom to ask. */
  readonly contact: string;
  /** Agents whose sessions are recorded. At least one. */
  readonly tools: readonly string[];
  /** Days between the publishing of a version and its effect. */
  readonly notice: number;
  /** Fewer people than this are never shown as a group. */
  readonly group: number;
  /** Months for which sessions are kept; null: without end. */
  readonly retention: number | null;
  /** Sessions with found secrets are shared as redacted copies only. */
  readonly redaction: boolean;
  /** Whether a person may pause what is recorded of them. */
  readonly pause: boolean;
  /** Whether a person may keep a session out of the record. */
  readonly exclude: boolean;
  /** Days that an approval lives at most; null: as long as its author wants. */
  readonly approval: number | null;
  /** Whether what an author shared may be used for coaching that they asked for. */
  readonly coaching: boolean;
  /** Other instruments that stand beside the policy, such as a works agreement. */
  readonly instruments: readonly string[];
}

/** The terms that hx keeps in a repository, and that the repository may tighten. */
export type EnforcedTerms = Pick<PolicyTerms, "group" | "retention" | "redaction" | "pause" | "exclude" | "approval">;

/** `terms` of `.hx/connection.yaml`. What is absent is as the policy has it. */
export type RepositoryTerms = Partial<EnforcedTerms>;

/** Nobody ever sees a smaller group: the promise stands without a policy too. */
export const LEAST_GROUP = 5;
/** The widest that each number of the terms may be. */
export const TERM_BOUNDS = {
  notice: [1, 365],
  group: [LEAST_GROUP, 1000],
  retention: [1, 1200],
  approval: [1, 3650],
} as const;

/** What holds where no policy is in force. */
export const UNWRITTEN: EnforcedTerms = { group: LEAST_GROUP, retention: null, redaction: false, pause: true, exclude: true, approval: null };

const MOST_ENTRIES = 32;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>]/u;

/** Why these cannot be the terms of a policy, as `'<term>' is not …`; null when they can. */
export function termsProblem(terms: PolicyTerms): string | null {
  for (const key of ["company", "contact"] as const) if (!isLine(terms[key])) return `'${key}' is not a line of 1 to 200 characters without '<' and '>'`;
  if (!isList(terms.tools, 1)) return `'tools' is not a list of 1 to ${MOST_ENTRIES} different lines without ',', '<' and '>'`;
  if (!isList(terms.instruments, 0)) return `'instruments' is not a list of up to ${MOST_ENTRIES} different lines without ',', '<' and '>'`;
  return enforcedProblem(terms) ?? numberProblem("notice", terms.notice);
}

/** The same for what a repository says. */
export function enforcedProblem(terms: RepositoryTerms): string | null {
  for (const key of ["group", "retention", "approval"] as const) {
    const problem = numberProblem(key, terms[key] ?? null);
    if (problem !== null) return problem;
  }
  return null;
}

function numberProblem(key: keyof typeof TERM_BOUNDS, value: number | null): string | null {
  const [least, most] = TERM_BOUNDS[key];
  if (value === null || (Number.isInteger(value) && value >= least && value <= most)) return null;
  return `'${key}' is not a whole number from ${least} to ${most}`;
}

function isLine(text: string): boolean {
  return text.trim() === text && text.length > 0 && [...text].length <= 200 && !UNPRINTABLE.test(text);
}

function isList(entries: readonly string[], least: number): boolean {
  return entries.length >= least && entries.length <= MOST_ENTRIES && new Set(entries).size === entries.length && entries.every((entry) => isLine(entry) && !entry.includes(","));
}

/**
 * Both together: of each term what keeps, shows or holds a person to less. Larger groups, shorter retention, shorter approvals, redaction
 * where one of them asks for it, a pause or an exclusion where one of them permits it.
 */
export function tightenTerms(a: EnforcedTerms, b: RepositoryTerms): EnforcedTerms {
  return {
    group: Math.max(a.group, b.group ?? a.group),
    retention: shorter(a.retention, b.retention ?? null),
    redaction: a.redaction || b.redaction === true,
    pause: a.pause || b.pause === true,
    exclude: a.exclude || b.exclude === true,
    approval: shorter(a.approval, b.approval ?? null),
  };
}

function shorter(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

/** The terms of a repository that say less than these, and so count for nothing. */
export function looserTerms(policy: EnforcedTerms, repository: RepositoryTerms): readonly (keyof EnforcedTerms)[] {
  const tightened = tightenTerms(policy, repository);
  return (Object.keys(tightened) as (keyof EnforcedTerms)[]).filter((key) => repository[key] !== undefined && repository[key] !== tightened[key]);
}

/** What two files of one repository say together. */
export function mergeRepositoryTerms(a: RepositoryTerms, b: RepositoryTerms): RepositoryTerms {
  const said = (Object.keys(UNWRITTEN) as (keyof EnforcedTerms)[]).filter((key) => a[key] !== undefined || b[key] !== undefined);
  const loosest: EnforcedTerms = { group: LEAST_GROUP, retention: null, redaction: false, pause: false, exclude: false, approval: null };
  const merged = tightenTerms(tightenTerms(loosest, a), b);
  return Object.fromEntries(said.map((key) => [key, merged[key]]));
}
