import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { pathMapper } from "../../src/domain/map-paths.ts";
import { concat, fromUtf8 } from "../../src/domain/bytes.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures/agents");
const SAMPLES = process.env["HX_SAMPLES"];
const FROM = "/home/dev/work/acme-web";
const TO = "/srv/checkouts/web";
const SIGNED = /"(?:signature|encrypted_content|thoughtSignature|reasoningOpaque|thinkingSignature)":"[^"]+"/g;

function filesIn(root: string): readonly string[] {
  const entries = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl")).map((entry) => path.join(entry.parentPath, entry.name));
}

const lines = (bytes: Uint8Array): readonly Uint8Array[] => fromUtf8(bytes).split("\n").map((line) => new TextEncoder().encode(line));

function mapAll(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const map = pathMapper({ from, to });
  if (map === null) throw new Error("no mapper");
  return concat(...lines(bytes).flatMap((line, i) => [...(i === 0 ? [] : [Uint8Array.of(10)]), map(line)]));
}

function directories(bytes: Uint8Array): readonly string[] {
  return [...fromUtf8(bytes).matchAll(/"(?:cwd|originalCwd|worktreePath)":"([^"]*)"/g)].map(([, directory = ""]) => directory);
}

/** Every file of agents that ran in one checkout. */
const files = [...filesIn(FIXTURES), ...(SAMPLES === undefined ? [] : filesIn(path.join(SAMPLES, "made-here")))].map((file) => [path.relative(path.dirname(file.includes(FIXTURES) ? FIXTURES : (SAMPLES ?? "")), file), file] as const);

describe("records that agents wrote", () => {
  it("are there", () => expect(files.length).toBeGreaterThan(5));

  it.each(files)("%s names the other checkout, and is its own way back", (_, file) => {
    const bytes = readFileSync(file);
    const there = mapAll(bytes, FROM, TO);
    expect(Buffer.from(mapAll(there, TO, FROM)).equals(bytes)).toBe(true);
    expect(directories(there)).toEqual(directories(bytes).map((directory) => directory.replace(new RegExp(`^(file://)?${FROM}(?=$|/)`), `$1${TO}`)));
    expect(fromUtf8(there).match(SIGNED)).toEqual(fromUtf8(bytes).match(SIGNED));
    // What is left of the old path is part of a longer one, or stands beside a signature.
    const left = fromUtf8(there).split("\n").filter((line) => new RegExp(`(?<![\\w/.~])${FROM}(?![\\w@+%~.-])`).test(line));
    for (const line of left) expect(line).toMatch(SIGNED);
  });
});
