import type { PolicyTerms } from "../terms.ts";
import type { Language } from "../version.ts";
import { isTerm, wordsOf } from "../words.ts";
import { annexDe } from "./annex-de.ts";
import { annexEn } from "./annex-en.ts";
import { policyDe } from "./policy-de.ts";
import { policyEn } from "./policy-en.ts";
import type { Frame, Template } from "./shape.ts";

export const TEMPLATES: Readonly<Record<Language, Readonly<Record<"policy" | "annex", Template>>>> = {
  en: { policy: policyEn, annex: annexEn },
  de: { policy: policyDe, annex: annexDe },
};

const FRAMES: Readonly<Record<Language, Frame>> = {
  en: { notAdvice: "This is a template, and not legal advice. Have it checked before you publish it.", adapt: "Organisations usually adapt this section." },
  de: { notAdvice: "Dies ist eine Vorlage und keine Rechtsberatung. Lassen Sie sie prüfen, bevor Sie sie veröffentlichen.", adapt: "Organisationen passen diesen Abschnitt üblicherweise an." },
};

const ATTRIBUTION = "Based on the Session Records Policy and the CARE Charter, hxframework.org, CC BY 4.0";

/** Texts of the template with these terms: name → markdown. */
export function renderTemplate(terms: PolicyTerms, languages: readonly Language[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const language of languages) {
    for (const [title, template] of Object.entries(TEMPLATES[language])) texts.set(`${title}.${language}.md`, render(terms, language, template));
  }
  return texts;
}

function render(terms: PolicyTerms, language: Language, template: Template): string {
  const frame = FRAMES[language];
  const say = (text: string): string => stated(terms, language, text);
  const sections = template.sections.flatMap(({ heading, adapt, clauses }, i) => [
    `## ${i + 1}. ${heading}`,
    ...(adapt === true ? [`*${frame.adapt}*`] : []),
    ...clauses.map(({ id, text }) => `${clauseMark(id)}\n${say(text)}`),
  ]);
  return `${[`# ${say(template.heading)}`, `> ${frame.notAdvice}`, template.opening, ...sections, "---", ATTRIBUTION].join("\n\n")}\n`;
}

export function clauseMark(id: string): string {
  return `<!-- clause: ${id} -->`;
}

/** `{term}` becomes its words, in marks that `readText` finds. */
function stated(terms: PolicyTerms, language: Language, text: string): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => (isTerm(name) ? `<!-- hx:${name} -->${wordsOf(terms, name, language)}<!-- /hx -->` : whole));
}
