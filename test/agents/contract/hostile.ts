import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHxError } from "../../../src/domain/errors.ts";
import type { Desk } from "./desk.ts";
import { first } from "./desk.ts";
import { WORK } from "./fixture.ts";

const ODD: readonly (readonly [string, (content: Buffer) => Buffer])[] = [
  ["no bytes", () => Buffer.alloc(0)],
  ["random bytes", () => randomBytes(9000)],
  ["NUL", () => Buffer.alloc(9000)],
  ["half of it", (content) => content.subarray(0, content.length / 2)],
  ["all but its last byte", (content) => content.subarray(0, -1)],
  ["its end only", (content) => content.subarray(content.length / 2)],
  ["bytes of it changed", (content) => Buffer.from(content.map((byte, at) => (at % 97 === 50 ? 0xff : byte)))],
  ["null", () => Buffer.from("null\n")],
  ["an empty object", () => Buffer.from("{}\n")],
  ["a list of lists", () => Buffer.from(`${"[".repeat(20_000)}\n`)],
  ["objects in objects", () => Buffer.from(`${'{"messages":'.repeat(20_000)}1${"}".repeat(20_000)}\n`)],
];

/** A torn, locked, rewritten, truncated or hostile store: a clear error or counted damage, and every byte. */
export function hostileContract(at: () => Desk): void {
  describe("a store that is damaged", () => {
    it.each(ODD)("with %s in the place of a transcript gives its bytes or says what is wrong", async (_, shape) => {
      const { fixture, storage, hasOwnFile, write, discovered, read, captured, take } = at();
      const whole = await write(1);
      const { absolute } = first(whole);
      for (const beside of ["-wal", "-shm"]) if (storage === "rows") await rm(absolute + beside, { force: true });
      const content = shape(await readFile(absolute));
      await writeFile(absolute, content);
      const source = await clear(fixture.agent.find(fixture.id(1)));
      await clear(fixture.agent.fromHook(fixture.payload(fixture.id(1), absolute)));
      await clear(discovered([WORK]));
      const bytes = await clear(read(first(source ?? whole)));
      if (hasOwnFile) expect(bytes?.equals(content)).toBe(true);
      if (bytes !== null) {
        const { facts } = take(whole, bytes);
        expect((await fixture.agent.view(captured(whole, bytes))).damaged).toBe(facts.damaged ?? 0);
      }
      expect((await readFile(absolute)).equals(content)).toBe(true);
    });
    it("does not keep others from being read", async () => {
      const { fixture, hasOwnFile, write, discovered } = at();
      if (!hasOwnFile) return;
      const { absolute } = first(await write(1));
      await write(2);
      await writeFile(absolute, randomBytes(100));
      expect(await discovered([WORK])).toContain(fixture.id(2));
    });
    it("that is locked by its agent is read, or said to be busy", async () => {
      const { fixture, write, read } = at();
      if (fixture.storage !== "rows") return;
      const source = await write(1);
      const release = await fixture.lock();
      await clear(fixture.agent.find(fixture.id(1)));
      await clear(read(first(source)));
      await release();
      expect((await read(first(source))).length).toBeGreaterThan(0);
    });
    it("never makes a reader or the view throw", async () => {
      const { fixture, write, read, captured, take } = at();
      const source = await write(1);
      const isProse = "isProse" in fixture && fixture.isProse === true;
      const made = isProse ? texts(await read(first(source))) : contents(await read(first(source)), "strange" in fixture ? fixture.strange : undefined);
      await fc.assert(
        fc.asyncProperty(made, async (content) => {
          take(source, content);
          const view = await fixture.agent.view(captured(source, content));
          expect(view.turns.map(({ index }) => index)).toEqual(view.turns.map((_, index) => index));
          for (const value of Object.values(view.tokens ?? {})) expect(Number.isFinite(value)).toBe(true);
          await fixture.agent.turnsOf(captured(source, content));
        }),
        { numRuns: 300 },
      );
      expect(await fixture.agent.view([])).toMatchObject({ turns: [], damaged: 0 });
    });
  });
}

/** What it gives; null when it says clearly that it cannot. */
async function clear<Value>(work: Promise<Value>): Promise<Value | null> {
  return work.catch((error: unknown) => {
    if (isHxError(error)) return null;
    throw error;
  });
}

const KEYS = ["type", "payload", "message", "content", "role", "uuid", "parentUuid", "timestamp", "attachment", "toolUseResult", "item", "info", "usage", "subtype", "call_id", "output", "git", "source"];

/** Contents of all kinds: random bytes, JSON of any shape, and the agent's records with something else in some place. */
function contents(content: Buffer, strange: string | undefined): fc.Arbitrary<Uint8Array> {
  const valid = [...parsed(content), ...(strange === undefined ? [] : parsed(Buffer.from(strange)))];
  const keys = fc.constantFrom(...new Set([...KEYS, ...valid.flatMap(keysOf)]));
  const changed = fc.tuple(fc.constantFrom(...valid), keys, fc.jsonValue(), keys, fc.jsonValue()).map(([record, key, value, other, second]) => JSON.stringify(replaced(replaced(record, key, value), other, second)));
  const line = fc.oneof(
    changed.map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...valid).map((record) => Buffer.from(JSON.stringify(record))),
  );
  const lines = fc.array(line, { maxLength: 12 }).map((some) => Buffer.concat(some.flatMap((each) => [each, Buffer.from("\n")])));
  return fc.oneof(lines, changed.map((text) => Buffer.from(text)), fc.nat(content.length).map((length) => content.subarray(0, length)));
}

/** Of lines that are no JSON: any text, with lines of the agent's in any order. */
function texts(content: Buffer): fc.Arbitrary<Uint8Array> {
  const line = fc.oneof(fc.constantFrom(...content.toString().split("\n")), fc.string({ maxLength: 60 }), fc.json());
  const lines = fc.array(line, { maxLength: 12 }).map((some) => Buffer.from(some.map((each) => `${each}\n`).join("")));
  return fc.oneof(lines, fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)), fc.nat(content.length).map((length) => content.subarray(0, length)));
}

/** The records of lines, or the document that all of it is. */
function parsed(content: Buffer): readonly unknown[] {
  try {
    return [JSON.parse(content.toString()) as unknown];
  } catch {
    return content.toString().split("\n").filter((line) => line !== "").map((line): unknown => JSON.parse(line));
  }
}

function keysOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...keysOf(each)]);
}

/** A copy with another value under a key, wherever it stands. */
function replaced(value: unknown, key: string, other: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(each, key, other));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, name === key ? other : replaced(each, key, other)]));
}
