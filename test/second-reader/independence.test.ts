import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const source = resolve(here, "../../src");

/** Every place from which a file imports, `import()` and `require` too. */
function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*["'`]([^"'`]+)["'`]/g);
  return [...found].map((match) => match[1] ?? "");
}

const files = readdirSync(here, { recursive: true, encoding: "utf8" }).filter((name) => /\.[cm]?[jt]s$/.test(name));

it("finds the imports of a file", () => {
  expect(importsOf(['import a fr' + 'om "./a.ts"', "export * fr" + "om '../b.ts'", 'await imp' + 'ort("c")', 'imp' + 'ort "d"'].join("\n"))).toEqual([
    "./a.ts", "../b.ts", "c", "d",
  ]);
});

it("takes nothing from src, and from the other tests only what builds the program", () => {
  expect(files.length).toBeGreaterThan(40);
  for (const name of files) {
    for (const target of importsOf(readFileSync(join(here, name), "utf8")).filter((text) => text.startsWith("."))) {
      const path = resolve(dirname(join(here, name)), target);
      const allowed = path.startsWith(here + "/") || (name === "real-repository.test.ts" && path.endsWith("/support-build/build.ts"));
      expect(allowed && !path.startsWith(source), `${name} imports ${target}`).toBe(true);
    }
  }
});
