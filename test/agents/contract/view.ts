import { describe, expect, it } from "vitest";
import type { Desk } from "./desk.ts";
import { first } from "./desk.ts";
import { bytesOf, WORK } from "./fixture.ts";

export function viewContract(at: () => Desk): void {
  describe("view", () => {
    it("has the turns, with what was asked and answered", async () => {
      const { fixture, write, captured } = at();
      const view = await fixture.agent.view(captured(await write(1)));
      expect(view).toMatchObject({ agent: fixture.keptAs ?? fixture.agent.name, id: fixture.id(1), title: "Add a helper", damaged: 0, unknown: {} });
      expect(view.directory).toBe(fixture.directory === "beside" ? (view.directory === undefined ? undefined : WORK) : WORK);
      expect(view.turns.map(({ prompt }) => prompt)).toEqual(["Add a helper"]);
      expect(view.turns.flatMap(({ entries }) => entries)).toEqual(expect.arrayContaining([expect.objectContaining({ kind: "message", text: "Done." })]));
    });
    it("counts what it does not know, and what it cannot read", async () => {
      const { fixture, write, read, captured } = at();
      const source = await write(1);
      const content = await read(first(source));
      const spoiled = fixture.storage === "document" ? fixture.spoiled(content) : Buffer.concat([content, bytesOf([fixture.strange, fixture.strange, "{broken", "[]", "7"])]);
      const view = await fixture.agent.view(captured(source, spoiled));
      const isProse = "isProse" in fixture && fixture.isProse === true;
      expect([Object.values(view.unknown), view.damaged]).toEqual(isProse ? [[], 0] : [[2], 3]);
      expect(view.turns).toHaveLength(1);
    });
    it("says the same of a session as its reader does", async () => {
      const { fixture, write, read, captured, take } = at();
      const source = await write(1);
      const { facts } = take(source, await read(first(source)));
      const view = await fixture.agent.view(captured(source));
      expect([view.title, view.branch, view.version, view.first, view.last, view.turns.length]).toEqual([facts.title, facts.branch, facts.version, facts.first, facts.last, facts.turns]);
      expect(view.models).toEqual(facts.models ?? []);
    });
  });
}
