import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, it } from "vitest";
import { toHex } from "./bytes.ts";
import { codeOf } from "./errors.ts";
import { writeLaneRepository } from "./git-fixture.ts";
import { openLaneVector, readLaneVector } from "./lane-vector.ts";
import { openRepository } from "./open-repository.ts";
import type { SessionFile } from "./session-files.ts";
import { vectorChecks } from "./vector-checks.ts";
import { readVectors, vectorFileNames } from "./vector-files.ts";

for (const name of vectorFileNames().filter((file) => file !== "lane")) {
  describe(name, () => {
    for (const vector of readVectors(name)) {
      it(`${vector.text("name")}: ${vector.text("expect")}`, async () => {
        const check = vectorChecks[name];
        if (!check) throw new Error(`no check for ${name}.json`);
        expect(await outcome(() => check(vector))).toBe(vector.text("expect"));
      });
    }
  });
}

async function outcome(work: () => void | Promise<void>): Promise<string> {
  try {
    await work();
    return "ok";
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code;
  }
}

describe("lane", () => {
  const vector = readLaneVector();
  const wanted = vector.json.object("session");
  const phrase = entropyToMnemonic(vector.json.bytes("recovery_entropy"), wordlist);

  it("opens from the trees alone", async () => {
    const opened = await openLaneVector(vector);
    expect(toHex(opened.workspace.id)).toBe(vector.json.text("workspace_id"));
    expect(opened.author).toEqual({ person: vector.json.text("person_id"), device: vector.json.text("device_id") });
    expect(opened.keys.map(({ counter }) => counter)).toEqual([0, 1, 2]);
    expect(opened.sessions[0]?.facts).toEqual(wanted.list("private").at(-1));
    expect(describeFiles(opened.sessions[0]?.files ?? [])).toEqual(wanted.members["files"]);
  });

  for (const format of ["sha1", "sha256"] as const) {
    it(`opens from a ${format} repository`, async () => {
      await withDirectory(async (directory) => {
        writeLaneRepository(directory, vector, format);
        const opened = await openRepository(directory, phrase);
        expect(opened.repo).toBe(vector.json.text("repo_id"));
        expect(opened.warnings).toEqual([]);
        expect(opened.closed).toEqual([]);
        expect(opened.sessions.map(({ session }) => session)).toEqual([wanted.text("id")]);
        expect(describeFiles(opened.sessions[0]?.files ?? [])).toEqual(wanted.members["files"]);
      });
    });
  }

  it("stays closed when the wrap was erased", async () => {
    await withDirectory(async (directory) => {
      writeLaneRepository(directory, vector, "sha1", 2);
      const opened = await openRepository(directory, phrase);
      expect(opened.sessions).toEqual([]);
      expect(opened.closed.map(({ session }) => session)).toEqual([wanted.text("id")]);
    });
  });
});

function describeFiles(files: SessionFile[]): Record<string, unknown> {
  return Object.fromEntries(files.map(({ path, role, generation, modified, bytes }) => (
    [path, { role, generation, modified, content: toHex(bytes) }]
  )));
}

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "second-reader-"));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
