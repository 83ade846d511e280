const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** A path as git prints it: in double quotes, with escapes, where it has odd characters. */
export function unquoted(path: string): string {
  if (!path.startsWith('"')) return path;
  const bytes: number[] = [];
  for (const [whole, octal, letter] of path.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(ESCAPES[letter] ?? letter.charCodeAt(0));
    else bytes.push(...Buffer.from(whole, "utf8"));
  }
  return Buffer.from(bytes).toString("utf8");
}

/** The added lines of a patch, by path. Hunks are counted out: a line that looks like a header stays a line. */
export function addedByPath(patch: string): ReadonlyMap<string, readonly string[]> {
  const added = new Map<string, string[]>();
  let current: string[] | null = null;
  let gone = 0;
  let came = 0;
  for (const line of patch.split("\n")) {
    if (gone > 0 && line.startsWith("-")) gone -= 1;
    else if (came > 0 && line.startsWith("+")) {
      came -= 1;
      current?.push(line.slice(1));
    } else if (line.startsWith("+++ ")) {
      const path = unquoted(line.slice(4).replace(/\t$/, ""));
      current = path.startsWith("b/") ? (added.get(path.slice(2)) ?? []) : null;
      if (current !== null) added.set(path.slice(2), current);
    } else {
      const [, minus, plus] = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line) ?? [];
      if (!line.startsWith("@@ ")) continue;
      gone = Number(minus ?? 1);
      came = Number(plus ?? 1);
    }
  }
  return added;
}
