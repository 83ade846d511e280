import { clauseOf, CLAUSES } from "./clauses.ts";
import type { Enforcement } from "./clauses.ts";
import { renderTemplate } from "./template/render.ts";
import type { PolicyTerms } from "./terms.ts";
import { readText } from "./text.ts";
import type { PolicyText, TextClause } from "./text.ts";
import { DOCUMENT_LIMIT, LANGUAGES, MOST_DOCUMENTS, documentName, isLanguage } from "./version.ts";
import type { Language } from "./version.ts";
import { TERMS, isTerm, wordsOf } from "./words.ts";
import { utf8 } from "../bytes.ts";

/** A text and its name, such as `policy.en.md`. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Something for which the texts cannot be published with these terms. */
export interface PolicyProblem {
  /** Name of the text. */
  readonly document: string;
  readonly message: string;
}

/** How a clause stands in the texts. */
export interface CheckedClause {
  readonly id: string;
  /** Of a clause that hx does not know, a promise of the organisation's own. */
  readonly enforcement: Enforcement;
  readonly tests: readonly string[];
  /** `template`: word for word, in each language. `own`: the organisation's words, of which hx knows only the clause. `absent`: not in the texts. */
  readonly wording: "template" | "own" | "absent";
}

interface ReadDocument {
  readonly name: string;
  readonly title: string;
  readonly language: Language;
  readonly text: PolicyText;
}

/** Holds texts against terms, and the languages against each other. Empty: they can be published. */
export function policyProblems(terms: PolicyTerms, texts: readonly NamedText[]): readonly PolicyProblem[] {
  const read = texts.map((text) => readDocument(text));
  const documents = read.flatMap((one) => ("problem" in one ? [] : [one]));
  const few: readonly PolicyProblem[] = documents.some(({ title }) => title === "policy") ? [] : [{ document: "policy.en.md", message: "there is no such text" }];
  const many: readonly PolicyProblem[] = texts.length > MOST_DOCUMENTS ? [{ document: "policy.en.md", message: `there are more than ${MOST_DOCUMENTS} texts` }] : [];
  return [
    ...few,
    ...many,
    ...read.flatMap((one) => ("problem" in one ? [one.problem] : [])),
    ...documents.flatMap((document) => stateProblems(terms, document)),
    ...unstated(documents),
    ...unequal(documents),
  ];
}

function readDocument({ name, text }: NamedText): ReadDocument | { readonly problem: PolicyProblem } {
  const parts = documentName(name);
  const wrong = (message: string) => ({ problem: { document: name, message } });
  if (parts === null) return wrong("is not named like 'policy.en.md'");
  if (!isLanguage(parts.language)) return wrong(`is in a language that hx cannot hold against the terms: it knows ${LANGUAGES.join(", ")}`);
  const { length } = utf8(text);
  if (length === 0 || length > DOCUMENT_LIMIT) return wrong(`has not 1 to ${DOCUMENT_LIMIT} bytes`);
  return { name, title: parts.title, language: parts.language, text: readText(text) };
}

function stateProblems(terms: PolicyTerms, { name, language, text }: ReadDocument): readonly PolicyProblem[] {
  const seen = new Set<string>();
  const twice = text.clauses.filter(({ id }) => seen.size === seen.add(id).size);
  return [
    ...(text.broken ? [{ document: name, message: "has a mark of a term that does not end with '<!-- /hx -->'" }] : []),
    ...twice.map(({ id }) => ({ document: name, message: `has clause '${id}' twice` })),
    ...text.stated.flatMap(({ term, words }) => {
      if (!isTerm(term)) return [{ document: name, message: `marks '${term}', which is no term` }];
      const wanted = wordsOf(terms, term, language);
      return words === wanted ? [] : [{ document: name, message: `states '${words}' for '${term}', the terms say '${wanted}'` }];
    }),
  ];
}

/** Each language states every term. */
function unstated(documents: readonly ReadDocument[]): readonly PolicyProblem[] {
  return LANGUAGES.flatMap((language) => {
    const own = documents.filter((document) => document.language === language);
    if (own.length === 0) return [];
    const stated = new Set(own.flatMap(({ text }) => text.stated.map(({ term }) => term)));
    return TERMS.filter((term) => !stated.has(term)).map((term) => ({ document: `policy.${language}.md`, message: `states '${term}' nowhere` }));
  });
}

/** A text has the same clauses in each language that has any text. */
function unequal(documents: readonly ReadDocument[]): readonly PolicyProblem[] {
  const languages = LANGUAGES.filter((language) => documents.some((document) => document.language === language));
  return [...new Set(documents.map(({ title }) => title))].flatMap((title) => {
    const own = documents.filter((document) => document.title === title);
    const missing = languages.filter((language) => own.every((document) => document.language !== language));
    const ids = new Set(own.flatMap(({ text }) => text.clauses.map(({ id }) => id)));
    return [
      ...missing.map((language) => ({ document: `${title}.${language}.md`, message: "there is no such text, though another language has it" })),
      ...own.flatMap(({ name, text }) =>
        [...ids].filter((id) => text.clauses.every((clause) => clause.id !== id)).map((id) => ({ document: name, message: `lacks clause '${id}', which another language has` })),
      ),
    ];
  });
}

/** Every clause of the template, then those of the organisation's own, in the order of the texts. */
export function checkedClauses(terms: PolicyTerms, texts: readonly NamedText[]): readonly CheckedClause[] {
  const documents = texts.flatMap((text) => [readDocument(text)].flatMap((one) => ("problem" in one ? [] : [one])));
  const template = new Map(LANGUAGES.map((language) => [language, new Map([...renderTemplate(terms, [language]).values()].flatMap((text) => readText(text).clauses.map(({ id, text: words }) => [id, words] as const)))]));
  const found = documents.flatMap(({ language, text }) => text.clauses.map((clause) => ({ language, ...clause })));
  const own = [...new Set(found.map(({ id }) => id))].filter((id) => clauseOf(id) === null);
  const wording = (id: string): CheckedClause["wording"] => {
    const uses = found.filter((clause) => clause.id === id);
    if (uses.length === 0) return "absent";
    return uses.every((use: TextClause & { readonly language: Language }) => template.get(use.language)?.get(id) === use.text) ? "template" : "own";
  };
  return [
    ...CLAUSES.map(({ id, enforcement, tests }) => ({ id, enforcement, tests, wording: wording(id) })),
    ...own.map((id) => ({ id, enforcement: "promise" as const, tests: [], wording: "own" as const })),
  ];
}
