import { describe, expect, it } from "vitest";
import { dueDay, dueOf, keepingOf } from "../../src/domain/policy/retention.ts";
import type { PersonId } from "../../src/domain/ids.ts";
import { TERMS } from "../policy/terms.ts";

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const dayOf = (then: number): string => new Date(then).toISOString().slice(0, 10);

describe("retention", () => {
  it.each([
    ["2026-01-31T23:59:59Z", 1, "months", "2026-02-28"],
    ["2024-01-31T00:00:00Z", 1, "months", "2024-02-29"],
    ["2026-11-30T12:00:00Z", 3, "months", "2027-02-28"],
    ["2026-03-31T12:00:00Z", 12, "months", "2027-03-31"],
    ["2024-02-29T12:00:00Z", 12, "months", "2025-02-28"],
    ["2026-12-31T12:00:00Z", 1, "days", "2027-01-01"],
    ["2026-01-01T00:00:00Z", 90, "days", "2026-04-01"],
  ] as const)("of what ended %s is over after %i %s on %s", (last, count, unit, on) => {
    expect(dayOf(dueDay(Date.parse(last), { count, unit }))).toBe(on);
  });

  it("is due from the first moment of that day on, and not before", () => {
    const retention = { count: 1, unit: "months" } as const;
    const last = Date.parse("2026-03-15T10:00:00Z");
    expect(dueOf(last, retention, day("2026-04-15") - 1)).toEqual({ day: day("2026-03-15"), age: 30, on: day("2026-04-15"), due: false });
    expect(dueOf(last, retention, day("2026-04-15"))).toMatchObject({ age: 31, due: true });
  });

  it("says nothing of what does not say when it was, and never ends without a number", () => {
    expect(dueOf(undefined, { count: 1, unit: "days" }, day("2099-01-01"))).toEqual({ due: false });
    expect(dueOf(day("2000-01-01"), null, day("2099-01-01"))).toMatchObject({ due: false });
    expect(dueOf(day("2026-01-02"), null, day("2026-01-01"))).toMatchObject({ age: 0 });
  });

  it("is that of the policy in force, or what a repository made of it; without a policy the author decides", () => {
    const version = { version: 1, published: 100, effective: 130, terms: TERMS, documents: [], since: 9, by: "a" as PersonId };
    const of = (terms: Parameters<typeof keepingOf>[1]["terms"], on: number): unknown => keepingOf({ policies: [version] }, terms === undefined ? {} : { terms }, on);
    expect(of(undefined, 129)).toEqual({ retention: null, early: true });
    expect(of(undefined, 130)).toEqual({ retention: { count: 24, unit: "months" }, early: false });
    expect(of({ retention: 6, exclude: true }, 130)).toEqual({ retention: { count: 6, unit: "months" }, early: true });
    expect(of({ retention: 60 }, 130)).toEqual({ retention: { count: 24, unit: "months" }, early: false });
  });
});
