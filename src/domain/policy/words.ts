import type { PolicyTerms } from "./terms.ts";
import type { Language } from "./version.ts";

export type Term = keyof PolicyTerms;

/** Every term, as the marks of texts name it. */
export const TERMS: readonly Term[] = ["company", "contact", "tools", "notice", "group", "retention", "redaction", "pause", "exclude", "approval", "coaching", "instruments"];

export function isTerm(text: string): text is Term {
  return TERMS.some((term) => term === text);
}

interface Words {
  readonly days: readonly [one: string, more: string];
  readonly months: readonly [one: string, more: string];
  readonly endless: string;
  readonly unlimited: string;
  readonly none: string;
  readonly permitted: readonly [yes: string, no: string];
  readonly required: readonly [yes: string, no: string];
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: { days: ["day", "days"], months: ["month", "months"], endless: "without end", unlimited: "without a set end", none: "none", permitted: ["permitted", "not permitted"], required: ["required", "not required"] },
  de: { days: ["Tag", "Tage"], months: ["Monat", "Monate"], endless: "ohne Ende", unlimited: "ohne festes Ende", none: "keine", permitted: ["erlaubt", "nicht erlaubt"], required: ["verpflichtend", "nicht verpflichtend"] },
};

/** How a text of a language states a term. */
export function wordsOf(terms: PolicyTerms, term: Term, language: Language): string {
  const words = WORDS[language];
  switch (term) {
    case "company":
    case "contact":
      return terms[term];
    case "tools":
    case "instruments":
      return terms[term].length === 0 ? words.none : terms[term].join(", ");
    case "notice":
      return counted(terms.notice, words.days);
    case "group":
      return String(terms.group);
    case "retention":
      return terms.retention === null ? words.endless : counted(terms.retention, words.months);
    case "approval":
      return terms.approval === null ? words.unlimited : counted(terms.approval, words.days);
    case "redaction":
      return words.required[terms.redaction ? 0 : 1];
    case "pause":
    case "exclude":
    case "coaching":
      return words.permitted[terms[term] ? 0 : 1];
  }
}

function counted(count: number, [one, more]: readonly [string, string]): string {
  return `${count} ${count === 1 ? one : more}`;
}
