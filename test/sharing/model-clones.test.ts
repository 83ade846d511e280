import fc from "fast-check";
import { expect, it } from "vitest";
import { Pair, seen, stepWithClones } from "./model.ts";

it("a clone opens what a naive reading of what it has fetched opens, and no more; whatever it missed, it knows all after a sync", () => {
  fc.assert(
    fc.property(fc.array(stepWithClones, { minLength: 5, maxLength: 50, size: "max" }), fc.nat(), (steps, shuffle) => {
      const pair = new Pair();
      for (const one of steps) one(pair);
      for (const clone of pair.clones) clone.look();
      const whole = pair.sharing(shuffle);
      for (const clone of pair.clones) {
        clone.fetch({ chain: true, lanes: () => true });
        expect(clone.view().sharing).toEqual(whole);
        clone.look();
      }
    }),
    { numRuns: 150 },
  );
  expect(seen.opened / (seen.opened + seen.refused)).toBeGreaterThan(0.02);
});
