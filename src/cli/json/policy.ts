import type { PolicyTerms, EnforcedTerms } from "../../domain/policy/terms.ts";
import type { PolicyBrief, PolicyCheck, PolicyDiff, PolicyHistory, PolicyRow, Recorded, ShownPolicy } from "../world-policy.ts";
import { SCHEMAS } from "./schemas.ts";

export function rowJson({ version, standing, published, effective, entered, statement, by }: PolicyRow) {
  return { version, standing, published, effective, entered, statement, by: { id: by.id, name: by.name } };
}

/** @param recorded whether it is recorded that the person was shown it; absent where nothing was to be recorded */
export function policyJson(shown: ShownPolicy, recorded?: Recorded) {
  return { schema: SCHEMAS.policy, ...rowJson(shown), terms: termsJson(shown.terms), documents: shown.documents.map(({ name, hash, text }) => ({ name, hash, text })), recorded };
}

/** What has no end is absent. */
function termsJson<Terms extends PolicyTerms | EnforcedTerms>({ retention, approval, ...terms }: Terms) {
  return { ...terms, retention: retention ?? undefined, approval: approval ?? undefined };
}

export function briefJson({ version, effective, title, terms }: PolicyBrief) {
  return { version, effective, title, terms: terms.map(({ term, words }) => ({ term, words })) };
}

export function historyJson({ head, versions }: PolicyHistory) {
  return { schema: SCHEMAS.policies, head, versions: versions.map(rowJson) };
}

export function diffJson({ from, to, terms, texts, missing }: PolicyDiff) {
  return {
    schema: SCHEMAS["policy-diff"],
    from: String(from),
    to: String(to),
    terms: terms.map(({ term, from: before, to: after }) => ({ term, from: before, to: after })),
    documents: texts.map(({ name, change, lines }) => ({ name, change, lines: lines.map(({ side, text }) => ({ side, text })) })),
    missing,
  };
}

export function checkJson({ of, problems, clauses, here, missing }: PolicyCheck) {
  return {
    schema: SCHEMAS["policy-check"],
    of: String(of),
    ok: problems.length === 0 && missing.length === 0,
    problems: problems.map(({ document, message }) => ({ document, message })),
    clauses: clauses.map(({ id, enforcement, wording, tests }) => ({ id, enforcement, wording, tests })),
    here: here === undefined ? undefined : { terms: termsJson(here.terms), ignored: here.ignored },
    missing,
  };
}
