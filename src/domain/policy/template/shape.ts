import type { ClauseId } from "../clauses.ts";

/** `{term}` in a text stands for the words of that term. */
export interface TemplateClause {
  readonly id: ClauseId;
  readonly text: string;
}

export interface TemplateSection {
  readonly heading: string;
  /** Organisations usually change it. */
  readonly adapt?: true;
  readonly clauses: readonly TemplateClause[];
}

/** One text of the template in one language. */
export interface Template {
  readonly heading: string;
  readonly opening: string;
  readonly sections: readonly TemplateSection[];
}

/** What stands in every text of a language. */
export interface Frame {
  readonly notAdvice: string;
  readonly adapt: string;
}
