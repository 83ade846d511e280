import { toHex } from "../../src/domain/bytes.ts";
import type { PolicyTerms } from "../../src/domain/policy/terms.ts";
import { ok } from "./vector.ts";
import type { Vector } from "./vector.ts";
import type { Step, replayScene } from "./vectors-replay.ts";
import type { World } from "./world.ts";

const TERMS: PolicyTerms = {
  company: "Example",
  contact: "privacy@example.org",
  tools: ["Claude Code", "Codex"],
  notice: 30,
  group: 5,
  retention: 24,
  redaction: true,
  pause: true,
  exclude: true,
  approval: 90,
  coaching: false,
  instruments: ["works agreement 7"],
};

/** Chains with versions of a policy. */
export function policyVectors(world: World, { secret, chain, member, add }: ReturnType<typeof replayScene>): Vector[] {
  const ada = world.deviceSeed;
  const bob = member("bob");
  const version = (number: number, published: number, effective: number, terms: Partial<PolicyTerms> = {}, by = ada): Step => [
    by, { type: "policy", version: number, published, effective, terms: { ...TERMS, ...terms }, documents: [{ name: "policy.en.md", hash: secret(`text ${number}`) }] },
  ];
  const v = (name: string, expect: string, steps: readonly Step[], more: object = {}): Vector => ({ name, expect, statements: chain(steps).map(toHex), ...more });
  const bad = "workspace-invalid";
  const first = version(1, 20_000, 20_030);
  return [
    v("a policy", ok, [first], { policies: [[20_000, 20_030]] }),
    v("a policy by somebody who is no administrator", bad, [add(bob), version(1, 20_000, 20_030, {}, bob.device)]),
    v("a policy that begins with version 2", bad, [version(2, 20_000, 20_030)]),
    v("a policy a day before its own notice period is over", bad, [version(1, 20_000, 20_029)]),
    v("a version left out", bad, [first, version(3, 20_040, 20_070)]),
    v("a version twice", bad, [first, first]),
    v("a version that shortens the notice, under the notice in force", ok, [first, version(2, 20_040, 20_070, { notice: 7 }), version(3, 20_071, 20_078)], { policies: [[20_000, 20_030], [20_040, 20_070], [20_071, 20_078]] }),
    v("a version that shortens the notice for itself", bad, [first, version(2, 20_040, 20_047, { notice: 7 })]),
    v("a version under a notice that is not in force yet", bad, [first, version(2, 20_040, 20_070, { notice: 7 }), version(3, 20_064, 20_071)]),
    v("a version that is published before the one before", bad, [first, version(2, 19_999, 20_031)]),
    v("a version that takes effect before the one before", bad, [version(1, 20_000, 20_100), version(2, 20_000, 20_099)]),
    v("a version that takes the day of one that is coming", ok, [version(1, 20_000, 20_100), version(2, 20_001, 20_100, { notice: 60 })], { policies: [[20_000, 20_100], [20_001, 20_100]] }),
  ];
}
