import { textsOf } from "../app/policy/versions.ts";
import type { Documents } from "../app/workspace/documents.ts";
import type { PolicyBrief } from "../cli/world-policy.ts";
import { dayOf, dayText } from "../domain/policy/day.ts";
import { policyInForce } from "../domain/policy/in-force.ts";
import { shownText } from "../domain/policy/text.ts";
import { TERMS, wordsOf } from "../domain/policy/words.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";

/** The version in force, in a few lines: for who comes into a workspace. Undefined where none is in force. */
export function policyBrief(state: Pick<WorkspaceState, "policies">, documents: Documents, nowMs: number): PolicyBrief | undefined {
  const version = policyInForce(state, dayOf(nowMs));
  if (version === null) return undefined;
  const { texts } = textsOf(documents, version);
  const text = texts.find(({ name }) => name === "policy.en.md") ?? texts.find(({ name }) => name.startsWith("policy."));
  const heading = text === undefined ? undefined : /^# (.+)$/m.exec(shownText(text.text))?.[1];
  return {
    version: version.version,
    effective: dayText(version.effective),
    title: heading ?? `policy of ${version.terms.company}`,
    terms: TERMS.map((term) => ({ term, words: wordsOf(version.terms, term, "en") })),
  };
}
