/** A value of the terms as a text states it. */
export interface Stated {
  /** As the mark names it; it may be none of the terms. */
  readonly term: string;
  readonly words: string;
}

export interface TextClause {
  readonly id: string;
  /** Markdown from its mark to the next clause, heading or rule, trimmed. */
  readonly text: string;
}

/** What a machine reads in a text of a policy: docs/spec/policy.md, "Texts". */
export interface PolicyText {
  readonly clauses: readonly TextClause[];
  readonly stated: readonly Stated[];
  /** A mark that does not end, ends twice, or holds another. */
  readonly broken: boolean;
}

const VALUE = /<!-- hx:([A-Za-z-]+) -->((?:(?!<!--)[\s\S])*?)<!-- \/hx -->/g;
const MARK = /<!--\s*(?:hx:|\/hx)/g;
const CLAUSE = /<!-- clause: ([a-z]+\.[a-z]+) -->/g;
const END = /^(?:#{1,6} |---$)/m;

export function readText(markdown: string): PolicyText {
  const stated = [...markdown.matchAll(VALUE)].map(([, term = "", words = ""]) => ({ term, words }));
  const marks = [...markdown.matchAll(CLAUSE)];
  const clauses = marks.map((mark, i) => {
    const rest = markdown.slice(mark.index + mark[0].length, marks[i + 1]?.index);
    const end = END.exec(rest)?.index;
    return { id: mark[1] ?? "", text: rest.slice(0, end).trim() };
  });
  return { clauses, stated, broken: [...markdown.matchAll(MARK)].length !== 2 * stated.length };
}

/** The text as people see it: without marks. */
export function shownText(markdown: string): string {
  return markdown.replace(/<!-- (?:hx:[A-Za-z-]+|\/hx) -->/g, "").replace(/^<!-- clause: [a-z]+\.[a-z]+ -->\n/gm, "");
}
