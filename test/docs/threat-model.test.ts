import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { figuresOf, SIZES, tableOf } from "../attacks/calendar/figures.ts";

it("the threat model carries the figures of the calendar attack, as they come out", async () => {
  const text = await readFile(new URL("../../docs/threat-model.md", import.meta.url), "utf8");
  const section = /^## Whose lane is it: the calendar attack$([\s\S]*?)^## /m.exec(text)?.[1] ?? "";
  const table = section.split("\n").filter((line) => line.startsWith("|")).join("\n");
  expect(table).toBe(tableOf(SIZES.map((people) => figuresOf(people))));
});
