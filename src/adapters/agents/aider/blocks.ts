/** What an answer wants a file to become. */
export interface Block {
  readonly path: string;
  /** Absent: the whole file is given. */
  readonly before?: string;
  readonly after: string;
}

const FENCE = /^(`{3,}|~{3,})/;
const SEARCH = /^<{5,9} SEARCH\s*$/;
const DIVIDER = /^={5,9}\s*$/;
const REPLACE = /^>{5,9} REPLACE\s*$/;

/** The blocks of an answer with which Aider edits: a path on a line of its own, and a fence with both sides or the whole file. */
export function blocksIn(answer: string): readonly Block[] {
  const lines = answer.split("\n");
  const blocks: Block[] = [];
  for (let at = 1; at < lines.length; at++) {
    const fence = FENCE.exec(lines[at] ?? "")?.[1];
    const path = (lines[at - 1] ?? "").trim().replaceAll(/^[*`#\s]+|[*`:\s]+$/g, "");
    if (fence === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line.trimEnd() === fence);
    if (end < 0) return blocks;
    if (path !== "") blocks.push(...blocksOf(path, lines.slice(at + 1, end)));
    at = end;
  }
  return blocks;
}

function blocksOf(path: string, lines: readonly string[]): readonly Block[] {
  const text = (from: number, to: number): string => lines.slice(from, to).map((line) => `${line}\n`).join("");
  if (!lines.some((line) => SEARCH.test(line))) return [{ path, after: text(0, lines.length) }];
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (!SEARCH.test(lines[at] ?? "")) continue;
    const divider = lines.findIndex((line, index) => index > at && DIVIDER.test(line));
    const end = lines.findIndex((line, index) => index > divider && REPLACE.test(line));
    if (divider < 0 || end < 0) break;
    blocks.push({ path, before: text(at + 1, divider), after: text(divider + 1, end) });
    at = end;
  }
  return blocks;
}
