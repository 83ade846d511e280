import type { NamedText } from "./check.ts";
import type { PolicyTerms } from "./terms.ts";
import { TERMS, wordsOf } from "./words.ts";
import type { Term } from "./words.ts";

/** A line that only one of two texts has. */
export interface ChangedLine {
  readonly side: "from" | "to";
  readonly text: string;
}

export interface ChangedText {
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  /** In the order of the texts. */
  readonly lines: readonly ChangedLine[];
}

export interface ChangedTerm {
  readonly term: Term;
  /** In English words. */
  readonly from: string;
  readonly to: string;
}

export function changedTerms(from: PolicyTerms, to: PolicyTerms): readonly ChangedTerm[] {
  return TERMS.map((term) => ({ term, from: wordsOf(from, term, "en"), to: wordsOf(to, term, "en") })).filter((change) => change.from !== change.to);
}

/** Texts of the same name are compared; equal ones are left out. */
export function changedTexts(from: readonly NamedText[], to: readonly NamedText[]): readonly ChangedText[] {
  const names = [...new Set([...from, ...to].map(({ name }) => name))].sort();
  return names.flatMap((name): readonly ChangedText[] => {
    const [a, b] = [from, to].map((texts) => texts.find((text) => text.name === name)?.text);
    if (a === b) return [];
    return [{ name, change: a === undefined ? "added" : b === undefined ? "removed" : "changed", lines: changedLines(linesOf(a), linesOf(b)) }];
  });
}

function linesOf(text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** A table of lengths of more cells than this is not worth its memory: then all between the equal ends counts as changed. */
const MOST_CELLS = 4_000_000;

function changedLines(a: readonly string[], b: readonly string[]): readonly ChangedLine[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const from = (text: string): ChangedLine => ({ side: "from", text });
  const to = (text: string): ChangedLine => ({ side: "to", text });
  if (x.length * y.length > MOST_CELLS) return [...x.map(from), ...y.map(to)];
  const width = y.length + 1;
  // Length of the longest common subsequence of x from i and y from j.
  const common = new Uint32Array((x.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--) common[i * width + j] = x[i] === y[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const changed: ChangedLine[] = [];
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    const [left, right] = [x[i], y[j]];
    if (left !== undefined && left === right) [i, j] = [i + 1, j + 1];
    else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) changed.push(from(left)), i++;
    else if (right !== undefined) changed.push(to(right)), j++;
  }
  return changed;
}
