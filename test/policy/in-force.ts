import { documentsOf, policyStatement } from "../../src/app/policy/publish.ts";
import { actingOf } from "../../src/app/workspace/acting.ts";
import { dayOf } from "../../src/domain/policy/day.ts";
import { renderTemplate } from "../../src/domain/policy/template/render.ts";
import type { PolicyTerms } from "../../src/domain/policy/terms.ts";
import { changeWorkspace } from "../../src/wire/workspace-change.ts";
import { speaking, type Colleague } from "../support/workspace-people.ts";
import { TERMS } from "./terms.ts";

/** Whole days since 1970, as the clock says. */
export const today = (): number => dayOf(Date.now());

/** Terms under which hardly anything is asked of anybody. */
export const MILD: PolicyTerms = { ...TERMS, notice: 1, redaction: false, pause: true, exclude: true, approval: null };

/** The next version, signed by an administrator whose clock said another day then. `effective`: in so many days from today, or before. */
export async function publishes(administrator: Colleague, terms: PolicyTerms, effective: number): Promise<void> {
  const here = await speaking(administrator);
  const texts = [...renderTemplate(terms, ["en"])].map(([name, text]) => ({ name, text }));
  const draft = { terms, texts };
  const { hashes } = here.ledger.crypto;
  const day = today() + effective;
  await changeWorkspace(
    here,
    (state) => {
      const body = policyStatement(hashes, state, actingOf(here.ledger.crypto, state, here.identity), draft, { today: Math.min(today(), day - terms.notice), newest: 0, effective: day });
      return [() => body];
    },
    documentsOf(hashes, draft),
  );
}
