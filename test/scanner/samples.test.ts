import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { secretScanner } from "../../src/adapters/scanner/scanner.ts";
import { redactBytes } from "../../src/app/redact/redact-bytes.ts";

const SAMPLES = process.env["HX_SAMPLES"];
const here = SAMPLES !== undefined && existsSync(SAMPLES);
const files = here ? readdirSync(SAMPLES, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)) : [];
const { hashes } = await loadCrypto();
const scanner = secretScanner({ hashes });
const common = secretScanner({ hashes, own: { text: "the\\b\n\\d{4,}", file: "secrets" } });

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};

describe.runIf(here)("real transcripts", () => {
  it.each(files.map((file) => [path.relative(SAMPLES ?? "", file), file] as const))("%s is scanned, and stays JSON where much of it is taken out", (_, file) => {
    const bytes = readFileSync(file);
    const form = file.endsWith(".jsonl") ? "lines" : "text";
    const clean = redactBytes(bytes, form, [scanner]);
    expect(redactBytes(clean.bytes, form, [scanner]).replaced).toBe(0);
    const torn = Buffer.from(redactBytes(bytes, form, [common]).bytes).toString();
    if (form === "lines") {
      const before = bytes.toString().split("\n");
      const after = torn.split("\n");
      expect(after.length).toBe(before.length);
      for (const [i, line] of before.entries()) if (isJson(line)) expect(isJson(after[i] ?? "")).toBe(true);
    }
  });
});
