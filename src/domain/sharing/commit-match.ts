import type { SessionView } from "../view.ts";

/** Lines that were looked for in the edits of a session. */
export interface Wanted {
  /** Relative to the top of the checkout, with `/`. */
  readonly path: string;
  readonly lines: readonly string[];
}

/** What the edits of a session have of the wanted lines. */
export interface Match {
  readonly path: string;
  /** Different lines that were wanted, and how many of them an edit wrote. */
  readonly wanted: number;
  readonly written: number;
  /** Turns that wrote any of them, counted from 1, rising. */
  readonly turns: readonly number[];
}

/** With fewer letters and digits a line is like many others: `}`, `else:`. */
const LETTERS = 6;

export function isTelling(line: string): boolean {
  return (line.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= LETTERS;
}

/**
 * Which wanted lines the edits wrote. Indentation does not count: formatters change it. Of a file with telling lines the others
 * do not count either.
 * @param cwd where the session ran, relative to the top of the checkout
 */
export function matchEdits(view: SessionView, cwd: string, wanted: readonly Wanted[]): readonly Match[] {
  return wanted.flatMap(({ path, lines }) => {
    const all = new Set(lines.map((line) => line.trim()).filter((line) => line !== ""));
    const telling = [...all].filter(isTelling);
    const looked = new Set(telling.length > 0 ? telling : all);
    const written = new Set<string>();
    const turns = new Set<number>();
    for (const turn of view.turns) {
      for (const entry of turn.entries) {
        if (entry.kind !== "edit" || entry.after === undefined || !isFile(entry.path, view.directory, cwd, path)) continue;
        const here = entry.after.split("\n").map((line) => line.trim()).filter((line) => looked.has(line));
        for (const line of here) written.add(line);
        if (here.length > 0) turns.add(turn.index + 1);
      }
    }
    return written.size === 0 ? [] : [{ path, wanted: looked.size, written: written.size, turns: [...turns].sort((a, b) => a - b) }];
  });
}

/** Agents name files by absolute paths of a checkout that may lie elsewhere by now, or relative to where they ran. */
function isFile(edited: string, directory: string | undefined, cwd: string, path: string): boolean {
  const plain = edited.replaceAll("\\", "/").replace(/^\.\//, "");
  const isAbsolute = plain.startsWith("/") || /^[A-Za-z]:\//.test(plain);
  const below = cwd === "." || cwd === "" ? "" : `${cwd}/`;
  if (!isAbsolute) return `${below}${plain}` === path;
  const base = directory?.replaceAll("\\", "/").replace(/\/$/, "");
  if (base !== undefined && plain.startsWith(`${base}/`)) return `${below}${plain.slice(base.length + 1)}` === path;
  return plain.endsWith(`/${path}`);
}
