import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ERROR_EXITS, EXITS, exitOf } from "../../src/cli/exit-codes.ts";
import { SCHEMAS } from "../../src/cli/json/schemas.ts";
import { cliReference, environmentReference, exitCodeReference } from "../../src/cli/reference.ts";
import { hx } from "./host.ts";
import { sampleWorld } from "./samples.ts";

const REFERENCE = "../../docs/reference";
const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), "utf8");

describe("the reference", () => {
  it("is what the program says", async () => {
    await expect(cliReference()).toMatchFileSnapshot(`${REFERENCE}/cli.md`);
    await expect(exitCodeReference()).toMatchFileSnapshot(`${REFERENCE}/exit-codes.md`);
    await expect(environmentReference()).toMatchFileSnapshot(`${REFERENCE}/environment.md`);
  });

  it("explains every error code, with its exit code, and no other", async () => {
    const source = await read("../../src/domain/errors.ts");
    const union = [...(/ErrorCode =([^;]+);/.exec(source)?.[1] ?? "").matchAll(/"([a-z-]+)"/g)].map(([, code]) => code);
    expect(union.length).toBeGreaterThan(30);
    expect(ERROR_EXITS.map(([code]) => code).sort()).toEqual([...union].sort());
    const sections = [...(await read(`${REFERENCE}/errors.md`)).matchAll(/^## (\S+)\n\nExit (\d+)\. \S/gm)];
    expect(sections.map(([, code]) => code)).toEqual(union);
    for (const [, code, exit] of sections) {
      const known = ERROR_EXITS.find(([name]) => name === code);
      expect(`${code} ${exit}`).toBe(`${code} ${known?.[1]}`);
    }
  });

  it("gives every failure an exit code of the table, and never 0", () => {
    for (const [code, exit] of ERROR_EXITS) {
      expect(Object.keys(EXITS)).toContain(String(exit));
      expect(exitOf(code)).not.toBe(0);
    }
  });

  it("names every schema", async () => {
    const text = await read(`${REFERENCE}/json.md`);
    for (const name of Object.values(SCHEMAS)) expect(text).toContain(`\`${name}\``);
  });
});

const JSON_RUNS: readonly (readonly [keyof typeof SCHEMAS, readonly string[], number])[] = [
  ["identity", ["identity", "show"], 0],
  ["init", ["init", "--yes"], 0],
  ["status", ["status"], 0],
  ["doctor", ["doctor"], 1],
  ["agents", ["agents", "--all"], 3],
  ["uninstall", ["uninstall", "--yes"], 0],
  ["capture", ["capture"], 0],
  ["pause", ["pause", "--for", "2h"], 0],
  ["exclude", ["exclude", "--current", "--yes"], 0],
  ["sync", ["sync"], 0],
  ["list", ["list", "--shared"], 0],
  ["log", ["log", "--session", "7f3a91c2"], 0],
  ["show", ["show", "7f3a91c2"], 0],
  ["restore", ["restore", "7f3a91c2"], 0],
  ["handoff", ["handoff", "7f3a91c2", "--to", "codex"], 0],
  ["verify", ["verify"], 13],
  ["export", ["export", "7f3a91c2", "--output", "out"], 3],
  ["check", ["check", "7f3a91c2"], 4],
  ["request", ["request", "src/cart.ts:42", "--team", "core", "--reason", "why is the total rounded?"], 0],
  ["requests", ["requests"], 0],
  ["deny", ["deny", "r1a2b3c4"], 0],
  ["share", ["share", "7f3a91c2", "--team", "core", "--redact", "--yes"], 0],
  ["revoke", ["revoke", "core", "--yes"], 0],
  ["shares", ["shares"], 0],
  ["inspect", ["inspect", "refs/sessions/v1/root"], 0],
  ["team", ["team", "show", "core"], 13],
  ["teams", ["team", "list"], 0],
  ["project", ["project", "grant", "core"], 0],
  ["projects", ["project", "list"], 0],
  ["policy-init", ["policy", "init", "--company", "Example Ltd", "--contact", "privacy@example.com", "--yes"], 0],
  ["policy-publish", ["policy", "publish", "--effective", "2026-12-01", "--yes"], 0],
  ["policy", ["policy", "show", "2"], 3],
  ["policy-diff", ["policy", "diff", "1", "draft"], 3],
  ["policies", ["policy", "history"], 0],
  ["policy-check", ["policy", "check"], 14],
  ["hooks", ["hooks", "install"], 0],
  ["demo", ["demo"], 0],
  ["version", ["version"], 0],
  ["join", ["join", "--yes"], 0],
  ["members", ["member", "list", "--pending"], 0],
  ["member", ["member", "add", "1a2b 3c4d", "--yes"], 0],
  ["devices", ["device", "list"], 0],
  ["device", ["device", "remove", "bbbb", "--yes"], 0],
  ["issue", ["device", "issue", "--capture-only", "--expires", "30d", "--out", "capture.key", "-C", mkdtempSync(join(tmpdir(), "hx-reference-"))], 0],
  ["succession", ["identity", "succession"], 0],
  ["guard", ["guard", "--state", "guard.json"], 14],
  ["retention", ["retention"], 0],
  ["erase", ["erase", "7f3a91c2", "--yes"], 0],
  ["exportMe", ["export", "--me", "about-me"], 0],
  ["guard-anchor", ["guard", "anchor", "--branch", "hx-anchor"], 0],
  ["guard-hook", ["guard", "install", "/srv/git/shop.git"], 1],
];

describe("--json", () => {
  it("is tried for every schema", () => {
    expect(JSON_RUNS.map(([name]) => name).sort()).toEqual(Object.keys(SCHEMAS).sort());
  });

  it.each(JSON_RUNS)("of %s is one object of its schema, and nothing on stderr", async (name, argv, exit) => {
    const ran = await hx([...argv, "--json"], sampleWorld(), { tty: name === "list" });
    expect(ran).toMatchObject({ exit, err: "" });
    expect(ran.out.trimEnd()).not.toContain("\n");
    const value: unknown = JSON.parse(ran.out);
    expect(value).toMatchObject({ schema: SCHEMAS[name] });
    const shown = `${JSON.stringify(value, null, 2)}\n`.replace(/"node": "[^"]+"/, '"node": "20.19.0"');
    await expect(shown).toMatchFileSnapshot(`${REFERENCE}/json/${name}.json`);
  });
});
