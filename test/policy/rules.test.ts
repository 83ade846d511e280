import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { dayOf, dayText, parseDay } from "../../src/domain/policy/day.ts";
import { comingPolicy, effectiveTerms, policyInForce, standingOfPolicy } from "../../src/domain/policy/in-force.ts";
import { UNWRITTEN, looserTerms, mergeRepositoryTerms, termsProblem, tightenTerms } from "../../src/domain/policy/terms.ts";
import type { EnforcedTerms, PolicyTerms, RepositoryTerms } from "../../src/domain/policy/terms.ts";
import type { StatementBody } from "../../src/format/statement-body.ts";
import { Company } from "../workspace/company.ts";
import { TERMS } from "./terms.ts";

let company: Company;
beforeAll(async () => {
  company = await Company.make();
});

const hash = new Uint8Array(32).fill(7);
const policy = (version: number, published: number, effective: number, terms: Partial<PolicyTerms> = {}): StatementBody => ({
  type: "policy", version, published, effective, terms: { ...TERMS, ...terms }, documents: [{ name: "policy.en.md", hash }],
});

describe("versions of a policy", () => {
  it("are published by administrators, each the next, with notice", () => {
    company.refuses(company.bob, policy(1, 20_000, 20_030), /is not an administrator/);
    company.refuses(company.ann, policy(2, 20_000, 20_030), /version 2 of the policy where 1 comes next/);
    company.refuses(company.ann, policy(1, 20_000, 20_029), /takes effect on 2024-11-02, before 2024-11-03/);
    company.say(company.ann, policy(1, 20_000, 20_030));
    company.refuses(company.ann, policy(1, 20_000, 20_030), /where 2 comes next/);
    company.refuses(company.ann, policy(2, 19_999, 20_100), /published before the version before it/);
    company.refuses(company.ann, policy(2, 20_031, 20_060, { notice: 1 }), /before 2024-12-04/);
    company.say(company.ann, policy(2, 20_031, 20_061, { notice: 1 }));
    company.refuses(company.ann, policy(3, 20_032, 20_060), /before 2024-12-05/);
    company.say(company.ann, policy(3, 20_062, 20_063));
  });

  it("are in force from their day on, until the next one is", () => {
    const { state } = company;
    const versions = [20_029, 20_030, 20_060, 20_061, 20_062, 20_063, 30_000].map((day) => policyInForce(state, day)?.version ?? null);
    expect(versions).toEqual([null, 1, 1, 2, 2, 3, 3]);
    expect([20_029, 20_030, 20_061, 20_063].map((day) => comingPolicy(state, day)?.version ?? null)).toEqual([1, 2, 3, null]);
    expect(state.policies.map((version) => standingOfPolicy(state, version, 20_061))).toEqual(["past", "in force", "coming"]);
    expect(state.policies[0]?.by).toBe(company.ann.id);
  });

  it("never come, where a later one took their day", () => {
    const before = company.state;
    company.say(company.ann, policy(4, 20_063, 20_200));
    company.say(company.ann, policy(5, 20_064, 20_200));
    expect(standingOfPolicy(company.state, company.state.policies[3] ?? fail(), 20_100)).toBe("replaced");
    expect(comingPolicy(company.state, 20_100)?.version).toBe(5);
    expect(policyInForce(company.state, 20_200)?.version).toBe(5);
    company.state = before;
  });
});

function fail(): never {
  throw new RangeError("no such version");
}

const whole = (least: number, most: number) => fc.integer({ min: least, max: most });
const enforced: fc.Arbitrary<EnforcedTerms> = fc.record({
  group: whole(5, 12), retention: fc.option(whole(1, 6)), redaction: fc.boolean(), pause: fc.boolean(), exclude: fc.boolean(), approval: fc.option(whole(1, 6)),
});
const repository: fc.Arbitrary<RepositoryTerms> = fc.record({
  group: whole(5, 12), retention: whole(1, 6), redaction: fc.boolean(), pause: fc.boolean(), exclude: fc.boolean(), approval: whole(1, 6),
}, { requiredKeys: [] });

/** Whether what `a` permits is permitted by `b` too. */
const within = (a: EnforcedTerms, b: EnforcedTerms): boolean =>
  a.group >= b.group && (a.retention ?? Infinity) <= (b.retention ?? Infinity) && (a.approval ?? Infinity) <= (b.approval ?? Infinity)
  && Number(a.redaction) >= Number(b.redaction) && Number(a.pause) >= Number(b.pause) && Number(a.exclude) >= Number(b.exclude);

describe("the terms of a repository", () => {
  it("tighten, and never loosen", () => {
    fc.assert(fc.property(enforced, repository, (policyTerms, terms) => {
      const held = tightenTerms(policyTerms, terms);
      expect(within(held, policyTerms)).toBe(true);
      for (const key of Object.keys(held) as (keyof EnforcedTerms)[]) expect([policyTerms[key], terms[key]]).toContain(held[key]);
      expect(tightenTerms(held, terms)).toEqual(held);
      expect(looserTerms(policyTerms, terms)).toEqual((Object.keys(held) as (keyof EnforcedTerms)[]).filter((key) => terms[key] !== undefined && held[key] !== terms[key]));
    }));
  });

  it("say together what each of them says, in whatever order", () => {
    fc.assert(fc.property(enforced, repository, repository, (policyTerms, a, b) => {
      const merged = mergeRepositoryTerms(a, b);
      expect(merged).toEqual(mergeRepositoryTerms(b, a));
      expect(tightenTerms(policyTerms, merged)).toEqual(tightenTerms(tightenTerms(policyTerms, a), b));
      expect(Object.keys(merged).sort()).toEqual([...new Set([...Object.keys(a), ...Object.keys(b)])].sort());
    }));
  });

  it("tighten the policy that is in force on the day", () => {
    const { state } = company;
    expect(effectiveTerms(state, {}, 20_000)).toEqual(UNWRITTEN);
    expect(effectiveTerms(state, { terms: { group: 8, retention: 36, exclude: true } }, 20_030)).toEqual({ group: 8, retention: 24, redaction: true, pause: true, exclude: true, approval: 90 });
    expect(effectiveTerms(state, { terms: { approval: 7 } }, 20_000)).toEqual({ ...UNWRITTEN, approval: 7 });
  });
});

it("terms have bounds, and lines that cannot break a text", () => {
  expect(termsProblem(TERMS)).toBeNull();
  const wrong: readonly Partial<PolicyTerms>[] = [
    { group: 4 }, { notice: 0 }, { notice: 1.5 }, { retention: 0 }, { approval: 0 }, { tools: [] }, { tools: ["a", "a"] }, { tools: ["a, b"] },
    { company: "" }, { company: " x" }, { company: "a\nb" }, { contact: "<b>" }, { contact: "x".repeat(201) }, { instruments: ["\u202e"] },
  ];
  for (const terms of wrong) expect(termsProblem({ ...TERMS, ...terms }), JSON.stringify(terms)).toContain(`'${Object.keys(terms)[0] ?? ""}'`);
});

it("days are whole, and only real ones are read", () => {
  expect(dayOf(Date.UTC(2027, 0, 31, 23, 59))).toBe(parseDay("2027-01-31"));
  expect(dayText(20_000)).toBe("2024-10-04");
  expect(["2027-02-30", "2027-1-1", "27-01-01", "x", "2027-01-31T00:00Z"].map(parseDay)).toEqual([null, null, null, null, null]);
});
