const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Foreign text for a file that an agent reads: of control characters only line feeds and tabs stay. */
export function plain(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROL, (character) => (character === "\n" || character === "\t" ? character : ""));
}

/** At most `max` characters, an ellipsis where something was cut off. */
export function clipped(text: string, max: number): string {
  const characters = text.length <= max ? [] : [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("")}…`;
}

export function oneLine(text: string, max: number): string {
  return clipped(plain(text).replace(/\s+/g, " ").trim(), max);
}

const SHORTEST = 12;
const LONGEST = 400;

/** The sentences of prose: without code in fences, headings and tables; each as it stands, without the mark of a list. */
export function sentencesOf(text: string): readonly string[] {
  const prose = plain(text).replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, "\n");
  return prose
    .split("\n")
    .filter((line) => !/^\s*(?:#|\||>)/.test(line))
    .flatMap((line) => line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, "").split(/(?<=[.!?])\s+/))
    .map((sentence) => sentence.trim())
    .filter(({ length }) => length >= SHORTEST && length <= LONGEST);
}
