/** What a line of a history is. */
export type Line =
  | { readonly kind: "header"; readonly text: string }
  /** Of what the person typed. */
  | { readonly kind: "asked"; readonly text: string }
  /** Of what Aider itself or a tool said. */
  | { readonly kind: "said"; readonly text: string }
  /** Of the model's answer. */
  | { readonly kind: "answer"; readonly text: string };

const ASKED = "#### ";
const SAID = "> ";

/**
 * Tells lines of a history apart. Aider ends its own lines, and the person's, with two spaces, which tells them from headings and
 * quotations in an answer; histories that lost them at all lines (an editor took them) are read without.
 * @param spaced what an earlier line told of that, as in {@link spacedBy}
 */
export function lineOf(line: string, spaced: boolean | undefined): Line {
  if (line.startsWith("# aider chat started at ")) return { kind: "header", text: line };
  const isOwn = spaced !== true || line.endsWith("  ");
  if (isOwn && (line.startsWith(ASKED) || line.trimEnd() === "####")) return { kind: "asked", text: line.slice(ASKED.length).trimEnd() };
  if (isOwn && (line.startsWith(SAID) || line.trimEnd() === ">")) return { kind: "said", text: line.slice(SAID.length).trimEnd() };
  return { kind: "answer", text: line };
}

/** Whether Aider's lines end with two spaces: the first of them tells. */
export function spacedBy(line: string, spaced: boolean | undefined): boolean | undefined {
  if (spaced !== undefined || !(line.startsWith(ASKED) || line.startsWith(SAID))) return spaced;
  return line.endsWith("  ");
}

/** Commands that ask the model; all others Aider answers itself. */
const ASKING = /^\/(?:ask|code|architect|context)\s+(?=\S)/;

/** What the person asked the model, of what they typed; undefined for a command that Aider answers itself. */
export function promptOf(typed: string): string | undefined {
  return /^\/[a-z]/.test(typed) && !ASKING.test(typed) ? undefined : typed;
}

export function versionIn(said: string): string | undefined {
  return /^Aider v(\S+)$/.exec(said)?.[1];
}

export function modelIn(said: string): string | undefined {
  return /^(?:Main )?[Mm]odel: (\S+) with /.exec(said)?.[1];
}

/** The line without a byte-order mark, which an editor may have put before the first one. */
export function withoutMark(line: string): string {
  return line.startsWith("\uFEFF") ? line.slice(1) : line;
}
