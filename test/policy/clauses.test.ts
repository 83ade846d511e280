import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkedClauses, policyProblems, type NamedText } from "../../src/domain/policy/check.ts";
import { CLAUSES, clauseTable } from "../../src/domain/policy/clauses.ts";
import { changedTexts } from "../../src/domain/policy/diff.ts";
import { TEMPLATES, renderTemplate } from "../../src/domain/policy/template/render.ts";
import { readText, shownText } from "../../src/domain/policy/text.ts";
import { DOCUMENT_LIMIT, LANGUAGES, type Language } from "../../src/domain/policy/version.ts";
import { TERMS as TERM_NAMES } from "../../src/domain/policy/words.ts";
import { TERMS } from "./terms.ts";

const root = new URL("../../", import.meta.url);
const page = (path: string): Promise<string> => readFile(new URL(path, root), "utf8");
const template = (languages: readonly Language[] = LANGUAGES): readonly NamedText[] => [...renderTemplate(TERMS, languages)].map(([name, text]) => ({ name, text }));
const changed = (name: string, change: (text: string) => string): readonly NamedText[] => template().map((one) => (one.name === name ? { name, text: change(one.text) } : one));
const messages = (texts: readonly NamedText[]): readonly string[] => policyProblems(TERMS, texts).map(({ document, message }) => `${document} ${message}`);

describe("the clauses", () => {
  it("name, unless they are promises, tests that are there", async () => {
    for (const { id, enforcement, tests } of CLAUSES) {
      expect(tests.length === 0, id).toBe(enforcement === "promise");
      for (const test of tests) {
        const [file = "", title = ""] = test.split(" > ");
        const source = await page(file);
        const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        expect(source, test).toMatch(new RegExp(`\\b(?:it|test)(?:\\.each\\([^\\n]*?\\))?\\(["\`]${escaped}["\`]`));
      }
    }
  });

  it("stand in the threat model line by line, each with a section that says what could and could not be done", async () => {
    const text = await page("docs/threat-model.md");
    const section = /^## Clauses of the policy$([\s\S]*?)(?:^## |$(?![\s\S]))/m.exec(text)?.[1] ?? "";
    expect(section.split("\n").filter((line) => line.startsWith("|")).join("\n")).toBe(clauseTable());
    const anchors = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading.toLowerCase().replace(/[^a-z0-9 -]/g, "").replaceAll(" ", "-"));
    for (const { id, threat } of CLAUSES) expect(anchors, id).toContain(threat);
  });

  it("are each in the template, once, in the same order in each language", () => {
    for (const language of LANGUAGES) {
      const found = template([language]).flatMap(({ text }) => readText(text).clauses.map(({ id }) => id));
      expect(found).toEqual(CLAUSES.map(({ id }) => id));
    }
    for (const title of ["policy", "annex"] as const) {
      const shape = LANGUAGES.map((language) => TEMPLATES[language][title].sections.map(({ adapt, clauses }) => [adapt === true, clauses.map(({ id, text }) => [id, [...text.matchAll(/\{(\w+)\}/g)].map(([, term]) => term)])]));
      expect(shape[1]).toEqual(shape[0]);
    }
  });

  it("promise only what concerns people who are mentioned, accounts and screens", () => {
    for (const id of ["log.mentioned", "scope.accounts", "visibility.screens"]) expect(CLAUSES.find((clause) => clause.id === id)?.enforcement).toBe("promise");
  });
});

describe("the texts of the template", () => {
  it("state every term, say what they are based on and that they are no legal advice, and mark what is usually adapted", () => {
    expect(messages(template())).toEqual([]);
    expect(messages(template(["de"]))).toEqual([]);
    for (const { name, text } of template()) {
      expect(text).toContain("Based on the Session Records Policy and the CARE Charter, hxframework.org, CC BY 4.0");
      expect(text).toMatch(name.includes(".en.") ? /template, and not legal advice/ : /Vorlage und keine Rechtsberatung/);
      expect(text).toMatch(name.includes(".en.") ? /\*Organisations usually adapt this section\.\*/ : /\*Organisationen passen diesen Abschnitt üblicherweise an\.\*/);
      expect(shownText(text)).not.toContain("<!--");
      expect(text).not.toMatch(/[{}]/);
    }
    expect(new Set(template(["en"]).flatMap(({ text }) => readText(text).stated.map(({ term }) => term)))).toEqual(new Set(TERM_NAMES));
    const annexes = template().filter(({ name }) => name.startsWith("annex"));
    for (const { text } of annexes) for (const law of ["6", "13", "14", "15", "17", "30", "35", "88"]) expect(text).toMatch(new RegExp(`Arti(?:cle|kels?) ${law}\\b`));
    for (const { text } of annexes) for (const law of ["80", "87", "26"]) expect(text).toMatch(new RegExp(`(?:section|§) ${law}\\b`));
  });

  it("cannot be published when they state something else, nothing, or not the same in each language", () => {
    expect(messages(changed("policy.en.md", (text) => text.replace("24 months", "12 months")))).toEqual(["policy.en.md states '12 months' for 'retention', the terms say '24 months'"]);
    expect(messages(changed("policy.en.md", (text) => text.replace("<!-- hx:exclude -->", "<!-- hx:leave -->")))).toContain("policy.en.md marks 'leave', which is no term");
    expect(messages(changed("policy.en.md", (text) => text.replace("<!-- /hx -->", "")))).toContain("policy.en.md has a mark of a term that does not end with '<!-- /hx -->'");
    expect(messages(changed("policy.de.md", (text) => text.replace(/<!-- hx:approval -->(.*?)<!-- \/hx -->/, "$1")))).toEqual(["policy.de.md states 'approval' nowhere"]);
    expect(messages(changed("policy.de.md", (text) => text.replace("<!-- clause: log.mentioned -->", "")))).toEqual(["policy.de.md lacks clause 'log.mentioned', which another language has"]);
    expect(messages(changed("policy.en.md", (text) => `${text}\n<!-- clause: log.entry -->\nagain\n`))).toEqual(["policy.en.md has clause 'log.entry' twice"]);
    expect(messages(template().filter(({ name }) => name !== "annex.de.md"))).toEqual(["annex.de.md there is no such text, though another language has it"]);
    expect(messages([])).toEqual(["policy.en.md there is no such text"]);
    expect(messages([...template(), { name: "policy.fr.md", text: "x" }])).toEqual(["policy.fr.md is in a language that hx cannot hold against the terms: it knows en, de"]);
    expect(messages(changed("policy.en.md", (text) => text + "x".repeat(DOCUMENT_LIMIT)))).toContain(`policy.en.md has not 1 to ${DOCUMENT_LIMIT} bytes`);
  });

  it("are told apart from own words, clause by clause", () => {
    const own = changed("policy.en.md", (text) => text.replace("Nobody works out", "We never work out").replace("---\n", "<!-- clause: house.rule -->\nBe kind.\n\n---\n")).map(({ name, text }) => ({ name, text: name === "policy.de.md" ? text.replace("---\n", "<!-- clause: house.rule -->\nSeid freundlich.\n\n---\n") : text }));
    expect(messages(own)).toEqual([]);
    const wording = new Map(checkedClauses(TERMS, own).map((clause) => [clause.id, [clause.enforcement, clause.wording]]));
    expect(wording.get("never.inference")).toEqual(["promise", "own"]);
    expect(wording.get("never.people")).toEqual(["promise", "template"]);
    expect(wording.get("house.rule")).toEqual(["promise", "own"]);
    expect(checkedClauses(TERMS, template().filter(({ name }) => name.startsWith("policy"))).find(({ id }) => id === "erasure.can")?.wording).toBe("absent");
  });
});

it("a difference, taken from one text and put in place, gives the other", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.map((line) => `${line}\n`).join(""));
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [change] = changedTexts([{ name: "policy.en.md", text: a }], [{ name: "policy.en.md", text: b }]);
      const counts = (whole: string): number => whole.split("\n").length - 1;
      const of = (side: "from" | "to"): readonly string[] => (change?.lines ?? []).filter((line) => line.side === side).map((line) => line.text);
      expect(change === undefined).toBe(a === b);
      expect(counts(a) - of("from").length).toBe(counts(b) - of("to").length);
      expect(without(a, of("from")).some((rest) => without(b, of("to")).includes(rest))).toBe(true);
    }),
  );
});

/** What is left of a text when these lines are taken out in order, in each way in which that can be done. */
function without(text: string, lines: readonly string[]): readonly string[] {
  const left = new Set<string>();
  const walk = (rest: readonly string[], out: readonly string[], kept: string): void => {
    const [line, ...more] = rest;
    if (line === undefined) {
      if (out.length === 0) left.add(`|${kept}`);
      return;
    }
    if (out[0] === line) walk(more, out.slice(1), kept);
    if (out.length < rest.length) walk(more, out, `${kept}${line}\n`);
  };
  walk(text === "" ? [] : text.replace(/\n$/, "").split("\n"), lines, "");
  return [...left];
}
