/** A block of commands of a page, with the output that the page shows below it. */
export interface Block {
  readonly commands: string;
  /** Line of the page, from 1. */
  readonly line: number;
  /** Lines that must come in this order; `…` stands for anything. */
  readonly expected: readonly string[];
}

/** The `sh` blocks of a Markdown page. A `text` block with nothing but empty lines before it belongs to the one above. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
  let end = 0;
  for (const found of markdown.matchAll(fence)) {
    const [whole, language, content = ""] = found;
    const adjacent = markdown.slice(end, found.index).trim() === "";
    const last = blocks.at(-1);
    if (language === "sh") blocks.push({ commands: content, line: markdown.slice(0, found.index).split("\n").length, expected: [] });
    else if (language === "text" && last !== undefined && adjacent) {
      blocks[blocks.length - 1] = { ...last, expected: content.split("\n").filter((line) => line !== "" && line !== "…") };
    }
    end = found.index + whole.length;
  }
  return blocks;
}

/** The first expected line that does not come in its turn, or null. */
export function firstMissing(expected: readonly string[], output: string): string | null {
  const lines = output.split("\n");
  let at = 0;
  for (const wanted of expected) {
    const pattern = new RegExp(`^${wanted.split("…").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`);
    const found = lines.findIndex((line, index) => index >= at && pattern.test(line));
    if (found < 0) return wanted;
    at = found + 1;
  }
  return null;
}
