import fc from "fast-check";
import { expect, it } from "vitest";
import { Pair, seen, step } from "./model.ts";

it("opens what a naive reading of all that happened opens, whatever order the statements come in", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), fc.nat(), (steps, shuffle) => {
      const pair = new Pair();
      for (const one of steps) one(pair);
      pair.look(shuffle);
    }),
    { numRuns: 300 },
  );
  expect(seen.opened / (seen.opened + seen.refused)).toBeGreaterThan(0.02);
});
