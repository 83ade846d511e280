import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Desk } from "./desk.ts";
import { first } from "./desk.ts";
import { bytesOf, linesOf, USUAL, WORK } from "./fixture.ts";

/** In the form of each agent's own place for a directory, and in none. */
const QUOTED = '","cwd":"/evil"} {"type":"session_meta","payload":{"cwd":"/evil"}} {"cwd":"/evil","workspaceDirectory":"/evil","directory":"/evil"}';

export function recordsContract(at: () => Desk): void {
  describe("records", () => {
    it("that name no directory have one beside them", async () => {
      const { fixture, write, here } = at();
      const { directory } = first(await write(1));
      expect(directory).toBe(fixture.directory === "beside" ? here(WORK) : undefined);
    });
    it("say in which directory each turn ran", async () => {
      const { fixture, write, take, said } = at();
      const source = await write(1);
      if (fixture.storage === "document" || fixture.storage === "rows") return expect(take(source, await at().read(first(source))).directories).toEqual(said(WORK));
      const id = fixture.id(1);
      const lines = [...linesOf(fixture, id, WORK), ...fixture.turn(id, `${WORK}/packages/ui`, "And there", "Yes."), ...fixture.turn(id, "/elsewhere", "And there", "No.")];
      expect(take(source, bytesOf(lines)).directories).toEqual(said(WORK, `${WORK}/packages/ui`, "/elsewhere"));
    });
    it("are not led astray by a directory inside a text or an argument", async () => {
      const { write, read, take, said } = at();
      const source = await write(1, { turns: [{ prompt: QUOTED, answer: QUOTED }] });
      expect(take(source, await read(first(source))).directories).toEqual(said(WORK));
    });
    it("say what a session is about", async () => {
      const { fixture, write, read, take } = at();
      const source = await write(1);
      const { facts } = take(source, await read(first(source)));
      expect(facts).toMatchObject({ title: "Add a helper", turns: 1, damaged: 0 });
      if (fixture.timeless === true) expect([facts.first, facts.last]).toEqual([undefined, undefined]);
      else if (facts.first !== undefined) expect(facts.first).toBeLessThanOrEqual(facts.last ?? 0);
    });
    it("go on where an earlier reader ended; of a document each reader begins anew", async () => {
      const { fixture, storage, write, read, take } = at();
      const more = [...USUAL, { prompt: "Next", answer: "Ok" }, { prompt: "Last", answer: "Ok" }];
      const source = await write(1, { turns: more });
      const whole = await read(first(source));
      if (storage === "document") {
        const reader = fixture.agent.records(first(source));
        reader.take(whole);
        const again = fixture.agent.records(first(source), JSON.parse(JSON.stringify(reader.state())));
        again.take(whole);
        return expect(again.facts()).toEqual(reader.facts());
      }
      const strange = "strange" in fixture ? fixture.strange : "";
      const content = Buffer.concat([whole, Buffer.from(`{broken\n${strange}\n`), whole]);
      const count = content.filter((byte) => byte === 10).length;
      fc.assert(
        fc.property(fc.uniqueArray(fc.nat(count), { maxLength: 4 }), (cuts) => {
          expect(take(source, content, cuts)).toEqual(take(source, content));
        }),
        { numRuns: 60 },
      );
    });
    it("start anew from a state that is not their own", async () => {
      const { fixture, storage, write, read } = at();
      const source = await write(1);
      const content = await read(first(source));
      for (const state of [null, 1, "x", [], {}, { titles: 1, models: [1], prompts: "x", lineage: 7 }]) {
        const reader = fixture.agent.records({ path: first(source).path, role: "transcript" }, state);
        for (const part of storage === "document" ? [content] : content.toString().split("\n")) reader.take(Buffer.from(part));
        expect(reader.facts().turns).toBe(1);
      }
    });
  });
}
