import { appendFile, readFile, rename, truncate, unlink, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Desk } from "./desk.ts";
import { first } from "./desk.ts";
import { USUAL, WORK } from "./fixture.ts";

const TORN = Buffer.from('{"type":"user","message":{"content":"half a re');
/** `readable`: what was asked is still to be found. */
const SHAPES: readonly { readonly name: string; readonly of: "lines" | "document"; readonly readable: boolean; readonly shape: (content: Buffer) => Buffer }[] = [
  { name: "a torn last line", of: "lines", readable: true, shape: (content) => Buffer.concat([content, TORN]) },
  { name: "invalid UTF-8", of: "lines", readable: true, shape: (content) => Buffer.concat([content, Buffer.from([0x22, 0xff, 0xfe, 0x80, 0x0a]), content]) },
  { name: "NUL bytes", of: "lines", readable: true, shape: (content) => Buffer.concat([Buffer.alloc(100), content, Buffer.alloc(10), Buffer.from("\n")]) },
  { name: "CRLF", of: "lines", readable: true, shape: withCrlf },
  { name: "a byte-order mark", of: "lines", readable: true, shape: withMark },
  { name: "no bytes", of: "lines", readable: false, shape: () => Buffer.alloc(0) },
  { name: "only line feeds", of: "lines", readable: false, shape: () => Buffer.from("\n\n\r\n\n") },
  { name: "a torn end", of: "document", readable: false, shape: (content) => content.subarray(0, content.length - 40) },
  { name: "invalid UTF-8 in a text", of: "document", readable: true, shape: (content) => spliced(content, "Done.", Buffer.from([0xff, 0xfe, 0x80])) },
  { name: "NUL bytes around it", of: "document", readable: false, shape: (content) => Buffer.concat([Buffer.alloc(100), content, Buffer.alloc(10)]) },
  { name: "CRLF", of: "document", readable: true, shape: withCrlf },
  { name: "a byte-order mark", of: "document", readable: true, shape: withMark },
  { name: "spaces around it", of: "document", readable: true, shape: (content) => Buffer.concat([Buffer.from(" \n"), content, Buffer.from("\n\t\n")]) },
  { name: "no bytes", of: "document", readable: false, shape: () => Buffer.alloc(0) },
];

function withCrlf(content: Buffer): Buffer {
  return Buffer.from(content.toString().replaceAll("\n", "\r\n"));
}

function withMark(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), content]);
}

function spliced(content: Buffer, text: string, bytes: Buffer): Buffer {
  const place = content.indexOf(text) + text.length;
  return Buffer.concat([content.subarray(0, place), bytes, content.subarray(place)]);
}

/** @param storage of this agent: which shapes its files may have */
export function readingContract(at: () => Desk, storage: Desk["storage"]): void {
  const shapes = SHAPES.filter(({ of }) => of === (storage === "document" ? "document" : "lines"));
  describe("reading", () => {
    it.each(shapes)("gives every byte of a file with $name, and takes what can be read", async ({ shape, readable }) => {
      const { fixture, hasOwnFile, write, read, captured, take } = at();
      const source = await write(1);
      const content = shape(await read(first(source)));
      if (hasOwnFile) {
        await writeFile(first(source).absolute, content);
        for (const step of [1 << 20, 4096, 777]) expect((await read(first(source), step)).equals(content)).toBe(true);
      }
      const { facts } = take(source, content);
      expect((await fixture.agent.view(captured(source, content))).damaged).toBe(facts.damaged ?? 0);
      const isFramed = "isFramed" in fixture && fixture.isFramed === true;
      if (readable && !(isFramed && content[0] === 0)) expect(facts.turns).toBeGreaterThan(0);
    });
    it("reads CRLF and a byte-order mark as if they were not there", async () => {
      const { write, read, take } = at();
      const source = await write(1);
      const content = await read(first(source));
      const plain = take(source, content);
      expect(take(source, withMark(withCrlf(content)))).toEqual(plain);
      expect(plain.facts.damaged).toBe(0);
    });
    it("knows a torn document from a whole one", async () => {
      if (storage !== "document") return;
      const { write, read, take } = at();
      const source = await write(1);
      const content = await read(first(source));
      for (const whole of [content, withMark(content), Buffer.concat([content, Buffer.from("\n")])]) expect(take(source, whole).torn).toBe(false);
      const end = content.toString().trimEnd().length;
      for (const length of [0, 1, Math.trunc(end / 3), Math.trunc(end / 2), end - 1]) expect([length, take(source, content.subarray(0, length)).torn]).toEqual([length, true]);
      expect(take(source, Buffer.alloc(500)).torn).toBe(true);
    });
    it("reads a record of over 20 MB", async () => {
      const { fixture, hasOwnFile, write, read, captured, take, said } = at();
      const source = await write(1, { turns: [...USUAL, { prompt: "x".repeat(21 << 20), answer: "ok" }] });
      const content = await read(first(source));
      expect(content.length).toBeGreaterThan(21 << 20);
      if (hasOwnFile) expect(content.equals(await readFile(first(source).absolute))).toBe(true);
      const { directories, facts } = take(source, content);
      expect(directories).toEqual(said(WORK));
      expect(facts.turns).toBe(2);
      expect((await fixture.agent.view(captured(source, content))).turns.filter(({ prompt }) => prompt !== undefined)).toHaveLength(2);
    });
    it("keeps its size, and gives less only where the file ends", async () => {
      const { fixture, write } = at();
      const source = await write(1);
      const file = await fixture.agent.open(first(source));
      const before = await file.read(0, file.size);
      expect(before.length).toBe(file.size);
      expect((await file.read(before.length + 500, 100)).length).toBe(0);
      if (storage === "rows") {
        await write(1, { turns: [...USUAL, { prompt: "Another", answer: "Yes." }] });
        expect(await file.read(0, before.length)).toEqual(before);
        return void (await file.close());
      }
      await appendFile(first(source).absolute, "more\n");
      expect(await file.read(0, before.length)).toEqual(before);
      expect((await file.read(before.length, 100)).length).toBe(5);
      await truncate(first(source).absolute, 10);
      expect((await file.read(0, before.length)).length).toBe(10);
      await file.close();
    });
    it("reads on when the file is deleted meanwhile, and tells another file by its identity", async () => {
      const { fixture, hasOwnFile, write } = at();
      if (!hasOwnFile) return;
      const source = await write(1);
      const file = await fixture.agent.open(first(source));
      await writeFile(`${first(source).absolute}.tmp`, "another\n");
      const whole = await file.read(0, file.size);
      await unlink(first(source).absolute);
      expect(await file.read(0, file.size)).toEqual(whole);
      await rename(`${first(source).absolute}.tmp`, first(source).absolute);
      const other = await fixture.agent.open(first(source));
      expect(other.identity).not.toBe(file.identity);
      await Promise.all([file.close(), other.close()]);
    });
    it("gives what a session was with its next turn behind it, or anew as a whole", async () => {
      const { fixture, write, read } = at();
      const source = await write(1);
      const before = await read(first(source));
      const open = await fixture.agent.open(first(source));
      const { size } = open;
      await open.close();
      const after = await read(first(await write(1, { turns: [...USUAL, { prompt: "Another", answer: "Yes." }] })));
      expect(after.includes("Another")).toBe(true);
      if (storage === "rows") expect(after.subarray(0, before.length).equals(before)).toBe(true);
      expect(after.length).toBeGreaterThan(size);
    });
  });
}
