import { equal, toHex, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { dayText } from "../../domain/policy/day.ts";
import { changedTerms } from "../../domain/policy/diff.ts";
import { earliestEffect, noticeFor } from "../../domain/policy/in-force.ts";
import type { PolicyClaim, PolicyVersion } from "../../domain/policy/version.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { PolicyBody } from "../../domain/workspace/statement.ts";
import type { HashFunctions } from "../../format/primitives.ts";
import type { Acting } from "../workspace/acting.ts";
import type { Documents } from "../workspace/documents.ts";
import { needAdministrator } from "../workspace/rights.ts";
import type { Draft } from "./draft.ts";

/** Days since 1970, UTC. */
export interface PublishingDays {
  readonly today: number;
  /** Newest day that anybody signed, as far as is known here. */
  readonly newest: number;
  readonly effective: number;
}

/** The texts of a draft, as they go beside the statement. */
export function documentsOf(hashes: HashFunctions, { texts }: Draft): Documents {
  return new Map(texts.map(({ text }) => [toHex(hashes.h(utf8(text))), utf8(text)]));
}

/**
 * The statement that makes a draft the next version.
 * @throws HxError `refused` for somebody who is no administrator, a day that is too early, or a clock that is behind; `exists` where the
 * newest version says the same
 */
export function policyStatement(hashes: HashFunctions, state: WorkspaceState, acting: Acting, draft: Draft, { today, newest, effective }: PublishingDays): PolicyBody {
  needAdministrator(state, acting, "publish a policy");
  const last = state.policies.at(-1);
  const known = Math.max(newest, last?.published ?? 0);
  if (known > today) throw new HxError("refused", `this clock says ${dayText(today)}, and somebody signed on ${dayText(known)} already: a policy is not dated by such a clock`, { hints: ["hx doctor"] });
  const claim: PolicyClaim = {
    version: state.policies.length + 1,
    published: today,
    effective,
    terms: draft.terms,
    documents: draft.texts.map(({ name, text }) => ({ name, hash: hashes.h(utf8(text)) })),
  };
  if (last !== undefined && saysTheSame(last, claim)) throw new HxError("exists", `version ${last.version}, in force from ${dayText(last.effective)}, says the same already`, { hints: ["hx policy history"] });
  const earliest = earliestEffect(state, today, draft.terms);
  if (effective < earliest) {
    const notice = noticeFor(state, today, draft.terms);
    throw new HxError("refused", `'${dayText(effective)}' is too early: a version is announced ${notice === 1 ? "a day" : `${notice} days`} before, so ${dayText(earliest)} is the first day`, { hints: [`hx policy publish --effective ${dayText(earliest)}`] });
  }
  return { type: "policy", ...claim };
}

function saysTheSame(a: PolicyVersion, b: PolicyClaim): boolean {
  const same = a.documents.length === b.documents.length && a.documents.every(({ name, hash }, i) => b.documents[i]?.name === name && equal(hash, b.documents[i].hash));
  return same && changedTerms(a.terms, b.terms).length === 0;
}
